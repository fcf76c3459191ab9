//! A model's file, the images that are named, and what it makes of them.

use std::io;
use std::path::{Path, PathBuf};

use tch::Device;

use super::failure::plain;
use crate::TrainedCnn;
use crate::{Answer, DeviceChoice, TrainError, Transform, is_image, resolve_device};
use surmise::program::CliError;

/// The device of this name.
pub(super) fn device(name: &str) -> Result<Device, CliError> {
    let choice: DeviceChoice = name
        .parse()
        .map_err(|error| CliError::user(format!("{error}")).hint("for example: --device cuda:0"))?;
    resolve_device(choice)
        .map_err(|error| CliError::user(error.to_string()).hint("take the CPU with --device cpu"))
}

/// Reads a model onto a device. libtorch takes the threads that it was trained with.
pub(super) fn read(path: &Path, name: &str) -> Result<TrainedCnn, CliError> {
    let model = TrainedCnn::read(path, device(name)?)
        .map_err(|error| CliError::user(error.to_string()).hint("`surmise train` writes models"))?;
    tch::set_num_threads(i32::try_from(model.settings.threads).unwrap_or(i32::MAX));
    Ok(model)
}

/// The probability of each class for each file, which goes through these transforms besides the
/// model's own, before it is normalised; or why there is none.
pub(super) fn probabilities(
    model: &TrainedCnn,
    files: &[PathBuf],
    more: &[Transform],
) -> Result<Vec<Answer>, CliError> {
    let data = &model.settings.data;
    let (_, measuring) = data.pipelines();
    let measuring = measuring.preceded_by(more, data.image_size).map_err(plain)?;
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

/// Index of the largest, the first of equals: with two classes as training has it.
pub(super) fn most_probable(probabilities: &[f64]) -> usize {
    let all = probabilities.iter().enumerate();
    all.rev().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
}

/// The files, those in a folder by name.
pub(super) fn list(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |error: &io::Error| CliError::file("read the folder", path, error);
        let entries = path.read_dir().map_err(|e| failed(&e))?;
        let mut found = Vec::new();
        for entry in entries {
            let file = entry.map_err(|e| failed(&e))?.path();
            if file.is_file() && is_image(&file) {
                found.push(file);
            }
        }
        if found.is_empty() {
            return Err(CliError::user(format!("no image in {}", path.display())));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
