//! A model's file, and the images that are named.

use std::io;
use std::path::{Path, PathBuf};

use surmise::program::CliError;

use super::failure::{device, plain};
use crate::{TrainedCnn, is_image};

/// Reads a model onto a device. libtorch takes the threads that it was trained with.
pub(super) fn read(path: &Path, name: &str) -> Result<TrainedCnn, CliError> {
    let model = TrainedCnn::read(path, device(name)?)
        .map_err(|error| plain(error).hint("`surmise train` writes models"))?;
    tch::set_num_threads(i32::try_from(model.settings.threads).unwrap_or(i32::MAX));
    Ok(model)
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
