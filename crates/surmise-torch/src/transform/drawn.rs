//! What is random about an image, drawn: one description for one image at a time and for a batch.

use std::ops::Range;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::error::TransformError;
use super::geometry::{Part, center};
use surmise::objective::cnn::Transform;

/// The draws of one image in one epoch: a stream of its own, so that an image comes out the same
/// whatever else is loaded, in whichever order, by however many threads.
pub fn draws(seed: u64, epoch: u32, sample: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&sample.to_le_bytes());
    key[16..20].copy_from_slice(&epoch.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// What a transform does to one image, once everything random about it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Drawn {
    /// Nothing.
    Nothing,
    /// The shorter side becomes this long.
    Resize { size: u32 },
    /// A part of it; black where that is outside.
    Crop(Part),
    /// A part of it, resized to a square of this side.
    ResizedCrop { part: Part, size: u32 },
    /// Left becomes right.
    HorizontalFlip,
    /// Top becomes bottom.
    VerticalFlip,
    /// Turned counter-clockwise.
    Rotation { degrees: f64 },
    /// One after the other.
    ColorJitter(Vec<Adjustment>),
    /// Three equal channels.
    Grayscale,
    /// A black rectangle, within the image.
    Cutout { columns: Range<u32>, rows: Range<u32> },
    /// To be added to every number: three planes, red first, each by rows.
    Noise(Vec<f32>),
    /// `(x − mean) / std` per channel.
    Normalize { mean: [f32; 3], std: [f32; 3] },
}

/// A change of colours: factors as Pillow's `ImageEnhance` takes them, finite as 32-bit floats; a shift
/// in turns of the colour circle, from −½ to ½.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Adjustment {
    Brightness(f64),
    Contrast(f64),
    Saturation(f64),
    Hue(f64),
}

/// Draws what a transform does to an image of this width and height. As often whatever comes out, save
/// resized crops, which try again.
///
/// # Errors
/// [`TransformError::TooSmall`].
pub(super) fn draw(
    transform: &Transform,
    (width, height): (u32, u32),
    random: &mut impl Rng,
) -> Result<Drawn, TransformError> {
    let mut sometimes = |p: f64, drawn| if random.random_bool(p) { drawn } else { Drawn::Nothing };
    Ok(match transform {
        Transform::Resize { size } => Drawn::Resize { size: *size },
        Transform::CenterCrop { size } => Drawn::Crop(center((width, height), *size)),
        Transform::RandomCrop { size, padding } => {
            Drawn::Crop(random_crop((width, height), *size, *padding, random)?)
        }
        Transform::RandomResizedCrop { size, scale, ratio } => {
            let part = resized_crop((width, height), *scale, *ratio, random);
            Drawn::ResizedCrop { part, size: *size }
        }
        Transform::HorizontalFlip { p } => sometimes(*p, Drawn::HorizontalFlip),
        Transform::VerticalFlip { p } => sometimes(*p, Drawn::VerticalFlip),
        Transform::Rotation { degrees } => {
            Drawn::Rotation { degrees: random.random_range(-degrees..=*degrees) }
        }
        Transform::ColorJitter { brightness, contrast, saturation, hue } => {
            let spreads = [*brightness, *contrast, *saturation, *hue];
            Drawn::ColorJitter(color_jitter(spreads, random))
        }
        Transform::Grayscale { p } => sometimes(*p, Drawn::Grayscale),
        Transform::Cutout { size, p } => {
            let wanted = random.random_bool(*p);
            let (x, y) = (below(width, random), below(height, random));
            let span = |center: u32, side: u32| {
                let start = i64::from(center) - i64::from(size / 2);
                let end = (start + i64::from(*size)).min(side.into());
                start.max(0) as u32..end as u32
            };
            let (columns, rows) = (span(x, width), span(y, height));
            if wanted { Drawn::Cutout { columns, rows } } else { Drawn::Nothing }
        }
        Transform::GaussianNoise { sigma } => {
            let numbers = 3 * width as usize * height as usize;
            let normal = |_| (sigma * random.sample::<f64, _>(StandardNormal)) as f32;
            Drawn::Noise((0..numbers).map(normal).collect())
        }
        Transform::Normalize { mean, std } => {
            Drawn::Normalize { mean: mean.map(|x| x as f32), std: std.map(|x| x as f32) }
        }
    })
}

/// From 0 to below `count`; 0 if that is none.
fn below(count: u32, random: &mut impl Rng) -> u32 {
    random.random_range(0..count.max(1))
}

