//! Attributions as shares of an image, and their means over many.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `a` | attributions summed over channels, other signs set to 0 | h × w |
//! | `s` | `a / Σ |a|`: shares, so that every image counts the same | h × w |
//! | `r_k` | `Σ |s|` over the k-th third of the rows, from the top | scalar |
//! | `l_k` | the same of where a mean of `s` is below the reference's, over all of that | scalar |
//!
//! The standard error of `l_k`, which is no mean, is a jackknife's that leaves out a block of the images
//! at a time: Shao & Wu 1989, Annals of Statistics 17, <https://doi.org/10.1214/aos/1176347263>.

use crate::explain::{Planes, Sign};

/// Blocks that images are dealt to in turn; fewer images make as many.
const BLOCKS: usize = 20;

/// Shares of some images of one size.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// Sums of `s`, block by block.
    sums: Vec<Vec<f64>>,
    thirds: Vec<[f64; 3]>,
}

/// A mean and its standard error, which one image alone has not.
pub type Estimate = (f64, Option<f64>);

impl Shares {
    /// Adds an image; one without any attribution of the sign has no shares and is passed over.
    pub fn add(&mut self, attributions: &Planes, sign: Sign) {
        let (height, width) = (attributions.height(), attributions.width());
        let mut values = vec![0.0; height * width];
        for plane in attributions.values().chunks(height * width) {
            for (sum, &value) in values.iter_mut().zip(plane) {
                *sum += f64::from(value);
            }
        }
        for value in &mut values {
            *value = match sign {
                Sign::All => *value,
                Sign::Positive => value.max(0.0),
                Sign::Negative => (-*value).max(0.0),
                Sign::Absolute => value.abs(),
            };
        }
        let whole: f64 = values.iter().map(|value| value.abs()).sum();
        if whole == 0.0 {
            return;
        }
        values.iter_mut().for_each(|value| *value /= whole);
        let block = self.thirds.len() % BLOCKS;
        self.thirds.push(thirds(&values, width));
        match self.sums.get_mut(block) {
            Some(sums) => sums.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value),
            None => self.sums.push(values),
        }
    }

    /// Mean of `s` for images of `size` × `size` pixels; zeros of no images.
    pub fn mean(&self, size: usize) -> Vec<f64> {
        self.mean_without(None, size)
    }

    /// The same without a block.
    fn mean_without(&self, left_out: Option<usize>, size: usize) -> Vec<f64> {
        let mut mean = vec![0.0; size * size];
        for (_, sums) in self.sums.iter().enumerate().filter(|(at, _)| Some(*at) != left_out) {
            mean.iter_mut().zip(sums).for_each(|(mean, sum)| *mean += sum);
        }
        let count = (0..self.thirds.len()).filter(|at| Some(at % BLOCKS) != left_out).count();
        mean.iter_mut().for_each(|mean| *mean /= count.max(1) as f64);
        mean
    }

    /// `l_k` for images of `size` × `size` pixels, if the mean is below `reference` anywhere. The errors
    /// are of these images, not of the reference's.
    pub fn less(&self, reference: &[f64], size: usize) -> Option<[Estimate; 3]> {
        let without = |block| less(&difference(&self.mean_without(block, size), reference), size);
        let whole = without(None)?;
        let parts: Vec<[f64; 3]> =
            (0..self.sums.len()).filter_map(|block| without(Some(block))).collect();
        let blocks = parts.len() as f64;
        Some(std::array::from_fn(|k| {
            let mean = parts.iter().map(|part| part[k]).sum::<f64>() / blocks;
            let squares = parts.iter().map(|part| (part[k] - mean).powi(2)).sum::<f64>();
            (whole[k], (blocks > 1.0).then(|| ((blocks - 1.0) / blocks * squares).sqrt()))
        }))
    }

    /// Mean of each `r_k`; nothing of no images.
    pub fn thirds(&self) -> Option<[Estimate; 3]> {
        let n = self.thirds.len() as f64;
        (n > 0.0).then(|| {
            std::array::from_fn(|k| {
                let mean = self.thirds.iter().map(|r| r[k]).sum::<f64>() / n;
                let squares = self.thirds.iter().map(|r| (r[k] - mean).powi(2)).sum::<f64>();
                (mean, (n > 1.0).then(|| (squares / (n - 1.0) / n).sqrt()))
            })
        })
    }
}

/// A group's mean less the reference's, by pixel.
pub fn difference(group: &[f64], reference: &[f64]) -> Vec<f64> {
    group.iter().zip(reference).map(|(value, from)| value - from).collect()
}

