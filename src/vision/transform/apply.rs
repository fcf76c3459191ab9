//! One image through a list of transforms.

use image::RgbImage;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::geometry::{ResizeFailed, crop, crop_center, resize, resize_shorter_side, rotate};
use super::{Transform, color};

/// An image on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Pixels {
    /// As bytes.
    Bytes(RgbImage),
    /// As numbers, 0 to 1 before noise and normalising.
    Numbers {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Three planes, red first, each by rows.
        planes: Vec<f32>,
    },
}

/// The draws of one image in one epoch: a stream of its own, so that an image comes out the same
/// whatever else is loaded, in whichever order, by however many threads.
pub fn draws(seed: u64, epoch: u32, sample: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&sample.to_le_bytes());
    key[16..20].copy_from_slice(&epoch.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

impl Pixels {
    /// Through one transform after the other. Every one draws as often whatever comes out, save
    /// crops that must try again.
    ///
    /// # Errors
    /// In words: an image of no usable shape, or smaller than what is to be cropped out of it.
    pub fn through(self, list: &[Transform], random: &mut impl Rng) -> Result<Self, String> {
        list.iter().try_fold(self, |pixels, transform| pixels.step(transform, random))
    }

    fn step(self, transform: &Transform, random: &mut impl Rng) -> Result<Self, String> {
        match (transform, self) {
            (Transform::Cutout { size, p }, mut pixels) => {
                pixels.cut_out(*size, *p, random);
                Ok(pixels)
            }
            (Transform::GaussianNoise { sigma }, pixels) => Ok(pixels.map(|x, _| {
                let noise = sigma * random.sample::<f64, _>(StandardNormal);
                (x + noise as f32).clamp(0.0, 1.0)
            })),
            (Transform::Normalize { mean, std }, pixels) => {
                Ok(pixels.map(|x, channel| (x - mean[channel] as f32) / std[channel] as f32))
            }
            (on_bytes, Self::Bytes(image)) => {
                step_bytes(on_bytes, image, random).map(Self::Bytes).map_err(|e| e.0)
            }
            (on_bytes, Self::Numbers { .. }) => {
                Err(format!("`{}` needs bytes, not numbers", on_bytes.name()))
            }
        }
    }

    /// Width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Bytes(image) => image.dimensions(),
            Self::Numbers { width, height, .. } => (*width, *height),
        }
    }

    /// The image, while it is bytes.
    pub fn bytes(&self) -> Option<&RgbImage> {
        match self {
            Self::Bytes(image) => Some(image),
            Self::Numbers { .. } => None,
        }
    }

    /// The numbers: three planes, red first, each by rows; bytes divided by 255.
    pub fn numbers(self) -> Vec<f32> {
        match self {
            Self::Bytes(image) => planes(&image).map(|level| f32::from(level) / 255.0).collect(),
            Self::Numbers { planes, .. } => planes,
        }
    }

    /// Every number changed, given its channel.
    fn map(self, mut change: impl FnMut(f32, usize) -> f32) -> Self {
        let (width, height) = self.dimensions();
        let mut planes = self.numbers();
        let plane = (planes.len() / 3).max(1);
        for (channel, numbers) in planes.chunks_mut(plane).enumerate() {
            for x in numbers {
                *x = change(*x, channel);
            }
        }
        Self::Numbers { width, height, planes }
    }

    fn cut_out(&mut self, size: u32, p: f64, random: &mut impl Rng) {
        let (width, height) = self.dimensions();
        let (wanted, x, y) = (random.random_bool(p), draw(width, random), draw(height, random));
        if !wanted {
            return;
        }
        let span = |center: u32, side: u32| {
            let start = i64::from(center) - i64::from(size / 2);
            let end = (start + i64::from(size)).min(side.into());
            start.max(0) as u32..end as u32
        };
        for row in span(y, height) {
            for column in span(x, width) {
                match self {
                    Self::Bytes(image) => image.put_pixel(column, row, image::Rgb([0; 3])),
                    Self::Numbers { planes, .. } => {
                        let (plane, at) = (width * height, row * width + column);
                        for channel in 0..3 {
                            planes[(channel * plane + at) as usize] = 0.0;
                        }
                    }
                }
            }
        }
    }
}

/// The bytes of an image in planes, red first, each by rows.
pub(in crate::vision) fn planes(image: &RgbImage) -> impl Iterator<Item = u8> + '_ {
    (0..3).flat_map(|channel| image.as_raw().iter().skip(channel).step_by(3).copied())
}

