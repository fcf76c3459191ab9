//! Attributions as shares of an image, and their means over many.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `a` | attributions summed over channels, other signs set to 0 | h × w |
//! | `s` | `a / Σ |a|`: shares, so that every image counts the same | h × w |
//! | `r_k` | `Σ |s|` over the k-th third of the rows, from the top | scalar |
//! | `l_k` | the same of where a mean of `s` is below the reference's, over all of that | scalar |

use crate::vision::explain::{Planes, Sign};

/// Shares of some images of one size.
#[derive(Default)]
pub(super) struct Shares {
    sum: Vec<f64>,
    thirds: Vec<[f64; 3]>,
}

/// A mean and its standard error, which one image alone has not.
pub(super) type Estimate = (f64, Option<f64>);

impl Shares {
    /// Adds an image; one without any attribution of the sign has no shares and is passed over.
    pub(super) fn add(&mut self, attributions: &Planes, sign: Sign) {
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
        self.thirds.push(thirds(&values, width));
        self.sum.resize(values.len(), 0.0);
        for (sum, value) in self.sum.iter_mut().zip(&values) {
            *sum += value;
        }
    }

    /// Mean of `s` for images of `size` × `size` pixels; zeros of no images.
    pub(super) fn mean(&self, size: usize) -> Vec<f64> {
        let mut mean: Vec<f64> =
            self.sum.iter().map(|sum| sum / self.thirds.len() as f64).collect();
        mean.resize(size * size, 0.0);
        mean
    }

    /// Mean of each `r_k`; nothing of no images.
    pub(super) fn thirds(&self) -> Option<[Estimate; 3]> {
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
pub(super) fn difference(group: &[f64], reference: &[f64]) -> Vec<f64> {
    group.iter().zip(reference).map(|(value, from)| value - from).collect()
}

/// `l_k` of a [`difference`], if it is below 0 anywhere.
pub(super) fn less(difference: &[f64], width: usize) -> Option<[f64; 3]> {
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
    fn a_sign_leaves_the_other_out() {
        let mut shares = Shares::default();
        shares.add(&planes([3.0, 0.0, 0.0, -1.0]), Sign::Negative);
        assert_eq!(shares.mean(4), square([0.0, 0.0, 0.0, 0.25]));
        assert_eq!(shares.thirds().unwrap()[2], (1.0, None));
        assert!(Shares::default().thirds().is_none());
        assert_eq!(Shares::default().mean(4), [0.0; 16]);
    }
}
