//! One image file → RGB bytes.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, RgbImage};
use surmise::objective::cnn::Transform;
use thiserror::Error;

use crate::transform::{Pixels, TransformError, draws};

/// Why an image file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What it holds is no image, a damaged one, or far too large.
    #[error("{} is not an image that can be used: {source}", path.display())]
    Undecodable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// A transform cannot take it.
    #[error("cannot transform {}: {source}", path.display())]
    Untransformable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TransformError,
    },
}

/// Reads `path` as RGB, converted as Pillow's `convert("RGB")`, and takes it through `fixed`, the part
/// of a [`Pipeline`](surmise::objective::cnn::Pipeline) without a draw.
///
/// # Errors
/// [`ImageError`], naming the file.
pub fn load_rgb(path: &Path, fixed: &[Transform]) -> Result<RgbImage, ImageError> {
    // Nothing in it draws.
    let random = &mut draws(0, 0, 0);
    match Pixels::Bytes(decode(path)?).through(fixed, random) {
        Ok(Pixels::Bytes(image)) => Ok(image),
        Ok(Pixels::Numbers { .. }) => Err(TransformError::MakesNumbers),
        Err(error) => Err(error),
    }
    .map_err(|source| ImageError::Untransformable { path: path.to_owned(), source })
}

/// Width and height in pixels, by the file's header.
///
/// # Errors
/// [`ImageError`], naming the file.
pub fn image_size(path: &Path) -> Result<(u32, u32), ImageError> {
    reader(path)?
        .into_dimensions()
        .map_err(|source| ImageError::Undecodable { path: path.to_owned(), source })
}

fn decode(path: &Path) -> Result<RgbImage, ImageError> {
    reader(path)?
        .decode()
        .map(to_rgb)
        .map_err(|source| ImageError::Undecodable { path: path.to_owned(), source })
}

fn reader(path: &Path) -> Result<ImageReader<BufReader<File>>, ImageError> {
    let unreadable = |source| ImageError::Unreadable { path: path.to_owned(), source };
    // By its first bytes, whatever its suffix says.
    ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(unreadable)
}

/// Pillow's `convert("RGB")`: alpha is dropped, not composited; 16-bit grey is cut off at 255,
/// where 16-bit colour keeps its high byte.
fn to_rgb(image: DynamicImage) -> RgbImage {
    match image {
        DynamicImage::ImageLuma16(grey) => {
            RgbImage::from_fn(grey.width(), grey.height(), |x, y| {
                let [level] = grey.get_pixel(x, y).0;
                image::Rgb([u8::try_from(level).unwrap_or(u8::MAX); 3])
            })
        }
        DynamicImage::ImageLumaA16(_)
        | DynamicImage::ImageRgb16(_)
        | DynamicImage::ImageRgba16(_) => {
            let wide = image.into_rgb16();
            RgbImage::from_fn(wide.width(), wide.height(), |x, y| {
                image::Rgb(wide.get_pixel(x, y).0.map(|level| (level >> 8) as u8))
            })
        }
        // `into_rgb8` drops alpha too.
        other => other.into_rgb8(),
    }
}