/// From 0 to below `count`; 0 if that is none.
fn draw(count: u32, random: &mut impl Rng) -> u32 {
    random.random_range(0..count.max(1))
}

fn step_bytes(
    transform: &Transform,
    mut image: RgbImage,
    random: &mut impl Rng,
) -> Result<RgbImage, ResizeFailed> {
    Ok(match transform {
        Transform::Resize { size } => return resize_shorter_side(image, *size),
        Transform::CenterCrop { size } => crop_center(image, *size),
        Transform::RandomCrop { size, padding } => {
            let (width, height) = image.dimensions();
            if width + 2 * padding < *size || height + 2 * padding < *size {
                let reason =
                    format!("{width} × {height} with {padding} around is less than {size}");
                return Err(ResizeFailed(reason));
            }
            let start = |side: u32, random: &mut _| {
                let last = side + 2 * padding - size;
                i64::from(draw(last + 1, random)) - i64::from(*padding)
            };
            let (top, left) = (start(height, random), start(width, random));
            crop(&image, left, top, *size, *size)
        }
        Transform::RandomResizedCrop { size, scale, ratio } => {
            let (left, top, width, height) =
                resized_crop(image.dimensions(), *scale, *ratio, random);
            resize(&crop(&image, left.into(), top.into(), width, height), *size, *size)?
        }
        Transform::HorizontalFlip { p } => {
            if random.random_bool(*p) {
                image::imageops::flip_horizontal_in_place(&mut image);
            }
            image
        }
        Transform::VerticalFlip { p } => {
            if random.random_bool(*p) {
                image::imageops::flip_vertical_in_place(&mut image);
            }
            image
        }
        Transform::Rotation { degrees } => rotate(&image, random.random_range(-degrees..=*degrees)),
        Transform::Grayscale { p } => {
            if random.random_bool(*p) {
                color::grayscale(&mut image);
            }
            image
        }
        Transform::ColorJitter { brightness, contrast, saturation, hue } => {
            let mut order = [0, 1, 2, 3];
            order.shuffle(random);
            let mut factor =
                |spread: f64| random.random_range((1.0 - spread).max(0.0)..=1.0 + spread);
            let factors = [factor(*brightness), factor(*contrast), factor(*saturation)];
            let shift = random.random_range(-hue..=*hue);
            for which in order {
                match which {
                    0 if *brightness > 0.0 => color::brightness(&mut image, factors[0]),
                    1 if *contrast > 0.0 => color::contrast(&mut image, factors[1]),
                    2 if *saturation > 0.0 => color::saturation(&mut image, factors[2]),
                    3 if *hue > 0.0 => color::hue(&mut image, shift),
                    _ => {}
                }
            }
            image
        }
        Transform::Cutout { .. }
        | Transform::GaussianNoise { .. }
        | Transform::Normalize { .. } => image,
    })
}

