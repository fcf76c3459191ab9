//! The images of a folder, read and brought to size once, kept where they fit.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use image::RgbImage;
use rayon::prelude::*;
use tch::{Device, Tensor};
use thiserror::Error;

use super::failure::message;
use super::folder::{FolderError, ImageFolder, fingerprint};
use super::image::{ImageError, load_rgb};
use super::kept::{Kept, belong_on_device, on_device, room};
use super::settings::{Corrupt, DataSettings, DataSource};
use super::split::Parts;
use super::transform::Pipeline;

/// Why images could not be made ready.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// A folder is not as it should be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// An image is not as it should be.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A label would mean different things in the two folders.
    #[error(
        "{} has the classes {}, but {} has {}",
        train.display(), train_classes.join(", "), valid.display(), valid_classes.join(", ")
    )]
    ClassesDiffer {
        /// Folder of the training images.
        train: PathBuf,
        /// Its classes.
        train_classes: Vec<String>,
        /// Folder of the validation images.
        valid: PathBuf,
        /// Its classes.
        valid_classes: Vec<String>,
    },
    /// A class has too few images to split.
    #[error("some class in {} has too few images for a part of its own in every split", folder.display())]
    TooFew {
        /// The folder.
        folder: PathBuf,
    },
    /// An image is not of the size the network sees.
    #[error(
        "{} is {width} × {height} pixels after the transforms, expected {size} × {size}: \
         end them with a crop, or leave the size to `image_size`",
        path.display()
    )]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// Its width then.
        width: u32,
        /// Its height then.
        height: u32,
        /// What both should be.
        size: u32,
    },
    /// An image was asked for by a place that is none.
    #[error("there is no image {index}: there are {images}, counted from 0")]
    NoSuchImage {
        /// The place.
        index: i64,
        /// How many there are.
        images: usize,
    },
    /// Every image of a class is damaged.
    #[error("no image of class `{class}` can be used: {skipped} images of its folder are damaged")]
    NothingLeft {
        /// The class.
        class: String,
        /// Damaged images of the folder, of all its classes.
        skipped: usize,
    },
    /// The images do not fit into memory.
    #[error("no memory for {images} images of {width} × {height} pixels ({megabytes} MB)")]
    OutOfMemory {
        /// How many there are.
        images: usize,
        /// Their width in pixels.
        width: u32,
        /// Their height.
        height: u32,
        /// What they take.
        megabytes: usize,
    },
    /// libtorch could not take the images over.
    #[error("cannot put the images on {device:?}: {message}")]
    Torch {
        /// The device.
        device: Device,
        /// libtorch's words.
        message: String,
    },
}

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
        self.train.settings.reads_as(settings)
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

impl DataSource {
    /// The images left aside for a last test, if there are any.
    ///
    /// # Errors
    /// [`DataError`], naming the folder.
    pub fn test_images(&self) -> Result<Option<ImageFolder>, DataError> {
        Ok(match self {
            Self::Folders { test, .. } => test.as_deref().map(ImageFolder::scan).transpose()?,
            Self::Split { test: 0.0, .. } => None,
            Self::Split { folder, valid, test, seed } => {
                Some(split(folder, *valid, *test, *seed)?.test)
            }
        })
    }
}

/// Images of one size and their labels, kept somewhere.
pub struct ImageSet {
    kept: Kept,
    /// n, 64-bit integers, on the device.
    pub(super) labels: Tensor,
    files: Vec<PathBuf>,
    pipeline: Pipeline,
    settings: DataSettings,
}

impl fmt::Debug for ImageSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageSet")
            .field("images", &self.len())
            .field("kept", &self.kept.to_string())
            .finish_non_exhaustive()
    }
}

