//! Names from a file, fit for a message.

/// Text from a file, for a message: at most so many characters, none that a terminal obeys.
pub(super) fn plain(text: &str, most: usize) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(most).map(plain).collect()
}

/// A name from a file, for a message.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", plain(name, 80))
}
