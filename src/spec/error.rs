//! What is wrong with a study: with its place in the text, if it was read from one.

use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::place::{end_of_line, line_and_column, next_char, span_at};
use super::syntax;
use super::yaml::{self, ReadError};
use crate::config::{Details, NodeId, Problem};
use crate::space::SpaceError;

/// Why a study could not be loaded or built.
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
    /// A study declared in Rust lacks what every study has.
    #[error("the study lacks {what}: {remedy}")]
    Lacking {
        /// What is missing.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A parameter declared in Rust cannot be.
    #[error("parameter `{name}`: {error}")]
    Parameter {
        /// The parameter.
        name: String,
        /// What is wrong.
        error: Box<SpaceError>,
    },
    /// A setting of a study declared in Rust cannot be.
    #[error("{setting}: {message}{}", after_message(help))]
    Setting {
        /// The setting's dotted name, as a study file has it, e.g. `space.lr.when`.
        setting: String,
        /// What is wrong, with what was found and what was expected.
        message: String,
        /// What to do, where that is known.
        help: Option<String>,
    },
}

fn after_message(help: &Option<String>) -> String {
    help.as_ref().map(|help| format!("; {help}")).unwrap_or_default()
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
        let Details { within, part: at, label, help, also } = *problem.details;
        let mut span = place(problem.at);
        if let Some(part) = within {
            let line_end = end_of_line(source, span.start);
            if let Some(offset) = source[span.start..line_end].find(&part) {
                let start = span.start + offset;
                let at = at.unwrap_or(0..part.len());
                span = start + at.start..start + at.end;
            }
        }
        let also = also.map(|(node, label)| (place(node), label));
        Self::placed(file, source, span, problem.message, label).with(help, also)
    }

    /// What the reader found.
    pub(super) fn from_read(file: &Path, source: &str, error: ReadError) -> Self {
        match error {
            ReadError::Problem(problem) => Self::from_problem(file, source, problem),
            ReadError::Syntax { at, message, context } => {
                syntax::explain(file, source, at, &message, context)
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

    pub(super) fn placed(
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

    pub(super) fn with(
        mut self,
        help: Option<String>,
        also: Option<(Range<usize>, String)>,
    ) -> Self {
        if let Self::Invalid(diagnostic) = &mut self {
            diagnostic.help = help;
            diagnostic.also = also;
        }
        self
    }
}
