//! GradientShap: expected gradients over baselines (Lundberg & Lee 2017, arXiv 1705.07874; Erion et
//! al. 2021, arXiv 1906.10670, equation 4), as Captum has it, with noise on the image.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `x` | the image | c × h × w |
//! | `B` | baselines to draw from | m × c × h × w |
//! | `x_i` | `x + ε_i`, `ε_i` of independent normals with deviation σ | c × h × w |
//! | `b_i` | one of `B`, each as likely, with replacement | c × h × w |
//! | `α_i` | uniform in [0, 1) | scalar |
//! | `φ` | mean of `(x_i − b_i) ∂f/∂x (α_i x_i + (1 − α_i) b_i)` over n samples | c × h × w |
//!
//! In expectation `Σ φ` is the mean of `f(x_i) − f(b_i)`.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use surmise::numeric::normal::two_standard_normals;
use tch::{Kind, TchError, Tensor};

use super::explainer::{at_least_one, check_shape, column, finite, image_size};
use super::{ExplainError, Explainer};

/// How many samples, and how noisy. By default 20 without noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientShap {
    /// Samples, at least 1: one gradient each. The attribution's random error falls with the
    /// square root of their number.
    pub samples: usize,
    /// σ, 0 or more, in units of the image.
    pub stdev: f64,
    /// Where the draws begin. Equal seeds give equal draws on every machine and device.
    pub seed: u64,
}

impl Default for GradientShap {
    fn default() -> Self {
        Self { samples: 20, stdev: 0.0, seed: 0 }
    }
}

/// What is random about a GradientShap, one of each a sample.
#[derive(Debug)]
pub struct Draws {
    /// Which baseline is `b_i`, counted from 0.
    pub indices: Vec<usize>,
    /// `α_i`, from 0, the baseline, to 1, the image.
    pub alphas: Vec<f64>,
    /// `ε_i`, n × c × h × w in units of the image; nothing where σ is 0.
    pub noise: Option<Tensor>,
}

impl Draws {
    /// Draws for an image of `size` and `baselines` baselines.
    fn new(settings: GradientShap, size: [i64; 3], baselines: usize) -> Result<Self, ExplainError> {
        let GradientShap { samples, stdev, seed } = settings;
        at_least_one("number of samples", samples)?;
        if baselines == 0 {
            return Err(ExplainError::NoBaselines);
        }
        if !(stdev >= 0.0 && stdev.is_finite()) {
            return Err(ExplainError::Deviation { found: stdev });
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // u64, for a usize is drawn otherwise on 32 bits.
        let indices =
            (0..samples).map(|_| random.random_range(0..baselines as u64) as usize).collect();
        let alphas = (0..samples).map(|_| random.random::<f64>()).collect();
        let [c, h, w] = size;
        let noise = if stdev > 0.0 {
            let count = samples * (c * h * w) as usize;
            let values: Vec<f32> = (0..count.div_ceil(2))
                .flat_map(|_| two_standard_normals(&mut random))
                .take(count)
                .map(|z| (stdev * z) as f32)
                .collect();
            Some(Tensor::f_from_slice(&values)?.f_view([-1, c, h, w])?)
        } else {
            None
        };
        Ok(Self { indices, alphas, noise })
    }
}

impl<F> Explainer<F>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    /// Shares the score's rise from `baselines` (m × c × h × w) to `image` (c × h × w) among the
    /// numbers of the image, in logits: c × h × w. Captum's `GradientShap`, with draws of our own.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); no gradient; no baselines, or not of the image's
    /// shape and type; settings out of range.
    pub fn gradient_shap(
        &self,
        image: &Tensor,
        baselines: &Tensor,
        settings: GradientShap,
    ) -> Result<Tensor, ExplainError> {
        let size = image_size(image)?;
        let count = baselines.size().first().map_or(0, |&count| count as usize);
        let draws = Draws::new(settings, size, count)?;
        self.gradient_shap_with(image, baselines, &draws)
    }

    /// [`gradient_shap`](Self::gradient_shap) with draws from elsewhere.
    ///
    /// # Errors
    /// The same, and draws that do not fit each other, the baselines or the image.
    pub fn gradient_shap_with(
        &self,
        image: &Tensor,
        baselines: &Tensor,
        draws: &Draws,
    ) -> Result<Tensor, ExplainError> {
        let [c, h, w] = image_size(image)?;
        let samples = draws.check(baselines, [c, h, w])?;
        let device = image.device();
        let alphas = column(draws.alphas.iter().copied(), device)?;
        let indices: Vec<i64> = draws.indices.iter().map(|&index| index as i64).collect();
        let indices = Tensor::f_from_slice(&indices)?.f_to_device(device)?;
        let (image, baselines) = (image.f_detach()?, baselines.f_detach()?);
        let mut sum = image.f_zeros_like()?;
        for (start, len) in self.batches(samples)? {
            let part = |tensor: &Tensor| tensor.f_narrow(0, start as i64, len as i64);
            let images = match &draws.noise {
                Some(noise) => part(noise)?.f_to_device(device)?.f_add(&image)?,
                None => image.f_unsqueeze(0)?,
            };
            let from = baselines.f_index_select(0, &part(&indices)?)?;
            let alphas = part(&alphas)?;
            let rest = alphas.f_neg()?.f_add_scalar(1.0)?;
            let points = images.f_mul(&alphas)?.f_add(&from.f_mul(&rest)?)?;
            let each = images.f_sub(&from)?.f_mul(&self.gradients(&points)?)?;
            sum = sum.f_add(&each.f_sum_dim_intlist(0, false, Kind::Float)?)?;
        }
        finite(sum.f_div_scalar(samples as f64)?)
    }
}

impl Draws {
    /// Checks that they fit each other, `baselines` and the image's `size`; their number.
    fn check(&self, baselines: &Tensor, size: [i64; 3]) -> Result<usize, ExplainError> {
        let [c, h, w] = size;
        let count = baselines.size().first().copied().unwrap_or(0);
        if count == 0 {
            return Err(ExplainError::NoBaselines);
        }
        check_shape("baselines", baselines, &[count, c, h, w])?;
        let (alphas, indices) = (self.alphas.len(), self.indices.len());
        if alphas != indices {
            return Err(ExplainError::Draws { alphas, indices });
        }
        let samples = at_least_one("number of samples", alphas)?;
        let known = |index: usize| i64::try_from(index).is_ok_and(|index| index < count);
        if let Some(sample) = self.indices.iter().position(|&index| !known(index)) {
            let index = self.indices[sample];
            return Err(ExplainError::Draw { sample, index, baselines: count });
        }
        if let Some(noise) = &self.noise {
            check_shape("noise", noise, &[samples as i64, c, h, w])?;
        }
        Ok(samples)
    }
}