/// A square from anywhere in the image with a margin around.
fn random_crop(
    (width, height): (u32, u32),
    size: u32,
    padding: u32,
    random: &mut impl Rng,
) -> Result<Part, TransformError> {
    if width + 2 * padding < size || height + 2 * padding < size {
        return Err(TransformError::TooSmall { width, height, padding, size });
    }
    let mut start = |side: u32| {
        let last = side + 2 * padding - size;
        i64::from(below(last + 1, random)) - i64::from(padding)
    };
    let (top, left) = (start(height), start(width));
    Ok(Part { left, top, width: size, height: size })
}

/// In random order, without those whose spread is 0.
fn color_jitter(spreads: [f64; 4], random: &mut impl Rng) -> Vec<Adjustment> {
    let mut order = [0, 1, 2, 3];
    order.shuffle(random);
    let [brightness, contrast, saturation, hue] = spreads;
    // What is beyond a 32-bit float would make of nothing something that is no number.
    let mut factor = |spread: f64| {
        let factor = random.random_range((1.0 - spread).max(0.0)..=1.0 + spread);
        factor.min(f32::MAX.into())
    };
    let adjustments = [
        Adjustment::Brightness(factor(brightness)),
        Adjustment::Contrast(factor(contrast)),
        Adjustment::Saturation(factor(saturation)),
        Adjustment::Hue(random.random_range(-hue..=hue)),
    ];
    order.into_iter().filter(|&k| spreads[k] > 0.0).map(|k| adjustments[k]).collect()
}

/// A part whose area is a random share of the image's, its width a random multiple of its height
/// (uniform in the logarithm). After ten that do not fit, the middle of the image, as much of it as
/// `ratio` allows: torchvision's `RandomResizedCrop`.
fn resized_crop(
    (width, height): (u32, u32),
    (least, most): (f64, f64),
    (narrow, wide): (f64, f64),
    random: &mut impl Rng,
) -> Part {
    let part = |left: u32, top: u32, width, height| Part {
        left: left.into(),
        top: top.into(),
        width,
        height,
    };
    let (full_width, full_height) = (f64::from(width), f64::from(height));
    for _ in 0..10 {
        let area = full_width * full_height * random.random_range(least..=most);
        let ratio = random.random_range(narrow.ln()..=wide.ln()).exp();
        let w = (area * ratio).sqrt().round_ties_even();
        let h = (area / ratio).sqrt().round_ties_even();
        if (1.0..=full_width).contains(&w) && (1.0..=full_height).contains(&h) {
            let (w, h) = (w as u32, h as u32);
            let top = below(height - h + 1, random);
            return part(below(width - w + 1, random), top, w, h);
        }
    }
    let ratio = full_width / full_height;
    let (w, h) = if ratio < narrow {
        (width, ((full_width / narrow).round_ties_even() as u32).clamp(1, height))
    } else if ratio > wide {
        (((full_height * wide).round_ties_even() as u32).clamp(1, width), height)
    } else {
        (width, height)
    };
    part((width - w) / 2, (height - h) / 2, w, h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draws_are_of_image_and_epoch_alone() {
        let numbers = |seed, epoch, sample| -> u64 { draws(seed, epoch, sample).random() };
        assert_eq!(numbers(1, 2, 3), numbers(1, 2, 3));
        let all = [numbers(1, 2, 3), numbers(2, 1, 3), numbers(1, 3, 2), numbers(3, 2, 1)];
        assert!((1..4).all(|i| !all[..i].contains(&all[i])), "{all:?}");
    }

    #[test]
    fn resized_crops_have_the_area_and_shape_asked_for() {
        for sample in 0..300 {
            let random = &mut draws(2, 1, sample);
            let Part { left, top, width, height } =
                resized_crop((90, 60), (0.2, 0.4), (0.5, 2.0), random);
            let (w, h) = (i64::from(width), i64::from(height));
            assert!(left >= 0 && top >= 0 && left + w <= 90 && top + h <= 60);
            let (area, ratio) = ((w * h) as f64 / 5400.0, w as f64 / h as f64);
            assert!((0.19..=0.41).contains(&area) && (0.48..=2.06).contains(&ratio), "{w} {h}");
        }
        // Too long for any: the middle, as much as the ratio allows.
        let random = &mut draws(2, 1, 0);
        let middle = Part { left: 494, top: 0, width: 12, height: 10 };
        assert_eq!(resized_crop((1000, 10), (0.9, 1.0), (0.75, 1.25), random), middle);
    }
}
