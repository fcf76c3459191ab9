//! What is wrong with settings.

use std::fmt;

use thiserror::Error;

/// What is wrong with settings.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A number lies outside its range.
    #[error("`{key}` is {found}, expected {expected}")]
    OutOfRange {
        /// The setting, with dots: `optimizer.lr`.
        key: String,
        /// What was written.
        found: String,
        /// The range, in words.
        expected: String,
    },
    /// A transform cannot stand where it does.
    #[error("`{key}` {reason}")]
    Misplaced {
        /// The transform, with dots: `data.transforms[1]`.
        key: String,
        /// Why, as the rest of a sentence that begins with it.
        reason: String,
    },
    /// What was declared cannot be read as settings.
    #[error("{message}")]
    Unreadable {
        /// What is wrong, and where.
        message: String,
    },
    /// No such device.
    #[error("unknown device `{found}`, expected `auto`, `cpu`, `cuda` or `cuda:N`")]
    UnknownDevice {
        /// What was written.
        found: String,
    },
}

/// Says which setting lies outside its range, unless it fits.
pub(super) fn check(
    key: &str,
    found: impl fmt::Display,
    fits: bool,
    expected: impl FnOnce() -> String,
) -> Result<(), SettingsError> {
    if fits {
        return Ok(());
    }
    Err(SettingsError::OutOfRange {
        key: key.to_owned(),
        found: found.to_string(),
        expected: expected(),
    })
}
