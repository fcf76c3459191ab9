//! The images of a training: those to learn from and those to measure on.

use std::path::{Path, PathBuf};

use surmise::objective::cnn::{DataSettings, DataSource};
use tch::Device;

use super::error::DataError;
use super::folder::ImageFolder;
use super::image_set::ImageSet;
use super::split::Parts;

/// The images of a training and a validation folder, with the same classes.
#[derive(Debug)]
pub struct TrainingData {
    /// Names of the classes; a label is an index into them.
    pub classes: Vec<String>,
    /// Images to learn from.
    pub train: ImageSet,
    /// Images to measure on.
    pub valid: ImageSet,
    /// Files that were left out because they are no images, or damaged ones.
    pub skipped: Vec<PathBuf>,
}

impl TrainingData {
    /// Reads both folders, all cores decoding, and keeps the images where they fit. Worth doing once
    /// for all trials on the same images.
    ///
    /// # Errors
    /// [`DataError`], naming the file or folder.
    pub fn load(settings: &DataSettings, device: Device) -> Result<Self, DataError> {
        let (train, valid) = folders(&settings.source)?;
        let (learning, measuring) = settings.pipelines();
        let mut skipped = Vec::new();
        let mut load = |folder: &ImageFolder, pipeline| {
            ImageSet::load(folder, pipeline, settings, device, &mut skipped)
        };
        let (train_set, valid_set) = (load(&train, learning)?, load(&valid, measuring)?);
        Ok(Self { train: train_set, valid: valid_set, classes: train.classes, skipped })
    }

    /// How many images there are and where they are kept, and how many were left out; in a line each.
    pub fn notes(&self) -> Vec<String> {
        let parts = [("to learn from", &self.train), ("to measure on", &self.valid)];
        let mut notes = parts
            .map(|(what, set)| format!("{} images {what}, {}", set.len(), set.kept()))
            .to_vec();
        match self.skipped.len() {
            0 => {}
            1 => notes.push("1 damaged image left out".into()),
            n => notes.push(format!("{n} damaged images left out")),
        }
        notes
    }

    /// The same images under other settings, if those ask for the same files brought to size in the
    /// same way: a trial that only flips more often need not read them again. After `false` they are of
    /// no more use.
    pub fn adapt(&mut self, settings: &DataSettings) -> bool {
        let (learning, measuring) = settings.pipelines();
        self.train.reads_as(settings)
            && self.train.serves(&learning)
            && self.valid.serves(&measuring)
            && self.train.take_up(learning)
            && self.valid.take_up(measuring)
    }
}

/// The images to learn from and those to measure on.
fn folders(source: &DataSource) -> Result<(ImageFolder, ImageFolder), DataError> {
    match source {
        DataSource::Folders { train: train_path, valid: valid_path, .. } => {
            let (train, valid) = (ImageFolder::scan(train_path)?, ImageFolder::scan(valid_path)?);
            if train.classes == valid.classes {
                return Ok((train, valid));
            }
            Err(DataError::ClassesDiffer {
                train: train_path.clone(),
                train_classes: train.classes,
                valid: valid_path.clone(),
                valid_classes: valid.classes,
            })
        }
        DataSource::Split { folder, valid, test, seed } => {
            let parts = split(folder, *valid, *test, *seed)?;
            Ok((parts.train, parts.valid))
        }
    }
}

fn split(folder: &Path, valid: f64, test: f64, seed: u64) -> Result<Parts, DataError> {
    let parts = ImageFolder::scan(folder)?.split(valid, test, seed);
    parts.ok_or_else(|| DataError::TooFew { folder: folder.to_owned() })
}

/// The images left aside for a last test, if there are any.
///
/// # Errors
/// [`DataError`], naming the folder.
pub fn test_images(source: &DataSource) -> Result<Option<ImageFolder>, DataError> {
    Ok(match source {
        DataSource::Folders { test, .. } => test.as_deref().map(ImageFolder::scan).transpose()?,
        DataSource::Split { test: 0.0, .. } => None,
        DataSource::Split { folder, valid, test, seed } => {
            Some(split(folder, *valid, *test, *seed)?.test)
        }
    })
}
