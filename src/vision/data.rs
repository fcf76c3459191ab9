//! Image folders in memory: decoded and resized once, kept as bytes where the network lives.

use std::path::PathBuf;

use rayon::prelude::*;
use tch::{Device, Kind, TchError, Tensor};
use thiserror::Error;

use super::folder::{FolderError, ImageFolder};
use super::image::{ImageError, load_rgb};
use super::settings::DataSettings;

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
    /// The images do not fit into memory.
    #[error("no memory for {images} images of {size} × {size} pixels ({megabytes} MB)")]
    OutOfMemory {
        /// How many there are.
        images: usize,
        /// Their width and height in pixels.
        size: u32,
        /// What they take.
        megabytes: usize,
    },
    /// libtorch could not take the images over.
    #[error("cannot put the images on the device: {0}")]
    Torch(#[from] TchError),
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
}

impl TrainingData {
    /// Reads both folders, all cores decoding, and puts the bytes on `device`. Worth doing once
    /// for all trials on the same images.
    ///
    /// # Errors
    /// [`DataError`], naming the file or folder.
    pub fn load(settings: &DataSettings, device: Device) -> Result<Self, DataError> {
        let train = ImageFolder::scan(&settings.train)?;
        let valid = ImageFolder::scan(&settings.valid)?;
        if train.classes != valid.classes {
            return Err(DataError::ClassesDiffer {
                train: settings.train.clone(),
                train_classes: train.classes,
                valid: settings.valid.clone(),
                valid_classes: valid.classes,
            });
        }
        Ok(Self {
            train: ImageSet::load(&train, settings.image_size, device)?,
            valid: ImageSet::load(&valid, settings.image_size, device)?,
            classes: train.classes,
        })
    }
}

/// Images of one size and their labels, on a device.
#[derive(Debug)]
pub struct ImageSet {
    /// n × 3 × size × size, bytes.
    images: Tensor,
    /// n, 64-bit integers.
    labels: Tensor,
    len: usize,
    size: u32,
}

impl ImageSet {
    /// Decodes every image of `folder` to `size` × `size` RGB and puts them on `device`.
    ///
    /// # Errors
    /// [`DataError`], naming the file.
    pub fn load(folder: &ImageFolder, size: u32, device: Device) -> Result<Self, DataError> {
        let len = folder.samples.len();
        let image_bytes = 3 * size as usize * size as usize;
        let total = len.saturating_mul(image_bytes);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(total).map_err(|_| DataError::OutOfMemory {
            images: len,
            size,
            megabytes: total >> 20,
        })?;
        bytes.resize(total, 0);
        bytes.par_chunks_mut(image_bytes).zip(&folder.samples).try_for_each(
            |(into, (path, _))| {
                into.copy_from_slice(&load_rgb(path, size)?);
                Ok::<(), ImageError>(())
            },
        )?;

        let labels: Vec<i64> = folder.samples.iter().map(|(_, l)| *l as i64).collect();
        let side = i64::from(size);
        Ok(Self {
            images: Tensor::f_from_slice(&bytes)?
                .f_view([len as i64, 3, side, side])?
                .f_to_device(device)?,
            labels: Tensor::f_from_slice(&labels)?.f_to_device(device)?,
            len,
            size,
        })
    }

    /// How many images there are; at least one a class.
    #[expect(clippy::len_without_is_empty, reason = "an image folder is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Where they are.
    pub fn device(&self) -> Device {
        self.labels.device()
    }

    /// Width and height of the images in pixels.
    pub fn image_size(&self) -> u32 {
        self.size
    }

    /// The images at `indices` as numbers from 0 to 1 (b × 3 × size × size) and their labels (b).
    ///
    /// # Errors
    /// Out of memory, or an index beyond the last image.
    pub fn batch(&self, indices: &[i64]) -> Result<(Tensor, Tensor), TchError> {
        let indices = Tensor::f_from_slice(indices)?.f_to_device(self.device())?;
        let images = self.images.f_index_select(0, &indices)?;
        Ok((unit(&images)?, self.labels.f_index_select(0, &indices)?))
    }

    /// Images and labels as of [`batch`](Self::batch), `length` of them from `start`.
    ///
    /// # Errors
    /// Out of memory, or a range beyond the last image.
    pub fn slice(&self, start: usize, length: usize) -> Result<(Tensor, Tensor), TchError> {
        let (start, length) = (start as i64, length as i64);
        Ok((
            unit(&self.images.f_narrow(0, start, length)?)?,
            self.labels.f_narrow(0, start, length)?,
        ))
    }
}

/// torchvision's `ToTensor`: divided by 255.
fn unit(bytes: &Tensor) -> Result<Tensor, TchError> {
    bytes.f_to_kind(Kind::Float)?.f_divide_scalar_(255.0)
}
