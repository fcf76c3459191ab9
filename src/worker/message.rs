//! What a supervised worker tells its supervisor: a line each on stdout.
//!
//! | line | means |
//! | --- | --- |
//! | `stored` | the store knows more of the worker's trial: it began, reported, or ended |
//! | `note TEXT` | the objective has something to say to the user |
//!
//! Any other line, such as one that a library prints, counts as a note.

use std::io::{self, Write};

use crate::study::News;

/// A line, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// The store has news.
    Stored,
    /// Something for the user.
    Note(String),
}

impl Message {
    /// Reads a line without its end.
    pub(super) fn parse(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        match line.strip_prefix("note ") {
            Some(text) => Self::Note(text.to_owned()),
            None if line == "stored" => Self::Stored,
            None => Self::Note(line.into_owned()),
        }
    }
}

/// Writes a line.
///
/// # Errors
/// If nobody reads any more.
pub(super) fn write(out: &mut impl Write, news: News<'_>) -> io::Result<()> {
    match news {
        News::Stored => writeln!(out, "stored")?,
        News::Note(text) => writeln!(out, "note {}", text.replace('\n', " "))?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut out = Vec::new();
        for news in [News::Stored, News::Note("stored"), News::Note("two\nlines"), News::Note("")] {
            write(&mut out, news).unwrap();
        }
        out.extend(b"[W] a warning of a library");
        let read: Vec<Message> = out.split(|&b| b == b'\n').map(Message::parse).collect();
        let note = |text: &str| Message::Note(text.into());
        let other = note("[W] a warning of a library");
        assert_eq!(read, [Message::Stored, note("stored"), note("two lines"), note(""), other]);
    }
}
