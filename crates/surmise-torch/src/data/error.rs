//! Why images could not be made ready.

use std::path::PathBuf;

use tch::Device;
use thiserror::Error;

use super::folder::FolderError;
use super::image::ImageError;

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