/// Left, top, width and height of a part whose area is a random share of the image's, its width a random
/// multiple of its height (uniform in the logarithm). After ten that do not fit, the middle of the image,
/// as much of it as `ratio` allows: torchvision's `RandomResizedCrop`.
fn resized_crop(
    (width, height): (u32, u32),
    (least, most): (f64, f64),
    (narrow, wide): (f64, f64),
    random: &mut impl Rng,
) -> (u32, u32, u32, u32) {
    let (full_width, full_height) = (f64::from(width), f64::from(height));
    for _ in 0..10 {
        let area = full_width * full_height * random.random_range(least..=most);
        let ratio = random.random_range(narrow.ln()..=wide.ln()).exp();
        let w = (area * ratio).sqrt().round_ties_even();
        let h = (area / ratio).sqrt().round_ties_even();
        if (1.0..=full_width).contains(&w) && (1.0..=full_height).contains(&h) {
            let (w, h) = (w as u32, h as u32);
            let top = draw(height - h + 1, random);
            return (draw(width - w + 1, random), top, w, h);
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
    ((width - w) / 2, (height - h) / 2, w, h)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]))
    }

    fn run(list: &[Transform], width: u32, height: u32, sample: u64) -> Pixels {
        let random = &mut draws(1, 1, sample);
        Pixels::Bytes(image(width, height)).through(list, random).unwrap()
    }

    #[test]
    fn flips_come_as_often_as_asked_for() {
        let list = [Transform::HorizontalFlip { p: 0.3 }];
        let before = Pixels::Bytes(image(5, 4));
        let flipped = (0..4000).filter(|&i| run(&list, 5, 4, i) != before).count();
        // Five standard deviations of a binomial.
        assert!((1055..=1345).contains(&flipped), "{flipped}");
    }

    #[test]
    fn the_draws_are_of_image_and_epoch_alone() {
        let numbers = |seed, epoch, sample| -> u64 { draws(seed, epoch, sample).random() };
        assert_eq!(numbers(1, 2, 3), numbers(1, 2, 3));
        let all = [numbers(1, 2, 3), numbers(2, 1, 3), numbers(1, 3, 2), numbers(3, 2, 1)];
        assert!((1..4).all(|i| !all[..i].contains(&all[i])), "{all:?}");
    }

    #[test]
    fn random_crops_reach_every_place_and_stay_inside() {
        let list = [Transform::RandomCrop { size: 6, padding: 1 }];
        let corners: std::collections::BTreeSet<[u8; 3]> = (0..500)
            .map(|sample| match run(&list, 7, 8, sample) {
                Pixels::Bytes(image) => image.get_pixel(1, 1).0,
                Pixels::Numbers { .. } => unreachable!("a crop keeps bytes"),
            })
            .collect();
        // Left from −1 to 2, top from −1 to 3, seen one pixel inside.
        assert_eq!(corners.len(), 4 * 5);
        let too_large = [Transform::RandomCrop { size: 10, padding: 1 }];
        let failed = Pixels::Bytes(image(7, 9)).through(&too_large, &mut draws(1, 1, 1));
        assert!(failed.unwrap_err().contains("7 × 9"));
    }

    #[test]
    fn resized_crops_have_the_area_and_shape_asked_for() {
        for sample in 0..300 {
            let random = &mut draws(2, 1, sample);
            let (left, top, w, h) = resized_crop((90, 60), (0.2, 0.4), (0.5, 2.0), random);
            assert!(left + w <= 90 && top + h <= 60);
            let (area, ratio) = (f64::from(w * h) / 5400.0, f64::from(w) / f64::from(h));
            assert!((0.19..=0.41).contains(&area) && (0.48..=2.06).contains(&ratio), "{w} {h}");
        }
        // Too long for any: the middle, as much as the ratio allows.
        let random = &mut draws(2, 1, 0);
        assert_eq!(resized_crop((1000, 10), (0.9, 1.0), (0.75, 1.25), random), (494, 0, 12, 10));
    }

    #[test]
    fn a_cutout_covers_a_square_cut_off_at_the_edge() {
        let white = RgbImage::from_pixel(9, 9, image::Rgb([255; 3]));
        let list = [Transform::Cutout { size: 4, p: 1.0 }];
        let areas = (0..400).map(|sample| {
            let random = &mut draws(3, 1, sample);
            let numbers = Pixels::Bytes(white.clone()).through(&list, random).unwrap().numbers();
            numbers.iter().filter(|x| **x == 0.0).count() / 3
        });
        let areas: Vec<usize> = areas.collect();
        assert_eq!((areas.iter().min(), areas.iter().max()), (Some(&4), Some(&16)));
    }

    #[test]
    fn noise_has_its_deviation_and_normalising_is_per_channel() {
        let noise = [Transform::GaussianNoise { sigma: 0.05 }];
        let grey = Pixels::Bytes(RgbImage::from_pixel(60, 60, image::Rgb([128; 3])));
        let before = grey.clone().numbers();
        let after = grey.through(&noise, &mut draws(1, 1, 1)).unwrap().numbers();
        let errors = before.iter().zip(&after).map(|(a, b)| f64::from(b - a));
        let square = errors.map(|e| e * e).sum::<f64>() / before.len() as f64;
        assert!((square.sqrt() - 0.05).abs() < 0.0025, "{square}");
        let (mean, std) = ([0.0, 0.5, 1.0], [1.0, 2.0, 4.0]);
        let numbers = run(&[Transform::Normalize { mean, std }], 2, 2, 1).numbers();
        for (k, (x, y)) in before_and_after(&numbers) {
            assert!((y - (x - mean[k] as f32) / std[k] as f32).abs() < 1e-6);
        }
    }

    fn before_and_after(after: &[f32]) -> Vec<(usize, (f32, f32))> {
        let before = Pixels::Bytes(image(2, 2)).numbers();
        (0..after.len()).map(|i| (i / 4, (before[i], after[i]))).collect()
    }
}
