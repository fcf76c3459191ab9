//! One image through a list of transforms.

use std::ops::Range;

use image::RgbImage;
use image::imageops::{flip_horizontal_in_place, flip_vertical_in_place};
use rand::Rng;

use super::color;
use super::drawn::{Adjustment, Drawn, draw};
use super::error::TransformError;
use super::geometry::{crop, resize, resize_shorter_side, rotate};
use surmise::objective::cnn::Transform;

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

impl Pixels {
    /// Through one transform after the other. Every one draws as often whatever comes out, save
    /// crops that must try again.
    ///
    /// # Errors
    /// [`TransformError`].
    pub fn through(
        self,
        list: &[Transform],
        random: &mut impl Rng,
    ) -> Result<Self, TransformError> {
        list.iter().try_fold(self, |pixels, transform| {
            if matches!(pixels, Self::Numbers { .. }) && !takes_numbers(transform) {
                return Err(TransformError::NeedsBytes { name: transform.name() });
            }
            let drawn = draw(transform, pixels.dimensions(), random)?;
            pixels.changed(&drawn)
        })
    }

    /// After what was drawn for it. What takes bytes leaves numbers as they are.
    pub(super) fn changed(self, drawn: &Drawn) -> Result<Self, TransformError> {
        match (drawn, self) {
            (Drawn::Nothing, pixels) => Ok(pixels),
            (Drawn::Cutout { columns, rows }, mut pixels) => {
                pixels.cut_out(columns, rows);
                Ok(pixels)
            }
            (Drawn::Noise(noise), pixels) => {
                let mut noise = noise.iter();
                Ok(pixels.map(|x, _| (x + noise.next().copied().unwrap_or(0.0)).clamp(0.0, 1.0)))
            }
            (Drawn::Normalize { mean, std }, pixels) => {
                Ok(pixels.map(|x, channel| (x - mean[channel]) / std[channel]))
            }
            (drawn, Self::Bytes(image)) => changed_bytes(drawn, image).map(Self::Bytes),
            (_, numbers) => Ok(numbers),
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

    fn cut_out(&mut self, columns: &Range<u32>, rows: &Range<u32>) {
        let (width, height) = self.dimensions();
        for row in rows.clone() {
            for column in columns.clone() {
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

/// Whether a transform can follow what makes numbers of bytes.
fn takes_numbers(transform: &Transform) -> bool {
    transform.makes_numbers() || matches!(transform, Transform::Cutout { .. })
}

/// The bytes of an image in planes, red first, each by rows.
pub(crate) fn planes(image: &RgbImage) -> impl Iterator<Item = u8> + '_ {
    (0..3).flat_map(|channel| image.as_raw().iter().skip(channel).step_by(3).copied())
}

fn changed_bytes(drawn: &Drawn, mut image: RgbImage) -> Result<RgbImage, TransformError> {
    Ok(match drawn {
        Drawn::Resize { size } => return resize_shorter_side(image, *size),
        Drawn::Crop(part) => crop(image, *part),
        Drawn::ResizedCrop { part, size } => resize(&crop(image, *part), *size, *size)?,
        Drawn::HorizontalFlip => {
            flip_horizontal_in_place(&mut image);
            image
        }
        Drawn::VerticalFlip => {
            flip_vertical_in_place(&mut image);
            image
        }
        Drawn::Rotation { degrees } => rotate(&image, *degrees),
        Drawn::Grayscale => {
            color::grayscale(&mut image);
            image
        }
        Drawn::ColorJitter(adjustments) => {
            for adjustment in adjustments {
                match *adjustment {
                    Adjustment::Brightness(factor) => color::brightness(&mut image, factor),
                    Adjustment::Contrast(factor) => color::contrast(&mut image, factor),
                    Adjustment::Saturation(factor) => color::saturation(&mut image, factor),
                    Adjustment::Hue(shift) => color::hue(&mut image, shift),
                }
            }
            image
        }
        Drawn::Nothing | Drawn::Cutout { .. } | Drawn::Noise(_) | Drawn::Normalize { .. } => image,
    })
}

#[cfg(test)]
mod tests {
    use super::super::draws;
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
        assert!(failed.unwrap_err().to_string().contains("7 × 9"));
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
