//! The Sobol sequence, scrambled.
//!
//! Direction numbers are Joe & Kuo's (2008, `new-joe-kuo-6.21201`), points come in Gray-code order,
//! both as in scipy's `qmc.Sobol`, whose unscrambled points are equal. The scramble is Owen's (1995)
//! nested uniform one: in each dimension every bit is flipped or not by a coin that depends on all
//! the higher bits. The coin is a hash of (key, bit, higher bits), as Burley (2020, "Practical
//! Hash-based Owen Scrambling") proposes, here with one full 64-bit hash a bit instead of the
//! approximate permutation by Laine and Karras: a point costs microseconds either way.

use sobol::Sobol;
use sobol::params::JoeKuoD6;
use thiserror::Error;

use crate::numeric::hash::splitmix64;

/// Dimensions that Joe & Kuo's direction numbers reach.
const MAX_DIMENSIONS: usize = 21_201;

/// Bits of a coordinate, and of an index.
const BITS: usize = 32;

/// A sequence of more dimensions than there are direction numbers for.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the Sobol sequence reaches {max} parameters, the space has {found}")]
pub(crate) struct TooManyDimensions {
    /// Dimensions asked for.
    pub(crate) found: usize,
    /// Dimensions the sequence reaches.
    pub(crate) max: usize,
}

/// A Sobol sequence in some dimensions.
pub(crate) struct SobolSequence {
    /// Direction numbers, most significant bit first.
    directions: Vec<Vec<u32>>,
    /// Scrambling keys, one a dimension; empty if unscrambled.
    keys: Vec<u64>,
}

impl SobolSequence {
    /// The plain sequence, beginning at the origin.
    ///
    /// # Errors
    /// [`TooManyDimensions`].
    fn plain(dimensions: usize) -> Result<Self, TooManyDimensions> {
        // Parsing the direction numbers costs time; take the smallest table that reaches.
        let parameters = match dimensions {
            0..=100 => JoeKuoD6::minimal(),
            101..=1000 => JoeKuoD6::standard(),
            1001..=MAX_DIMENSIONS => JoeKuoD6::extended(),
            _ => {
                return Err(TooManyDimensions { found: dimensions, max: MAX_DIMENSIONS });
            }
        };
        Ok(Self {
            directions: Sobol::<u32>::init_direction_vals(dimensions, BITS, &parameters),
            keys: Vec::new(),
        })
    }

    /// The sequence scrambled by `seed`; different seeds give independent scrambles.
    ///
    /// # Errors
    /// [`TooManyDimensions`].
    pub(crate) fn scrambled(dimensions: usize, seed: u64) -> Result<Self, TooManyDimensions> {
        let mut sequence = Self::plain(dimensions)?;
        sequence.keys = (0..dimensions as u64)
            .map(|dimension| splitmix64(splitmix64(seed) ^ dimension))
            .collect();
        Ok(sequence)
    }

    /// Point `index` (modulo 2³²): in `[0, 1)`, or in the open interval if scrambled.
    pub(crate) fn point(&self, index: u64) -> Vec<f64> {
        let index = index as u32;
        let gray = index ^ (index >> 1);
        let bits = self.directions.iter().map(|directions| {
            directions
                .iter()
                .enumerate()
                .filter(|(bit, _)| gray >> bit & 1 == 1)
                .fold(0, |x, (_, direction)| x ^ direction)
        });
        let unit = 1.0 / (1u64 << BITS) as f64;
        if self.keys.is_empty() {
            return bits.map(|x| f64::from(x) * unit).collect();
        }
        // Scrambling permutes the cells of width 2⁻³²; the middle of a cell stands for it.
        bits.zip(&self.keys).map(|(x, &key)| (f64::from(scramble(x, key)) + 0.5) * unit).collect()
    }
}

/// Owen's nested uniform scramble of the bits of `x`.
fn scramble(x: u32, key: u64) -> u32 {
    (0..BITS as u32).fold(0, |scrambled, bit| {
        // The bits above, led by a 1 that tells how many they are.
        let higher = (u64::from(x) | 1 << BITS) >> (BITS as u32 - bit);
        let coin = (splitmix64(key ^ splitmix64(higher)) >> 63) as u32;
        let place = BITS as u32 - 1 - bit;
        scrambled | ((x >> place & 1) ^ coin) << place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_points_equal_scipy() {
        #[derive(serde::Deserialize)]
        struct Golden {
            dimensions: usize,
            index: u64,
            tail: Vec<f64>,
        }
        let rows: Vec<Golden> =
            serde_json::from_str(include_str!("../../tests/golden/sobol.json")).unwrap();
        assert!(rows.len() > 40);
        for row in rows {
            let point = SobolSequence::plain(row.dimensions).unwrap().point(row.index);
            assert_eq!(point.len(), row.dimensions);
            assert!(point.ends_with(&row.tail), "{} {}", row.dimensions, row.index);
        }
    }

    #[test]
    fn scrambled_points_stay_a_net() {
        // 2⁸ points, 4 columns: one in each of 256 slices of every column, and one in each of the
        // 16 × 16 cells of the first two, as in the plain sequence.
        let sequence = SobolSequence::scrambled(4, 5).unwrap();
        let points: Vec<Vec<f64>> = (0..256).map(|i| sequence.point(i)).collect();
        for k in 0..4 {
            let mut slices: Vec<u32> = points.iter().map(|p| (p[k] * 256.0) as u32).collect();
            slices.sort_unstable();
            assert!(slices.into_iter().eq(0..256));
        }
        let cell = |p: &Vec<f64>| (p[0] * 16.0) as u32 * 16 + (p[1] * 16.0) as u32;
        let mut cells: Vec<u32> = points.iter().map(cell).collect();
        cells.sort_unstable();
        assert!(cells.into_iter().eq(0..256));
    }

    #[test]
    fn scrambles_by_seed_are_uniform_and_independent() {
        // One fixed point under many scrambles is a uniform draw.
        let draws: Vec<f64> =
            (0..4096).map(|seed| SobolSequence::scrambled(3, seed).unwrap().point(3)[2]).collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / n;
        // Four standard errors: 0.289 / √n and 0.0745 / √n.
        assert!((mean - 0.5).abs() < 4.0 * 0.289 / n.sqrt(), "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 4.0 * 0.0745 / n.sqrt(), "{variance}");
        let pairs = draws.windows(2).map(|w| (w[0] - 0.5) * (w[1] - 0.5));
        let correlation = 12.0 * pairs.sum::<f64>() / n;
        assert!(correlation.abs() < 4.0 / n.sqrt(), "{correlation}");
    }

    #[test]
    fn too_many_dimensions_is_an_error() {
        assert!(SobolSequence::plain(MAX_DIMENSIONS).is_ok());
        assert_eq!(
            SobolSequence::plain(MAX_DIMENSIONS + 1).err(),
            Some(TooManyDimensions { found: MAX_DIMENSIONS + 1, max: MAX_DIMENSIONS })
        );
    }
}
