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

use super::distinct::choose;
use super::{Sampler, SamplerError, Suggestion};
use crate::space::SearchSpace;
use crate::trial::{History, Origin, TrialNumber};

/// Dimensions that Joe & Kuo's direction numbers reach.
const MAX_DIMENSIONS: usize = 21_201;

/// Bits of a coordinate, and of an index.
const BITS: usize = 32;

/// Distance between the points that stand in for one already seen: far beyond the numbers of a
/// study's trials, so no stand-in is another trial's own point.
pub(super) const STRIDE: u64 = 1 << 20;

/// Trial `number` gets point `number` of the sequence scrambled by `seed`.
#[derive(Clone, Copy, Debug)]
pub(super) struct SobolSampler {
    pub(super) seed: u64,
}

impl Sampler for SobolSampler {
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError> {
        let sequence = Sequence::scrambled(space.len(), self.seed)?;
        let indices = (0..).map(|i: u64| number.0.wrapping_add(i.wrapping_mul(STRIDE)));
        let unit = choose(space, history, indices.map(|i| sequence.point(i)))?;
        Ok(Suggestion { params: space.decode(&unit), origin: Origin::Sobol })
    }
}

/// A Sobol sequence in some dimensions.
pub(super) struct Sequence {
    /// Direction numbers, most significant bit first.
    directions: Vec<Vec<u32>>,
    /// Scrambling keys, one a dimension; empty if unscrambled.
    keys: Vec<u64>,
}

impl Sequence {
    /// The plain sequence, beginning at the origin.
    ///
    /// # Errors
    /// [`SamplerError::TooManyDimensions`].
    fn plain(dimensions: usize) -> Result<Self, SamplerError> {
        // Parsing the direction numbers costs time; take the smallest table that reaches.
        let parameters = match dimensions {
            0..=100 => JoeKuoD6::minimal(),
            101..=1000 => JoeKuoD6::standard(),
            1001..=MAX_DIMENSIONS => JoeKuoD6::extended(),
            _ => {
                return Err(SamplerError::TooManyDimensions {
                    found: dimensions,
                    max: MAX_DIMENSIONS,
                });
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
    /// [`SamplerError::TooManyDimensions`].
    pub(super) fn scrambled(dimensions: usize, seed: u64) -> Result<Self, SamplerError> {
        let mut sequence = Self::plain(dimensions)?;
        sequence.keys =
            (0..dimensions as u64).map(|dimension| hash(hash(seed) ^ dimension)).collect();
        Ok(sequence)
    }

    /// Point `index` (modulo 2³²): in `[0, 1)`, or in the open interval if scrambled.
    pub(super) fn point(&self, index: u64) -> Vec<f64> {
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
        let coin = (hash(key ^ hash(higher)) >> 63) as u32;
        let place = BITS as u32 - 1 - bit;
        scrambled | ((x >> place & 1) ^ coin) << place
    })
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014) after one step of its counter: a bijection
/// in which every output bit depends on every input bit.
pub(super) fn hash(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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
            let point = Sequence::plain(row.dimensions).unwrap().point(row.index);
            assert_eq!(point.len(), row.dimensions);
            assert!(point.ends_with(&row.tail), "{} {}", row.dimensions, row.index);
        }
    }

    #[test]
    fn scrambled_points_stay_a_net() {
        // 2⁸ points, 4 columns: one in each of 256 slices of every column, and one in each of the
        // 16 × 16 cells of the first two, as in the plain sequence.
        let sequence = Sequence::scrambled(4, 5).unwrap();
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
            (0..4096).map(|seed| Sequence::scrambled(3, seed).unwrap().point(3)[2]).collect();
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
        assert!(Sequence::plain(MAX_DIMENSIONS).is_ok());
        assert_eq!(
            Sequence::plain(MAX_DIMENSIONS + 1).err(),
            Some(SamplerError::TooManyDimensions {
                found: MAX_DIMENSIONS + 1,
                max: MAX_DIMENSIONS
            })
        );
    }
}
