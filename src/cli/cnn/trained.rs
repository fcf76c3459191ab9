//! A model's file, and what it makes of images.

use std::path::{Path, PathBuf};

use tch::Device;

use crate::cli::error::CliError;
use crate::objective::TrainedCnn;
use crate::vision::{Answer, DeviceChoice, TrainError, Transform, resolve_device};

/// The device of this name.
pub(super) fn device(name: &str) -> Result<Device, CliError> {
    let choice: DeviceChoice = name
        .parse()
        .map_err(|error| CliError::user(format!("{error}")).hint("for example: --device cuda:0"))?;
    resolve_device(choice)
        .map_err(|error| CliError::user(error.to_string()).hint("take the CPU with --device cpu"))
}

/// Reads a model onto a device.
pub(super) fn read(path: &Path, name: &str) -> Result<TrainedCnn, CliError> {
    TrainedCnn::read(path, device(name)?)
        .map_err(|error| CliError::user(error.to_string()).hint("`surmise train` writes models"))
}

/// The probability of each class for each file, which goes through these transforms besides the
/// model's own, before it is normalised; or why there is none.
pub(super) fn probabilities(
    model: &TrainedCnn,
    files: &[PathBuf],
    more: &[Transform],
) -> Result<Vec<Answer>, CliError> {
    let data = &model.settings.data;
    let (_, mut measuring) = data.pipelines();
    measuring.varying.splice(0..0, more.iter().cloned());
    model.network.probabilities(files, &measuring, data.image_size).map_err(failed)
}

/// What comes to the head of the model for each file, or why there is nothing.
pub(super) fn features(model: &TrainedCnn, files: &[PathBuf]) -> Result<Vec<Answer>, CliError> {
    let data = &model.settings.data;
    let (_, measuring) = data.pipelines();
    model.network.features(files, &measuring, data.image_size).map_err(failed)
}

fn failed(error: TrainError) -> CliError {
    let hint = matches!(error, TrainError::OutOfMemory { .. });
    let error = CliError::user(error.to_string());
    if hint { error.hint("take the CPU with --device cpu") } else { error }
}

/// Index of the largest.
pub(super) fn most_probable(probabilities: &[f64]) -> usize {
    let all = probabilities.iter().enumerate();
    all.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
}
