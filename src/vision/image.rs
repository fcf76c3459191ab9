//! One image file → RGB bytes of the size the network sees.

use std::io;
use std::path::{Path, PathBuf};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{
    FilterType, ImageBufferError, PixelType, ResizeAlg, ResizeError, ResizeOptions, Resizer,
};
use image::{DynamicImage, ImageReader, RgbImage};
use thiserror::Error;

/// The longest side in terms of the shortest. Beyond, the resized image takes absurd memory for
/// a crop that shows next to nothing of it.
const MAX_ASPECT: u32 = 1000;

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
    /// It cannot be brought to size.
    #[error("cannot resize {}: {reason}", path.display())]
    Unresizable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Reads `path` as RGB, `size` × `size` pixels, in channel planes: 3·`size`² bytes, all red ones
/// first, each plane by rows.
///
/// As torchvision does it: converted as Pillow's `convert("RGB")`, the shorter side resized to
/// `size` (bilinear with antialiasing, within one level of Pillow's), and, where the image is not
/// square, the centre cropped out of the longer side.
///
/// # Errors
/// [`ImageError`], naming the file.
pub fn load_rgb(path: &Path, size: u32) -> Result<Vec<u8>, ImageError> {
    let image = decode(path)?;
    let image = resize_shorter_side(image, size)
        .map_err(|reason| ImageError::Unresizable { path: path.to_owned(), reason })?;
    Ok(centre_planes(&image, size))
}

fn decode(path: &Path) -> Result<RgbImage, ImageError> {
    let unreadable = |source| ImageError::Unreadable { path: path.to_owned(), source };
    // By its first bytes, whatever its suffix says.
    ImageReader::open(path)
        .map_err(unreadable)?
        .with_guessed_format()
        .map_err(unreadable)?
        .decode()
        .map(to_rgb)
        .map_err(|source| ImageError::Undecodable { path: path.to_owned(), source })
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

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer `size`·long/short
/// rounded down.
fn resize_shorter_side(image: RgbImage, size: u32) -> Result<RgbImage, String> {
    let (width, height) = image.dimensions();
    let short = width.min(height);
    if short == size {
        return Ok(image);
    }
    if short == 0 || width.max(height) / short > MAX_ASPECT {
        return Err(format!("{width} × {height} is no usable shape"));
    }
    let scaled = |side: u32| {
        let exact = u64::from(side) * u64::from(size) / u64::from(short);
        u32::try_from(exact).map_err(|e| e.to_string())
    };
    let (to_width, to_height) = (scaled(width)?, scaled(height)?);
    let source = ImageRef::new(width, height, image.as_raw(), PixelType::U8x3)
        .map_err(|e: ImageBufferError| e.to_string())?;
    let mut target = Image::new(to_width, to_height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false);
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|e: ResizeError| e.to_string())?;
    RgbImage::from_raw(to_width, to_height, target.into_vec())
        .ok_or_else(|| "the result has another size than asked for".to_owned())
}

/// The middle `size` × `size` pixels (torchvision's `CenterCrop`, halves rounded to even), plane
/// by plane.
fn centre_planes(image: &RgbImage, size: u32) -> Vec<u8> {
    let margin = |side: u32| (f64::from(side - size) / 2.0).round_ties_even() as usize;
    let (left, top) = (margin(image.width()), margin(image.height()));
    let (row, size) = (image.width() as usize, size as usize);
    let bytes = image.as_raw();
    let mut planes = Vec::with_capacity(3 * size * size);
    for channel in 0..3 {
        for y in top..top + size {
            let start = 3 * (y * row + left);
            let pixels = bytes[start..start + 3 * size].chunks_exact(3);
            planes.extend(pixels.map(|pixel| pixel[channel]));
        }
    }
    planes
}
