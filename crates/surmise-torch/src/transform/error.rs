//! Why an image cannot go through a list of transforms.

use thiserror::Error;

/// Why an image cannot go through a list of transforms.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransformError {
    /// The image is smaller than what is to be cropped out of it.
    #[error("{width} × {height} with {padding} around is less than {size}")]
    TooSmall {
        /// Width of the image in pixels.
        width: u32,
        /// Height of the image in pixels.
        height: u32,
        /// Pixels added on every side.
        padding: u32,
        /// Side of the crop.
        size: u32,
    },
    /// The image is empty, or far longer than it is wide.
    #[error("{width} × {height} is no usable shape")]
    Shape {
        /// Width of the image in pixels.
        width: u32,
        /// Height of the image in pixels.
        height: u32,
    },
    /// The image would become too large.
    #[error("{width} × {height} pixels are too many")]
    TooLarge {
        /// Width it would have.
        width: u64,
        /// Height it would have.
        height: u64,
    },
    /// The image cannot be resized.
    #[error("{message}")]
    Resize {
        /// The words of the library that resizes.
        message: String,
    },
    /// A transform of bytes comes after one that makes numbers.
    #[error("`{name}` needs bytes, not numbers")]
    NeedsBytes {
        /// Name of the transform.
        name: &'static str,
    },
    /// Bytes are wanted of a list that makes numbers.
    #[error("the list makes numbers of it")]
    MakesNumbers,
}
