//! Attributions → a map between −1 and 1, as Captum's `visualize_image_attr` shows them.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `φ` | the attributions | c × h × w |
//! | `a` | their sum over channels, other signs set to 0 | h × w |
//! | `p` | share of `Σ |a|` that may lie at or beyond the scale, in percent | scalar |
//! | `t` | the scale: least of `|a|` up to which the sorted ones sum to `(100 − p)/100 Σ |a|` | scalar |
//! | `v` | `a/t`, cut off at ±1 | h × w |

use tch::{Device, Tensor};

use super::terms::Sign;
use super::{ExplainError, VisualizeError};

/// Numbers in planes: an image or its attributions, outside libtorch.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    channels: usize,
    height: usize,
    width: usize,
    values: Vec<f32>,
}

impl Planes {
    /// `values` as `channels` planes, each by rows from the top.
    ///
    /// # Errors
    /// [`VisualizeError::Length`], [`VisualizeError::NotFinite`].
    pub fn new(
        channels: usize,
        height: usize,
        width: usize,
        values: Vec<f32>,
    ) -> Result<Self, VisualizeError> {
        let expected = channels.checked_mul(height).and_then(|n| n.checked_mul(width));
        if values.is_empty() || expected != Some(values.len()) {
            return Err(VisualizeError::Length { found: values.len(), channels, height, width });
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(VisualizeError::NotFinite { index, value: values[index] });
        }
        Ok(Self { channels, height, width, values })
    }

    /// The number of planes.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Every pixel's value of one channel after the other, by rows; all finite.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// `combine` of each pixel's values with what came of the channels before, from 0.
    pub(super) fn folded<T: Copy + Default>(&self, combine: impl Fn(T, f32) -> T) -> Vec<T> {
        let pixels = self.height * self.width;
        let mut folded = vec![T::default(); pixels];
        for plane in self.values.chunks_exact(pixels) {
            for (so_far, &value) in folded.iter_mut().zip(plane) {
                *so_far = combine(*so_far, value);
            }
        }
        folded
    }
}

impl TryFrom<&Tensor> for Planes {
    type Error = ExplainError;

    /// From an image or an attribution, c × h × w, 32-bit floats on any device.
    fn try_from(tensor: &Tensor) -> Result<Self, ExplainError> {
        let [channels, height, width] = super::explainer::image_size(tensor)?.map(|n| n as usize);
        let tensor = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_contiguous()?;
        let mut values = vec![0.0; channels * height * width];
        let len = values.len();
        tensor.f_copy_data(&mut values, len)?;
        Self::new(channels, height, width, values).map_err(|_| ExplainError::NotFinite)
    }
}

/// Attributions of pixels, on a common scale.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HeatMap {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// What is shown.
    pub sign: Sign,
    /// `v` by rows, from −1 to 1 for [`Sign::All`], else from 0 to 1.
    pub values: Vec<f32>,
}

/// The map of `attributions`, summed over channels and scaled so that the largest pixels, which
/// hold about `outlier_percent` of the whole, are cut off. Captum's default is 2; with 0 the
/// largest is 1.
///
/// # Errors
/// [`VisualizeError::Nothing`] if no pixel has that sign, and [`VisualizeError::Range`] for a
/// percentage outside 0 to 100.
pub fn heat_map(
    attributions: &Planes,
    sign: Sign,
    outlier_percent: f64,
) -> Result<HeatMap, VisualizeError> {
    if !(0.0..=100.0).contains(&outlier_percent) {
        return Err(VisualizeError::Range {
            what: "percentage of outliers",
            found: outlier_percent,
            low: 0.0,
            high: 100.0,
        });
    }
    let mut values = attributions.folded(|sum: f32, value| sum + value);
    for value in &mut values {
        *value = match sign {
            Sign::All => *value,
            Sign::Positive => value.max(0.0),
            Sign::Negative => (-*value).max(0.0),
            Sign::Absolute => value.abs(),
        };
    }
    let scale = scale(&values, outlier_percent).ok_or(VisualizeError::Nothing { sign })?;
    for value in &mut values {
        *value = (*value / scale).clamp(-1.0, 1.0);
    }
    Ok(HeatMap { width: attributions.width, height: attributions.height, sign, values })
}

/// `t`, of the sizes that are not 0; nothing if all are.
fn scale(values: &[f32], outlier_percent: f64) -> Option<f32> {
    let sizes = values.iter().map(|value| value.abs());
    let mut sizes: Vec<f32> = sizes.filter(|&size| size > 0.0).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let total: f64 = sizes.iter().copied().map(f64::from).sum();
    // Rounded as Captum rounds it, which can take it beyond the total.
    let enough = total * 0.01 * (100.0 - outlier_percent);
    let mut sum = 0.0;
    let reached = |&size: &f32| {
        sum += f64::from(size);
        sum >= enough
    };
    sizes.iter().copied().find(reached).or(sizes.last().copied())
}
