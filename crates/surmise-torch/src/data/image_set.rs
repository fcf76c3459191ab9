//! The images of a folder, read and brought to size once, kept where they fit.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use image::RgbImage;
use rayon::prelude::*;
use surmise::objective::cnn::{Corrupt, DataSettings, Pipeline};
use tch::{Device, Tensor};

use super::error::DataError;
use super::folder::{ImageFolder, fingerprint};
use super::image::load_rgb;
use super::storage::{Kept, belong_on_device, on_device, room};
use crate::failure::message;

/// Images of one size and their labels, kept somewhere.
pub struct ImageSet {
    kept: Kept,
    /// n, 64-bit integers, on the device.
    pub(crate) labels: Tensor,
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
    pub(super) fn load(
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
    pub(crate) fn fingerprint(&self) -> u64 {
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

    /// Whether these settings ask for the same files, kept in the same way.
    pub(super) fn reads_as(&self, settings: &DataSettings) -> bool {
        let source = |s: &DataSettings| (s.source.clone(), s.image_size, s.cache, s.corrupt);
        source(&self.settings) == source(settings)
    }

    /// Whether what is kept has gone through the fixed part of this pipeline, and is ready for the rest.
    pub(super) fn serves(&self, pipeline: &Pipeline) -> bool {
        let ready =
            !matches!(self.kept, Kept::Device(_)) || belong_on_device(pipeline, self.device());
        ready && self.pipeline.fixed == pipeline.fixed
    }

    /// Goes on with this pipeline, which the images [serve](Self::serves), and moves them where they now
    /// belong; whether that went well.
    pub(super) fn take_up(&mut self, pipeline: Pipeline) -> bool {
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
    pub(crate) fn put_on_device(&mut self) {
        if let Kept::Memory(images) = &mut self.kept {
            self.kept = on_device(std::mem::take(images), Device::Cpu).unwrap();
        }
    }
}

/// Checks that an image is a square of this side.
///
/// # Errors
/// [`DataError::WrongSize`].
pub(crate) fn check_size(
    path: &Path,
    (width, height): (u32, u32),
    size: u32,
) -> Result<(), DataError> {
    if (width, height) == (size, size) {
        return Ok(());
    }
    Err(DataError::WrongSize { path: path.to_owned(), width, height, size })
}
