//! Errors of the library as the user sees them, with what to do.

use surmise::objective::cnn::DeviceChoice;
use surmise::program::CliError;
use tch::Device;

use crate::data::{FolderError, ImageError};
use crate::evaluation::EvaluationError;
use crate::explain::report::ReportError;
use crate::explain::{ExplainError, VisualizeError};
use crate::runtime::resolve_device;
use crate::training::TrainError;
use crate::transfer::ProbeError;

/// The device of this name, whether it is there or not.
pub(super) fn parse_device(name: &str) -> Result<DeviceChoice, CliError> {
    name.parse().map_err(|error| plain(error).hint("for example: --device cuda:0"))
}

/// The device of this name.
pub(super) fn device(name: &str) -> Result<Device, CliError> {
    resolve_device(parse_device(name)?)
        .map_err(|error| plain(error).hint("take the CPU with --device cpu"))
}

/// An error whose words say it all.
#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
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

impl From<EvaluationError> for CliError {
    fn from(error: EvaluationError) -> Self {
        let hint = match &error {
            EvaluationError::UnknownClass { known, .. }
            | EvaluationError::UnknownFolder { known, .. } => {
                format!("it knows {}", known.join(", "))
            }
            EvaluationError::Torch(TrainError::OutOfMemory { .. }) => {
                "take the CPU with --device cpu".to_owned()
            }
            _ => return plain(error),
        };
        plain(error).hint(hint)
    }
}

impl From<ExplainError> for CliError {
    fn from(error: ExplainError) -> Self {
        let hint = match &error {
            ExplainError::Window { .. } => "choose a smaller --window",
            ExplainError::Stride { .. } => "choose a --stride of at most --window",
            ExplainError::OutOfMemory { .. } => "take the CPU with --device cpu",
            _ => return plain(error),
        };
        plain(error).hint(hint)
    }
}

impl From<VisualizeError> for CliError {
    /// The numbers are ours.
    fn from(error: VisualizeError) -> Self {
        Self::ours(error.to_string())
    }
}

impl From<ReportError> for CliError {
    fn from(error: ReportError) -> Self {
        let hint = match &error {
            ReportError::NoColumn { known, .. } => Some(format!("it has {}", known.join(", "))),
            ReportError::NoAttributes { .. } => {
                Some("a column besides `file` and `class` is one".to_owned())
            }
            ReportError::NoReference { .. } => {
                Some("its column `file` holds paths from the CSV's own folder".to_owned())
            }
            _ => None,
        };
        match (error, hint) {
            (ReportError::Evaluation(error), _) => error.into(),
            (ReportError::Explain(error), _) => error.into(),
            (ReportError::Picture(error), _) => error.into(),
            (error, Some(hint)) => plain(error).hint(hint),
            (error, None) => plain(error),
        }
    }
}

impl From<ProbeError> for CliError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Evaluation(error) => error.into(),
            error => plain(error),
        }
    }
}
