//! Places in a text: bytes, lines and columns.

use std::ops::Range;

/// The bytes of the key, scalar or bracket that starts at `start`; its first line at most.
pub(super) fn span_at(source: &str, start: usize) -> Range<usize> {
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

/// The last character boundary up to `at`.
pub(super) fn floor_boundary(source: &str, at: usize) -> usize {
    let at = at.min(source.len());
    (0..=at).rev().find(|&i| source.is_char_boundary(i)).unwrap_or(0)
}

/// The byte after the character at `at`.
pub(super) fn next_char(source: &str, at: usize) -> usize {
    let width = source[at..].chars().next().map_or(0, char::len_utf8);
    at + width
}

/// The byte where the line of `at` ends, before its line break.
pub(super) fn end_of_line(source: &str, at: usize) -> usize {
    source[at..].find(['\n', '\r']).map_or(source.len(), |i| at + i)
}

/// Line and column of a byte, from 1; the column in characters.
pub(super) fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The byte at a line and column, from 1.
pub(super) fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        start = source[start..].find('\n').map_or(source.len(), |i| start + i + 1);
    }
    let rest = &source[start..];
    let offset = rest.char_indices().nth(column.saturating_sub(1));
    start + offset.map_or(rest.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_covers_one_key_scalar_or_bracket() {
        let spans = |text: &'static str, start| &text[span_at(text, start)];
        assert_eq!(spans("study: s # x", 0), "study");
        assert_eq!(spans("study: a b # x", 7), "a b");
        assert_eq!(spans("[a, {b: c}], d", 0), "[a, {b: c}]");
        assert_eq!(spans("{ a: b\n", 0), "{ a: b");
        assert_eq!(spans("'it: is', d", 0), "'it: is'");
        assert_eq!(spans("$x]", 0), "$x");
        assert_eq!(spans("", 5), "");
        assert_eq!(spans("a:\n b", 0), "a");
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "é: ü\nβ: x";
        let x = text.find('x').unwrap();
        assert_eq!(line_and_column(text, x), (2, 4));
        assert_eq!(offset_of(text, 2, 4), x);
        assert_eq!(offset_of(text, 9, 9), text.len());
    }
}
