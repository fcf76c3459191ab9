//! The YAML parser's errors in words a user knows.

use std::ops::Range;
use std::path::Path;

use super::SpecError;
use super::place::{end_of_line, floor_boundary, line_and_column, next_char, offset_of, span_at};

/// Says what is wrong where the parser stopped, at byte `at`, with `message`, while doing what
/// `context` says since a line and column.
pub(super) fn explain(
    file: &Path,
    source: &str,
    at: usize,
    message: &str,
    context: Option<(String, usize, usize)>,
) -> SpecError {
    let at = floor_boundary(source, at);
    // Where the bracket, the quote or the key began that the parser could not finish.
    let start = context.map_or(at, |(_, line, column)| offset_of(source, line, column));
    let here = span_at(source, at);
    let opening = start..next_char(source, start);
    let contains = |part: &str| message.contains(part);
    let says =
        |span, message: &str, label: &str| SpecError::placed(file, source, span, message, label);
    let help = |text: &str| Some(text.to_owned());

    if source[at..].starts_with('\t') {
        says(at..at + 1, "tabs cannot indent YAML", "a tab").with(help("use spaces"), None)
    } else if contains("control characters") {
        let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}');
        let at = source.find(odd).unwrap_or(at);
        says(at..next_char(source, at), "the file holds a control character", "not allowed")
    } else if contains("unknown anchor") {
        says(here, "unknown YAML anchor", "no such anchor")
            .with(help("an alias `*name` needs `&name` before it; put other text in quotes"), None)
    } else if contains("cannot start any token") {
        says(here, "unexpected character", "no value can start with this")
            .with(help("put the text in quotes"), None)
    } else if contains("mapping values are not allowed") {
        says(here, "unexpected `:`", "a key cannot stand here")
            .with(help("put text that holds `: ` in quotes, or check the indentation"), None)
    } else if contains("',' or '}'") {
        unclosed(file, source, here, opening, '}')
    } else if contains("',' or ']'") {
        unclosed(file, source, here, opening, ']')
    } else if contains("could not find expected ':'") {
        let line = start..end_of_line(source, start);
        says(line, "expected `key: value`", "no `: ` in this line")
            .with(help("a key is followed by a colon and a space"), None)
    } else if contains("did not find expected key") {
        says(here, "expected a key", "found this instead")
            .with(help("check the indentation: keys of one map start in the same column"), None)
    } else if contains("unexpected end of stream") {
        says(opening, "the file ends inside a quoted text", "the quote begins here")
    } else {
        says(here, &format!("the file is not YAML: {message}"), "")
    }
}

/// A list or map in brackets went on differently than with a comma or its end. In another line than
/// its beginning, it most likely was meant to end before.
fn unclosed(
    file: &Path,
    source: &str,
    here: Range<usize>,
    opening: Range<usize>,
    closing: char,
) -> SpecError {
    let line = |at| line_and_column(source, at).0;
    let bracket = &source[opening.clone()];
    if line(here.start) == line(opening.start) {
        let message = format!("expected `,` or `{closing}`");
        SpecError::placed(file, source, here, message, "found this instead")
            .with(None, Some((opening, "inside this".into())))
    } else {
        let message = format!("`{bracket}` is never closed with `{closing}`");
        let at_end = source[here.start..].trim().is_empty();
        let also = (!at_end).then(|| (here, format!("found this before any `{closing}`")));
        SpecError::placed(file, source, opening, message, "opened here").with(None, also)
    }
}
