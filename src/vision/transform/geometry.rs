//! Resizing, cropping, flipping and turning, as Pillow and torchvision do it.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage};

/// The longest side in terms of the shortest. Beyond, the resized image takes absurd memory for
/// a crop that shows next to nothing of it.
const MAX_ASPECT: u32 = 1000;

/// The most pixels of a resized image: 800 MB.
const MAX_PIXELS: u64 = 1 << 28;

/// An image of no usable shape, in words.
#[derive(Debug)]
pub(super) struct ResizeFailed(pub(super) String);

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer `size`·long/short
/// rounded down.
pub(super) fn resize_shorter_side(image: RgbImage, size: u32) -> Result<RgbImage, ResizeFailed> {
    let (width, height) = image.dimensions();
    let short = width.min(height);
    if short == size {
        return Ok(image);
    }
    if short == 0 || width.max(height) / short > MAX_ASPECT {
        return Err(ResizeFailed(format!("{width} × {height} is no usable shape")));
    }
    let scaled = |side: u32| {
        let exact = u64::from(side) * u64::from(size) / u64::from(short);
        u32::try_from(exact).map_err(|e| ResizeFailed(e.to_string()))
    };
    let (wide, high) = (scaled(width)?, scaled(height)?);
    if u64::from(wide) * u64::from(high) > MAX_PIXELS {
        return Err(ResizeFailed(format!("{wide} × {high} pixels are too many")));
    }
    resize(&image, wide, high)
}

/// Bilinear with antialiasing, within one level of Pillow's.
pub(super) fn resize(image: &RgbImage, width: u32, height: u32) -> Result<RgbImage, ResizeFailed> {
    let failed = |reason: &dyn ToString| ResizeFailed(reason.to_string());
    let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3)
        .map_err(|e| failed(&e))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).map_err(|e| failed(&e))?;
    RgbImage::from_raw(width, height, target.into_vec())
        .ok_or_else(|| failed(&"the result has another size than asked for"))
}

/// torchvision's `CenterCrop(size)`: halves rounded to even, black where the image is too small.
pub(super) fn crop_center(image: RgbImage, size: u32) -> RgbImage {
    if image.dimensions() == (size, size) {
        return image;
    }
    // Padding first, the odd pixel after it, then a margin of what is left over.
    let (width, height) = image.dimensions();
    let before = |side: u32| i64::from(size.saturating_sub(side) / 2);
    let margin = |side: u32| (f64::from(side.max(size) - size) / 2.0).round_ties_even() as i64;
    let left = margin(width) - before(width);
    let top = margin(height) - before(height);
    crop(&image, left, top, size, size)
}

/// `width` × `height` pixels from column `left` and row `top` on; black outside the image.
pub(super) fn crop(image: &RgbImage, left: i64, top: i64, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| pixel(image, left + i64::from(x), top + i64::from(y)))
}

/// The pixel there; black outside the image.
fn pixel(image: &RgbImage, x: i64, y: i64) -> Rgb<u8> {
    let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
    inside.and_then(|(x, y)| image.get_pixel_checked(x, y)).copied().unwrap_or(Rgb([0; 3]))
}

/// Pillow's `rotate(angle)`: counter-clockwise by degrees about the middle, the nearest pixel in
/// steps of 2⁻¹⁶, black where nothing was.
pub(super) fn rotate(image: &RgbImage, degrees: f64) -> RgbImage {
    let (width, height) = image.dimensions();
    let angle = degrees.rem_euclid(360.0);
    if angle == 0.0 {
        return image.clone();
    }
    if angle == 180.0 {
        return image::imageops::rotate180(image);
    }
    if width == height && angle == 90.0 {
        return image::imageops::rotate270(image);
    }
    if width == height && angle == 270.0 {
        return image::imageops::rotate90(image);
    }
    let (sine, cosine) = (-angle.to_radians()).sin_cos();
    let (sine, cosine) = (fifteen_places(sine), fifteen_places(cosine));
    let (x, y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let fixed = |v: f64| (v * 65536.0 + 0.5).floor() as i64;
    // From the middle of an output pixel to where it comes from, in the order Pillow adds.
    let from_x = cosine * -x + sine * -y + x + cosine * 0.5 + sine * 0.5;
    let from_y = -sine * -x + cosine * -y + y + -sine * 0.5 + cosine * 0.5;
    let (from_x, from_y) = (fixed(from_x), fixed(from_y));
    let (sine, minus_sine, cosine) = (fixed(sine), fixed(-sine), fixed(cosine));
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let source_x = (from_x + cosine * x + sine * y) >> 16;
        let source_y = (from_y + minus_sine * x + cosine * y) >> 16;
        pixel(image, source_x, source_y)
    })
}

/// Rounded to fifteen decimal places, as Pillow does with sines, so that those of round angles are
/// round.
fn fifteen_places(x: f64) -> f64 {
    format!("{x:.15}").parse().unwrap_or(x)
}