impl ImageSet {
    /// Reads every image of `folder` once; those that cannot be read are added to `skipped` if the
    /// settings say so.
    ///
    /// # Errors
    /// [`DataError`], naming the file.
    fn load(
        folder: &ImageFolder,
        pipeline: Pipeline,
        settings: &DataSettings,
        device: Device,
        skipped: &mut Vec<PathBuf>,
    ) -> Result<Self, DataError> {
        let size = settings.image_size;
        let room = room(settings.cache);
        let taken = AtomicU64::new(0);
        // Read even where there is no room: what is wrong with one shows before training begins.
        let read = |(path, _): &(PathBuf, usize)| {
            let image = load_rgb(path, &pipeline.fixed)?;
            if pipeline.varying.is_empty() {
                check_size(path, image.dimensions(), size)?;
            }
            let bytes = image.as_raw().len() as u64;
            Ok((taken.fetch_add(bytes, Relaxed) + bytes <= room).then_some(image))
        };
        let images: Vec<Result<Option<RgbImage>, DataError>> =
            folder.samples.par_iter().map(read).collect();
        let (mut files, mut labels, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        let before = skipped.len();
        for ((path, label), image) in folder.samples.iter().zip(images) {
            match image {
                Ok(image) => {
                    files.push(path.clone());
                    labels.push(*label as i64);
                    kept.extend(image);
                }
                Err(DataError::Image(_)) if settings.corrupt == Corrupt::Skip => {
                    skipped.push(path.clone());
                }
                Err(error) => return Err(error),
            }
        }
        for (label, class) in folder.classes.iter().enumerate() {
            if !labels.contains(&(label as i64)) {
                let skipped = skipped.len() - before;
                return Err(DataError::NothingLeft { class: class.clone(), skipped });
            }
        }
        let labels = Tensor::f_from_slice(&labels)
            .and_then(|labels| labels.f_to_device(device))
            .map_err(|error| DataError::Torch { device, message: message(&error) })?;
        let kept = match kept.len() == files.len() {
            true if belong_on_device(&pipeline, device) => on_device(kept, device)?,
            true => Kept::Memory(kept),
            false => Kept::Files,
        };
        Ok(Self { kept, labels, files, pipeline, settings: settings.clone() })
    }

    /// How many images there are; at least one a class.
    #[expect(clippy::len_without_is_empty, reason = "an image folder is never empty")]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Where the network is to be that sees them.
    pub fn device(&self) -> Device {
        self.labels.device()
    }

    /// Width and height of the images in pixels, as the network sees them.
    pub fn image_size(&self) -> u32 {
        self.settings.image_size
    }

    /// Their files.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// That of its [files](Self::files).
    pub(super) fn fingerprint(&self) -> u64 {
        fingerprint(self.files.iter().map(PathBuf::as_path))
    }

    /// What they go through.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Where the images are.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Whether what is kept has gone through the fixed part of this pipeline, and is ready for the rest.
    fn serves(&self, pipeline: &Pipeline) -> bool {
        let ready =
            !matches!(self.kept, Kept::Device(_)) || belong_on_device(pipeline, self.device());
        ready && self.pipeline.fixed == pipeline.fixed
    }

    /// Goes on with this pipeline, which the images [serve](Self::serves), and moves them where they now
    /// belong; whether that went well.
    fn take_up(&mut self, pipeline: Pipeline) -> bool {
        let device = self.device();
        // Those that belonged there before found no room.
        if let Kept::Memory(images) = &mut self.kept
            && belong_on_device(&pipeline, device)
            && !belong_on_device(&self.pipeline, device)
        {
            match on_device(std::mem::take(images), device) {
                Ok(kept) => self.kept = kept,
                Err(_) => return false,
            }
        }
        self.pipeline = pipeline;
        true
    }

    /// As on a GPU, for tests without one.
    #[cfg(test)]
    pub(super) fn put_on_device(&mut self) {
        if let Kept::Memory(images) = &mut self.kept {
            self.kept = on_device(std::mem::take(images), Device::Cpu).unwrap();
        }
    }
}

impl DataSettings {
    /// Whether the same files are read, and kept in the same way.
    fn reads_as(&self, other: &Self) -> bool {
        let source = |s: &Self| (s.source.clone(), s.image_size, s.cache, s.corrupt);
        source(self) == source(other)
    }
}

/// # Errors
/// [`DataError::WrongSize`].
pub(super) fn check_size(
    path: &Path,
    (width, height): (u32, u32),
    size: u32,
) -> Result<(), DataError> {
    if (width, height) == (size, size) {
        return Ok(());
    }
    Err(DataError::WrongSize { path: path.to_owned(), width, height, size })
}