/// `l_k` of a [`difference`], if it is below 0 anywhere.
fn less(difference: &[f64], width: usize) -> Option<[f64; 3]> {
    let below: Vec<f64> = difference.iter().map(|value| value.min(0.0)).collect();
    let thirds = thirds(&below, width);
    let whole: f64 = thirds.iter().sum();
    (whole > 0.0).then(|| thirds.map(|third| third / whole))
}

/// `r_k`. A row that two thirds meet in is shared out between them.
fn thirds(shares: &[f64], width: usize) -> [f64; 3] {
    let height = (shares.len() / width) as f64;
    std::array::from_fn(|k| {
        let (from, to) = (k as f64 * height / 3.0, (k + 1) as f64 * height / 3.0);
        let rows = shares.chunks(width).enumerate().map(|(y, row)| {
            let inside = (to.min(y as f64 + 1.0) - from.max(y as f64)).max(0.0);
            inside * row.iter().map(|share| share.abs()).sum::<f64>()
        });
        rows.sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four rows of four equal numbers.
    fn planes(rows: [f32; 4]) -> Planes {
        Planes::new(1, 4, 4, square(rows)).unwrap()
    }

    fn square<T: Copy>(rows: [T; 4]) -> Vec<T> {
        rows.iter().flat_map(|&value| [value; 4]).collect()
    }

    #[test]
    fn every_image_counts_the_same_and_a_row_between_thirds_is_shared_out() {
        let mut shares = Shares::default();
        shares.add(&planes([3.0, 0.0, 0.0, -1.0]), Sign::All);
        shares.add(&planes([0.0, 0.0, 300.0, -100.0]), Sign::All);
        shares.add(&planes([0.0; 4]), Sign::All);
        assert_eq!(shares.mean(4), square([0.375, 0.0, 0.375, -0.25].map(|row| row / 4.0)));
        let [top, middle, bottom] = shares.thirds().unwrap();
        // The third row lies in the middle by two thirds.
        for (found, mean, deviation) in
            [(top, 0.375, 0.375), (middle, 0.25, 0.25), (bottom, 0.375, 0.125)]
        {
            assert!((found.0 - mean).abs() < 1e-12 && (found.1.unwrap() - deviation).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_less_than_the_reference_is_shared_out_by_thirds() {
        let difference = difference(&[0.5, 0.125, 0.25, 0.125], &[0.25, 0.25, 0.25, 0.25]);
        assert_eq!(difference, [0.25, -0.125, 0.0, -0.125]);
        let [top, middle, bottom] = less(&difference, 1).unwrap();
        assert!((top - 1.0 / 6.0).abs() < 1e-12 && (middle - 1.0 / 3.0).abs() < 1e-12);
        assert!((bottom - 0.5).abs() < 1e-12);
        assert!(less(&[0.0; 4], 1).is_none());
    }

    #[test]
    fn the_error_of_less_is_that_of_leaving_images_out() {
        // Every image lies below an even reference by a quarter, at the top or the bottom.
        let group = |images: [[f32; 4]; 4]| {
            let mut shares = Shares::default();
            images.into_iter().for_each(|rows| shares.add(&planes(rows), Sign::All));
            shares.less(&[1.0 / 16.0; 16], 4).unwrap()
        };
        let (top, bottom) = ([0.0, 1.0, 2.0, 1.0], [1.0, 2.0, 1.0, 0.0]);
        let close = |found: Estimate, (mean, error): (f64, f64)| {
            assert!((found.0 - mean).abs() < 1e-9, "{found:?}");
            assert!((found.1.unwrap() - error).abs() < 1e-9, "{found:?}");
        };
        let [a, b, c] = group([top; 4]);
        for (found, mean) in [(a, 1.0), (b, 0.0), (c, 0.0)] {
            close(found, (mean, 0.0));
        }
        let [a, b, c] = group([top, bottom, top, bottom]);
        close(a, (0.5, (0.75 * 4.0_f64).sqrt() / 6.0));
        close(b, (0.0, 0.0));
        close(c, (0.5, (0.75 * 4.0_f64).sqrt() / 6.0));
    }

    #[test]
    fn a_sign_leaves_the_other_out() {
        let mut shares = Shares::default();
        shares.add(&planes([3.0, 0.0, 0.0, -1.0]), Sign::Negative);
        assert_eq!(shares.mean(4), square([0.0, 0.0, 0.0, 0.25]));
        assert_eq!(shares.thirds().unwrap()[2], (1.0, None));
        assert!(Shares::default().thirds().is_none());
        assert_eq!(Shares::default().mean(4), [0.0; 16]);
    }
}
