//! Resizing, cropping, flipping and turning, as Pillow and torchvision do it.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{Rgb, RgbImage};

use super::error::TransformError;

/// A rectangle of pixels, which may lie outside the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// First column and row, counted from the image's.
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The longest side in terms of the shortest. Beyond, the resized image takes absurd memory for
/// a crop that shows next to nothing of it.
const MAX_ASPECT: u32 = 1000;

/// The most pixels of a resized image: 800 MB.
const MAX_PIXELS: u64 = 1 << 28;

/// Pillow turns images in steps of 2⁻¹⁶ pixels.
pub(super) const SHIFT: u32 = 16;
/// So many steps are a pixel.
const ONE: i64 = 1 << SHIFT;

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer `size`·long/short
/// rounded down.
pub(super) fn resize_shorter_side(image: RgbImage, size: u32) -> Result<RgbImage, TransformError> {
    let (width, height) = image.dimensions();
    let short = width.min(height);
    if short == size {
        return Ok(image);
    }
    if short == 0 || width.max(height) / short > MAX_ASPECT {
        return Err(TransformError::Shape { width, height });
    }
    let scaled = |side: u32| u64::from(side) * u64::from(size) / u64::from(short);
    let (width, height) = (scaled(width), scaled(height));
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(wide), Ok(high)) if width * height <= MAX_PIXELS => resize(&image, wide, high),
        _ => Err(TransformError::TooLarge { width, height }),
    }
}

/// Bilinear with antialiasing, within one level of Pillow's.
pub(super) fn resize(
    image: &RgbImage,
    width: u32,
    height: u32,
) -> Result<RgbImage, TransformError> {
    let failed = |reason: &dyn ToString| TransformError::Resize { message: reason.to_string() };
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

/// The part that torchvision's `CenterCrop(size)` takes: halves rounded to even.
pub(super) fn center((width, height): (u32, u32), size: u32) -> Part {
    // Padding first, the odd pixel after it, then a margin of what is left over.
    let before = |side: u32| i64::from(size.saturating_sub(side) / 2);
    let margin = |side: u32| (f64::from(side.max(size) - size) / 2.0).round_ties_even() as i64;
    let start = |side: u32| margin(side) - before(side);
    Part { left: start(width), top: start(height), width: size, height: size }
}

/// A part of an image; black outside of it.
pub(super) fn crop(image: RgbImage, part: Part) -> RgbImage {
    let Part { left, top, width, height } = part;
    if (left, top) == (0, 0) && (width, height) == image.dimensions() {
        return image;
    }
    RgbImage::from_fn(width, height, |x, y| pixel(&image, left + i64::from(x), top + i64::from(y)))
}

/// The pixel there; black outside the image.
fn pixel(image: &RgbImage, x: i64, y: i64) -> Rgb<u8> {
    let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
    inside.and_then(|(x, y)| image.get_pixel_checked(x, y)).copied().unwrap_or(Rgb([0; 3]))
}

/// Pillow's `rotate(angle)`, counter-clockwise by degrees, which is in one image what
/// [`PixelMap::rotation`] says.
pub(super) fn rotate(image: &RgbImage, degrees: f64) -> RgbImage {
    let (width, height) = image.dimensions();
    let map = PixelMap::rotation((width, height), degrees);
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = map.source(x.into(), y.into());
        pixel(image, x, y)
    })
}

/// Where the pixels of a moved image come from: for that in column x and row y,
/// `(a x + b y + c) >> 16`, first the column, then the row. Outside the image it is black.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PixelMap {
    /// a, b and c of the column, then of the row, in steps of 2⁻¹⁶ pixels.
    pub(super) coefficients: [[i64; 3]; 2],
}

impl PixelMap {
    /// Where they are.
    pub(super) const IDENTITY: Self = Self { coefficients: [[ONE, 0, 0], [0, ONE, 0]] };

    /// Of a part.
    pub(super) fn crop(part: Part) -> Self {
        Self { coefficients: [[ONE, 0, part.left * ONE], [0, ONE, part.top * ONE]] }
    }

    /// Left becomes right, in an image of this width.
    pub(super) fn horizontal_flip(width: u32) -> Self {
        Self { coefficients: [[-ONE, 0, (i64::from(width) - 1) * ONE], [0, ONE, 0]] }
    }

    /// Top becomes bottom, in an image of this height.
    pub(super) fn vertical_flip(height: u32) -> Self {
        Self { coefficients: [[ONE, 0, 0], [0, -ONE, (i64::from(height) - 1) * ONE]] }
    }

    /// Pillow's `rotate(angle)`: counter-clockwise by degrees about the middle, the nearest pixel.
    pub(super) fn rotation((width, height): (u32, u32), degrees: f64) -> Self {
        let angle = degrees.rem_euclid(360.0);
        let (sine, cosine) = (-angle.to_radians()).sin_cos();
        let (sine, cosine) = (fifteen_places(sine), fifteen_places(cosine));
        let (x, y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
        let fixed = |v: f64| (v * ONE as f64 + 0.5).floor() as i64;
        // From the middle of an output pixel to where it comes from, in the order Pillow adds.
        let from_x = cosine * -x + sine * -y + x + cosine * 0.5 + sine * 0.5;
        let from_y = -sine * -x + cosine * -y + y + -sine * 0.5 + cosine * 0.5;
        Self {
            coefficients: [
                [fixed(cosine), fixed(sine), fixed(from_x)],
                [fixed(-sine), fixed(cosine), fixed(from_y)],
            ],
        }
    }

    /// Column and row of where the pixel in column `x` and row `y` comes from.
    fn source(&self, x: i64, y: i64) -> (i64, i64) {
        let [column, row] = self.coefficients.map(|[a, b, c]| (a * x + b * y + c) >> SHIFT);
        (column, row)
    }
}

/// Rounded to fifteen decimal places, as Pillow does with sines, so that those of round angles are
/// round.
fn fifteen_places(x: f64) -> f64 {
    format!("{x:.15}").parse().unwrap_or(x)
}
