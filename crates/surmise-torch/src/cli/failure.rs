//! Errors of the library as the user sees them, with what to do.

use surmise::objective::cnn::DeviceChoice;
use surmise::program::CliError;

use crate::data::{FolderError, ImageError};

/// The device of this name.
pub(super) fn parse_device(name: &str) -> Result<DeviceChoice, CliError> {
    name.parse()
        .map_err(|error| CliError::user(format!("{error}")).hint("for example: --device cuda:0"))
}

/// An error whose words say it all.
pub(super) fn plain(error: impl std::error::Error) -> CliError {
    CliError::user(error.to_string())
}

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        plain(error)
    }
}

impl From<ImageError> for CliError {
    fn from(error: ImageError) -> Self {
        plain(error)
    }
}
