//! Colours, as Pillow's `ImageEnhance` and torchvision's `adjust_hue` change them.

use image::{Rgb, RgbImage};

/// Pillow's `L`: luma of ITU-R 601-2 in steps of 2⁻¹⁶.
pub(super) fn luma(Rgb([r, g, b]): Rgb<u8>) -> u8 {
    let sum = 19595 * u32::from(r) + 38470 * u32::from(g) + 7471 * u32::from(b) + 0x8000;
    (sum >> 16) as u8
}

pub(super) fn grayscale(image: &mut RgbImage) {
    map(image, |pixel| Rgb([luma(pixel); 3]));
}

/// 0 is black, 1 leaves the image as it is.
pub(super) fn brightness(image: &mut RgbImage, factor: f64) {
    map(image, |pixel| blend(Rgb([0; 3]), pixel, factor));
}

/// 0 is the mean luma everywhere, 1 leaves the image as it is.
pub(super) fn contrast(image: &mut RgbImage, factor: f64) {
    let sum: u64 = image.pixels().map(|pixel| u64::from(luma(*pixel))).sum();
    let count = u64::from(image.width()) * u64::from(image.height());
    let mean = (sum as f64 / count.max(1) as f64 + 0.5) as u8;
    map(image, |pixel| blend(Rgb([mean; 3]), pixel, factor));
}

/// 0 is greyscale, 1 leaves the image as it is.
pub(super) fn saturation(image: &mut RgbImage, factor: f64) {
    map(image, |pixel| blend(Rgb([luma(pixel); 3]), pixel, factor));
}

/// Moves every hue by a share of the colour circle, from −½ to ½, in 256 steps.
pub(super) fn hue(image: &mut RgbImage, shift: f64) {
    let shift = hue_steps(shift);
    map(image, |pixel| {
        let (hue, saturation, value) = to_hsv(pixel);
        from_hsv(hue.wrapping_add(shift), saturation, value)
    });
}

/// A share of the colour circle in steps, of which there are 256.
pub(super) fn hue_steps(shift: f64) -> u8 {
    ((shift * 255.0) as i32).rem_euclid(256) as u8
}

fn map(image: &mut RgbImage, change: impl Fn(Rgb<u8>) -> Rgb<u8>) {
    for pixel in image.pixels_mut() {
        *pixel = change(*pixel);
    }
}

/// Pillow's `Image.blend`: `from + factor (to − from)`, cut off to whole levels.
fn blend(from: Rgb<u8>, to: Rgb<u8>, factor: f64) -> Rgb<u8> {
    let factor = factor as f32;
    let level = |from: u8, to: u8| {
        // `as` cuts off fractions, and what is beyond a byte's ends.
        (f32::from(from) + factor * (f32::from(to) - f32::from(from))) as u8
    };
    Rgb(std::array::from_fn(|k| level(from.0[k], to.0[k])))
}

/// Pillow's `HSV`, each from 0 to 255.
fn to_hsv(Rgb([r, g, b]): Rgb<u8>) -> (u8, u8, u8) {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most == least {
        return (0, 0, most);
    }
    let range = f32::from(most - least);
    let saturation = range / f32::from(most);
    let below = |level: u8| f32::from(most - level) / range;
    let (rc, gc, bc) = (below(r), below(g), below(b));
    // C computes these sums in double and keeps them single.
    let sixth = if r == most {
        bc - gc
    } else if g == most {
        (2.0 + f64::from(rc) - f64::from(bc)) as f32
    } else {
        (4.0 + f64::from(gc) - f64::from(rc)) as f32
    };
    let hue = ((f64::from(sixth) / 6.0 + 1.0) % 1.0) as f32;
    ((f64::from(hue) * 255.0) as u8, (f64::from(saturation) * 255.0) as u8, most)
}

/// Red, green and blue in each sixth of the colour circle, of value, p, q and t (Smith 1978).
pub(super) const SIXTHS: [[usize; 3]; 6] =
    [[0, 3, 1], [2, 0, 1], [1, 0, 3], [1, 2, 0], [3, 1, 0], [0, 1, 2]];

fn from_hsv(hue: u8, saturation: u8, value: u8) -> Rgb<u8> {
    if saturation == 0 {
        return Rgb([value; 3]);
    }
    let sixth = f64::from(hue) * 6.0 / 255.0;
    let (whole, part) = (sixth.floor(), f64::from((sixth - sixth.floor()) as f32));
    let saturation = f64::from((f64::from(saturation) / 255.0) as f32);
    let level = |share: f64| (f64::from(value) * share).round() as u8;
    let p = level(1.0 - saturation);
    let q = level(1.0 - saturation * part);
    let t = level(1.0 - saturation * (1.0 - part));
    Rgb(SIXTHS[whole as usize % 6].map(|which| [value, p, q, t][which]))
}
