//! The image folders behind a folder's name.

use std::path::Path;

use image::RgbImage;

use crate::ImageFolder;
use surmise::plot::{PlotError, Raster};
use surmise::program::CliError;

/// What splits are called, in the order they are shown.
const NAMES: [&str; 5] = ["train", "valid", "val", "validation", "test"];

/// The folder's splits, or itself under its own name. They may differ in classes.
pub(super) fn scan(folder: &Path) -> Result<Vec<(String, ImageFolder)>, CliError> {
    let named: Vec<&str> =
        NAMES.into_iter().filter(|name| has_folders(&folder.join(name))).collect();
    if named.is_empty() {
        return Ok(vec![(name(folder), ImageFolder::scan(folder)?)]);
    }
    let scan = |name: &str| Ok((name.to_owned(), ImageFolder::scan(&folder.join(name))?));
    named.into_iter().map(scan).collect()
}

/// Whether there are folders in it, which could be classes.
fn has_folders(folder: &Path) -> bool {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.path().is_dir())
}

/// The folder's own name.
pub(super) fn name(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_default();
    let name = absolute.file_name().unwrap_or_default().to_string_lossy();
    if name.is_empty() { "images".into() } else { name.into_owned() }
}

/// Up to `count` of `all`, evenly spread.
pub(super) fn spread<T>(all: &[T], count: usize) -> impl Iterator<Item = &T> {
    let count = count.min(all.len());
    (0..count).map(move |i| &all[i * all.len() / count])
}

pub(super) fn raster(image: RgbImage) -> Result<Raster, PlotError> {
    Raster::new(image.width(), image.height(), image.into_raw())
}
