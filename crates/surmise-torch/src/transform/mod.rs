//! What happens to an image on its way to the network, done.
//!
//! ```no_run
//! use image::{Rgb, RgbImage};
//! use surmise_torch::{Pixels, Transform, draws};
//!
//! let image = RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8; 3]));
//! let list = [Transform::HorizontalFlip { p: 1.0 }];
//! let flipped = Pixels::Bytes(image).through(&list, &mut draws(7, 1, 0))?;
//! assert_eq!(flipped.numbers()[0], 1.0 / 255.0);
//! # Ok::<(), surmise_torch::TransformError>(())
//! ```
//!
//! | file | holds |
//! | --- | --- |
//! | `apply` | one image through a list of transforms |
//! | `batch` | a batch of images through it, on the device where they lie |
//! | `drawn` | what is random about an image, drawn |
//! | `geometry` | resizing, cropping, flipping, turning |
//! | `color` | colour jitter, greyscale |
//! | `error` | why an image cannot go through |

mod apply;
mod batch;
mod color;
mod drawn;
mod error;
mod geometry;
#[cfg(test)]
mod goldens;

pub use apply::Pixels;
pub(crate) use apply::planes;
pub(crate) use batch::{draw_all, has_batch_form, normalize, transformed, unit};
pub use drawn::draws;
pub use error::TransformError;
