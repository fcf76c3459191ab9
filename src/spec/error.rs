//! What is wrong with a study file, with its place in the text.

use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::yaml::{self, ReadError};
use crate::document::{NodeId, Problem};

/// Why a study could not be loaded.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SpecError {
    /// The file cannot be read at all.
    #[error("cannot read {}: {reason}", file.display())]
    Unreadable {
        /// The file as named by the user.
        file: PathBuf,
        /// What the system says.
        reason: String,
        /// The way out, where one is known.
        help: Option<String>,
    },
    /// The file's text does not declare a study.
    #[error("{}:{}:{}: {}", .0.file.display(), .0.line, .0.column, .0.message)]
    Invalid(Box<Diagnostic>),
}

/// One thing wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The file as named by the user.
    pub file: PathBuf,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in characters, from 1.
    pub column: usize,
    /// What is wrong, with what was found and what was expected.
    pub message: String,
    /// What to say at the place; may be empty.
    pub label: String,
    /// The way out, e.g. the nearest right spelling.
    pub help: Option<String>,
    /// The place, in bytes of `source`.
    pub span: Range<usize>,
    /// A second place that belongs to it, with what to say there.
    pub also: Option<(Range<usize>, String)>,
    /// The whole text.
    pub source: String,
}

impl SpecError {
    /// Places a problem in its text.
    pub(super) fn from_problem(file: &Path, source: &str, problem: Problem) -> Self {
        let place = |node: NodeId| span_at(source, yaml::locate(source, node).unwrap_or(0));
        let mut span = place(problem.at);
        if let Some(part) = &problem.within {
            let line_end = end_of_line(source, span.start);
            if let Some(offset) = source[span.start..line_end].find(part.as_str()) {
                span = span.start + offset..span.start + offset + part.len();
            }
        }
        let also = problem.also.map(|(node, label)| (place(node), label));
        Self::placed(file, source, span, problem.message, problem.label).with(problem.help, also)
    }

    /// What the reader found.
    pub(super) fn from_read(file: &Path, source: &str, error: ReadError) -> Self {
        match error {
            ReadError::Problem(problem) => Self::from_problem(file, source, problem),
            ReadError::Syntax { at, message, context } => {
                syntax(file, source, at, &message, context)
            }
        }
    }

    /// Bytes that are no UTF-8, from `valid` on.
    pub(super) fn not_utf8(file: &Path, bytes: &[u8], valid: usize) -> Self {
        let source = String::from_utf8_lossy(bytes);
        let byte = bytes.get(valid).copied().unwrap_or_default();
        let message = format!("the file is not UTF-8: found the byte 0x{byte:02x}");
        let end = next_char(&source, valid);
        Self::placed(file, &source, valid..end, message, "no character")
            .with(Some("save the file with the encoding UTF-8".into()), None)
    }

    fn placed(
        file: &Path,
        source: &str,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        let (line, column) = line_and_column(source, span.start);
        Self::Invalid(Box::new(Diagnostic {
            file: file.into(),
            line,
            column,
            message: message.into(),
            label: label.into(),
            help: None,
            span,
            also: None,
            source: source.into(),
        }))
    }

    fn with(mut self, help: Option<String>, also: Option<(Range<usize>, String)>) -> Self {
        if let Self::Invalid(diagnostic) = &mut self {
            diagnostic.help = help;
            diagnostic.also = also;
        }
        self
    }
}

/// An error of the YAML parser in words a user knows.
fn syntax(
    file: &Path,
    source: &str,
    at: usize,
    message: &str,
    context: Option<(String, usize, usize)>,
) -> SpecError {
    let mut at = floor_boundary(source, at);
    let mut help = None;
    let mut also = context.map(|(words, line, column)| {
        let start = offset_of(source, line, column);
        (start..next_char(source, start), words)
    });
    let rest = &source[at..];
    let (message, label): (String, &str) = if rest.starts_with('\t') {
        help = Some("use spaces".into());
        ("tabs cannot indent YAML".into(), "a tab")
    } else if message.contains("control characters") {
        ("the file holds a control character".into(), "not allowed")
    } else if message.contains("unknown anchor") {
        help = Some("an alias `*name` needs `&name` before it; put other text in quotes".into());
        ("unknown YAML anchor".into(), "no such anchor")
    } else if message.contains("cannot start any token") {
        help = Some("put the text in quotes".into());
        ("unexpected character".into(), "no value can start with this")
    } else if message.contains("mapping values are not allowed") {
        help = Some("put text that holds `: ` in quotes, or check the indentation".into());
        ("unexpected `:`".into(), "a key cannot stand here")
    } else if message.contains("',' or ']'") || message.contains("',' or '}'") {
        let closing = if message.contains("']'") { ']' } else { '}' };
        let message = format!("expected `,` or `{closing}`");
        // At the end of the file the opening bracket says more.
        if let (true, Some((span, _))) =
            (rest.trim().is_empty(), also.take_if(|_| rest.trim().is_empty()))
        {
            at = span.start;
            (format!("this bracket is never closed with `{closing}`"), "opened here")
        } else {
            (message, "found this instead")
        }
    } else if message.contains("could not find expected ':'") {
        help = Some("every line of a map is `key: value`".into());
        ("expected `:` after a key".into(), "")
    } else if message.contains("did not find expected key") {
        help = Some("check the indentation: keys of one map start in the same column".into());
        ("expected a key".into(), "found this instead")
    } else if message.contains("unexpected end of stream") {
        ("the file ends inside a quoted text".into(), "")
    } else {
        (format!("the file is not YAML: {message}"), "")
    };
    SpecError::placed(file, source, span_at(source, at), message, label).with(help, also)
}

/// The bytes of the key, scalar or bracket that starts at `start`; its first line at most.
fn span_at(source: &str, start: usize) -> Range<usize> {
    let start = floor_boundary(source, start);
    let line = &source[start..end_of_line(source, start)];
    let length = match line.chars().next() {
        None => 0,
        Some(quote @ ('"' | '\'')) => line[1..].find(quote).map_or(line.len(), |i| i + 2),
        Some('[' | '{') => closing_bracket(line).unwrap_or(line.trim_end().len()),
        Some(_) => {
            let stop = [": ", " #", ",", "]", "}"];
            let end = stop.iter().filter_map(|s| line.find(s)).min();
            let plain = line[..end.unwrap_or(line.len())].trim_end();
            plain.strip_suffix(':').unwrap_or(plain).len()
        }
    };
    let first = next_char(source, start);
    start..(start + length).max(first)
}

/// Length up to and with the bracket that closes the one `line` starts with.
fn closing_bracket(line: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in line.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn floor_boundary(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at).rev().find(|&i| source.is_char_boundary(i)).unwrap_or(0)
}

fn next_char(source: &str, at: usize) -> usize {
    let width = source[at..].chars().next().map_or(0, char::len_utf8);
    at + width
}

fn end_of_line(source: &str, at: usize) -> usize {
    source[at..].find(['\n', '\r']).map_or(source.len(), |i| at + i)
}

/// Line and column of a byte, from 1; the column in characters.
fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The byte at a line and column, from 1.
fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        start = source[start..].find('\n').map_or(source.len(), |i| start + i + 1);
    }
    let rest = &source[start..];
    let offset = rest.char_indices().nth(column.saturating_sub(1));
    start + offset.map_or(rest.len(), |(i, _)| i)
}
