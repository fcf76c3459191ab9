//! Which images, and what happens to them before the network.

use std::path::PathBuf;

use crate::objective::cnn::error::{SettingsError, check};
use crate::objective::cnn::pipeline::Pipeline;
use crate::objective::cnn::transform::{OutOfRange, Transform, check_order};

/// Folders of images, one sub-folder a class, and what happens to the images before the network.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSettings {
    /// The folders.
    pub source: DataSource,
    /// Width and height that the network sees, in pixels, from the network's smallest to 1,024.
    pub image_size: u32,
    /// What happens to the images to learn from, in order; see [`Pipeline::training`].
    pub transforms: Vec<Transform>,
    /// What happens to the images to measure on, nothing of it random; by default
    /// [`Pipeline::measuring`] of the same list.
    pub valid_transforms: Option<Vec<Transform>>,
    /// Where images wait for their next epoch.
    pub cache: Cache,
    /// What to do about a file that is no image.
    pub corrupt: Corrupt,
}

/// The folders of images.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// One for each part, with the same classes.
    Folders {
        /// The images to learn from.
        train: PathBuf,
        /// The images to measure on.
        valid: PathBuf,
        /// The images left aside for a last test.
        test: Option<PathBuf>,
    },
    /// One that is split at random, every class in the same shares; what is neither measured nor
    /// tested on is learnt from.
    Split {
        /// All images.
        folder: PathBuf,
        /// Share of the images to measure on, above 0.
        valid: f64,
        /// Share of the images to leave aside for a last test, from 0.
        test: f64,
        /// What decides the draw.
        seed: u64,
    },
}

/// Where images wait for their next epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// In memory if they take at most a quarter of what is free; else in their files.
    #[default]
    Auto,
    /// In memory.
    Memory,
    /// In their files, read anew every epoch.
    Disk,
}

/// What to do about a file that is no image, or a damaged one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Corrupt {
    /// Nothing is trained.
    #[default]
    Fail,
    /// It is left out, and counted.
    Skip,
}

impl DataSettings {
    /// The image size of a study that names none.
    pub const DEFAULT_IMAGE_SIZE: u32 = 64;

    /// Two folders at an image size; nothing random happens to the images.
    pub fn new(train: impl Into<PathBuf>, valid: impl Into<PathBuf>, image_size: u32) -> Self {
        Self::of(
            DataSource::Folders { train: train.into(), valid: valid.into(), test: None },
            image_size,
        )
    }

    /// Images from a source at an image size; nothing random happens to them.
    pub fn of(source: DataSource, image_size: u32) -> Self {
        Self {
            source,
            image_size,
            transforms: Vec::new(),
            valid_transforms: None,
            cache: Cache::default(),
            corrupt: Corrupt::default(),
        }
    }

    /// The ways of the images to learn from and of those to measure on.
    pub fn pipelines(&self) -> (Pipeline, Pipeline) {
        let valid = match &self.valid_transforms {
            Some(list) => Pipeline::training(list, self.image_size),
            None => Pipeline::measuring(&self.transforms, self.image_size),
        };
        (Pipeline::training(&self.transforms, self.image_size), valid)
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if let DataSource::Split { valid, test, .. } = &self.source {
            check("data.split.valid", valid, *valid > 0.0 && *valid < 1.0, || {
                "a share of the images, above 0 and below 1".to_owned()
            })?;
            check("data.split.test", test, *test >= 0.0 && valid + test < 1.0, || {
                "a share from 0 that leaves images to learn from".to_owned()
            })?;
        }
        let learning = ("data.transforms", &self.transforms[..]);
        let measuring = self.valid_transforms.as_deref().unwrap_or_default();
        for (list, transforms) in [learning, ("data.valid_transforms", measuring)] {
            let misplaced = |index, reason| SettingsError::Misplaced {
                key: format!("{list}[{index}]"),
                reason,
            };
            for (index, transform) in transforms.iter().enumerate() {
                transform.check().map_err(|OutOfRange { key, found, expected }| {
                    let key = format!("{list}[{index}].{}.{key}", transform.name());
                    SettingsError::OutOfRange { key, found, expected: expected.to_owned() }
                })?;
                if list == "data.valid_transforms" && transform.is_random() {
                    let reason = format!("cannot be `{}`, which is random", transform.name());
                    return Err(misplaced(index, reason));
                }
            }
            check_order(transforms, self.image_size).map_err(|(i, why)| misplaced(i, why))?;
        }
        Ok(())
    }
}
