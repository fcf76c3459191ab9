//! Log marginal likelihood, the priors, and the gradient of their sum.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `θ` | `ln ℓ_1 … ln ℓ_d, ln σ_f², ln σ_a², ln ρ, ln σ_n², m` | d + 5 |
//! | `z`, `m` | standardised losses, their constant mean | n, scalar |
//! | `K` | `k(X, X) + σ_n² I` | n × n |
//! | `α` | `K⁻¹ (z − m)` | n |
//! | `W` | `α αᵀ − K⁻¹` | n × n |
//!
//! `ln p(z | X, θ) = −½ (z − m)ᵀ α − Σ ln L_ii − n/2 ln 2π` and
//! `∂/∂θ_i = ½ tr(W ∂K/∂θ_i)` (Rasmussen & Williams 2006, eq. 5.8 and 5.9).
//!
//! Every prior is a normal density over a coordinate of θ. Over the quantity itself that is a log-normal
//! with the same mode; a mode does not move when it is written as the exponential of another location.
//!
//! - `ln ℓ_k`: around `0.2 √d`, since distances in the cube grow with `√d` (Hvarfner, Hellsten & Nardi
//!   2024, arXiv 2402.02229, whose prior has the same mode). Its deviation is 1, where theirs is √3: in
//!   a few dimensions the tighter one finds better points in fewer trials. It grows with the dimension,
//!   for of many parameters most do not matter.
//! - `ln σ_f²`: around 1, as losses are standardised, and the few first ones must not talk the model
//!   into another scale.
//! - `ln σ_a²`: around 0.08: the additive part has to be earned.
//! - `ln ρ`: around `0.4 / √d`, for a single column does not see distances grow.
//! - `ln σ_n²`: a [`NoisePrior`]. BoTorch's `LogNormal(−4, 1)` insists on noise where there is none: 60
//!   exact values of a sine were fitted with 0.1 % noise, and the search stopped early on noiseless
//!   problems.
//! - `m`: around 0 with deviation 1.

use nalgebra::{DMatrix, DVector};

use super::cholesky::Cholesky;
use super::kernel::{Kernel, lanes};
use super::safe_math::HALF_LN_2PI;
use super::{Column, GpError, Hyperparameters};

/// What a likelihood is made from: points and standardised losses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    pub(super) columns: &'a [Column],
    /// n × d.
    pub(super) x: &'a DMatrix<f64>,
    /// n.
    pub(super) z: &'a DVector<f64>,
    pub(super) prior: Prior,
}

/// What is believed of a function before any loss is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prior {
    /// Whether the kernel has an additive part.
    pub additive: bool,
    /// What is believed of the noise.
    pub noise: NoisePrior,
}

impl Default for Prior {
    fn default() -> Self {
        Self { additive: true, noise: NoisePrior::Slight }
    }
}

/// What is believed of the noise, as a share of the outcomes' variance: a log-normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoisePrior {
    /// Around 5e-5, 95 % between 1e-6 and 0.002. A search goes by it: doubting good losses for no
    /// reason costs trials.
    Slight,
    /// Around 0.007, 95 % between 1e-4 and 0.4. For a judgement: a few dozen losses can often be had
    /// without noise or with much of it, and who believes in none takes the luckiest at its word.
    Open,
}

impl NoisePrior {
    /// Of `ln σ_n²`.
    fn normal(self) -> Normal {
        let center = match self {
            Self::Slight => -10.0,
            Self::Open => -5.0,
        };
        Normal { center, deviation: 2.0 }
    }
}

/// A fitted state: the factor of `K` and `α`.
#[derive(Clone, Debug)]
pub(super) struct Factored {
    pub(super) kernel: Kernel,
    pub(super) cholesky: Cholesky,
    pub(super) alpha: Vec<f64>,
    /// Lower half of `g` between training points; see [`Kernel`].
    slopes: DMatrix<f64>,
}

impl Factored {
    /// # Errors
    /// [`GpError::NotPositiveDefinite`].
    pub(super) fn new(data: Data<'_>, theta: &Hyperparameters) -> Result<Self, GpError> {
        let kernel = Kernel::new(data.columns, theta);
        let (mut covariance, slopes) = kernel.lower(data.x);
        for i in 0..covariance.nrows() {
            covariance[(i, i)] += theta.noise_variance;
        }
        let cholesky = Cholesky::new(&covariance)?;
        let mut alpha: Vec<f64> = data.z.iter().map(|z| z - theta.mean).collect();
        cholesky.solve_lower(&mut alpha);
        cholesky.solve_upper(&mut alpha);
        Ok(Self { kernel, cholesky, alpha, slopes })
    }

    /// `ln p(z | X, θ)`.
    pub(super) fn log_likelihood(&self, data: Data<'_>, theta: &Hyperparameters) -> f64 {
        let fit = lanes(data.z.as_slice(), &self.alpha, |z, a| (z - theta.mean) * a);
        let n = self.alpha.len() as f64;
        -0.5 * fit - self.cholesky.half_log_determinant() - n * HALF_LN_2PI
    }

    /// `∂ ln p(z | X, θ) / ∂θ`, in the order of θ.
    pub(super) fn log_likelihood_gradient(
        &self,
        data: Data<'_>,
        theta: &Hyperparameters,
    ) -> Vec<f64> {
        let (n, d) = data.x.shape();
        let inverse = self.cholesky.inverse();
        let mut gradient = vec![0.0; d + SCALARS];
        let mut trace = 0.0;
        let (mut additive, mut ratio) = (0.0, 0.0);
        let mut plain = vec![0.0; n];
        let mut joint = vec![0.0; n];
        for j in 0..n {
            let (inverse, slopes) = (column(&inverse, j), column(&self.slopes, j));
            trace += self.alpha[j] * self.alpha[j] - inverse[j];
            // W and W g over one column below the diagonal: both halves of the trace, so no ½.
            let (plain, joint) = (&mut plain[j + 1..], &mut joint[j + 1..]);
            for (w, (alpha, inverse)) in
                plain.iter_mut().zip(self.alpha[j + 1..].iter().zip(&inverse[j + 1..]))
            {
                *w = alpha * self.alpha[j] - inverse;
            }
            for (wg, (w, slope)) in joint.iter_mut().zip(plain.iter().zip(&slopes[j + 1..])) {
                *wg = w * slope;
            }
            for (k, gradient) in gradient[..d].iter_mut().enumerate() {
                let p = data.x[(j, k)];
                let sums = self.kernel.column_sums(data.x, j + 1, k, p, joint, plain);
                *gradient += sums.length_scale;
                ratio += sums.ratio;
                additive += sums.additive;
            }
        }
        // On the diagonal the additive part is σ_a², off it both halves were counted once.
        additive += 0.5 * theta.additive_variance * trace;
        let noise = 0.5 * theta.noise_variance * trace;
        // tr(W K) = αᵀ(z − m) − n, and what is left of K without the other parts is what σ_f²
        // multiplies. Jitter belongs to none.
        let fit = lanes(data.z.as_slice(), &self.alpha, |z, a| (z - theta.mean) * a);
        let jitter = 0.5 * self.cholesky.jitter() * trace;
        gradient[d] = 0.5 * (fit - n as f64) - noise - jitter - additive;
        gradient[d + 1] = additive;
        gradient[d + 2] = ratio;
        gradient[d + 3] = noise;
        gradient[d + 4] = self.alpha.iter().sum();
        gradient
    }
}

fn column(matrix: &DMatrix<f64>, j: usize) -> &[f64] {
    let n = matrix.nrows();
    &matrix.as_slice()[j * n..(j + 1) * n]
}

/// Hyperparameters besides the length scales.
pub(super) const SCALARS: usize = 5;

/// A normal density.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub(super) center: f64,
    pub(super) deviation: f64,
}

/// Columns from which on the deviation of a length scale grows, and by how much with every e-fold.
const MANY_COLUMNS: f64 = 8.0;
const GROWTH: f64 = 0.25;

/// The priors of `d` columns' θ, in its order.
pub(super) fn priors(d: usize, noise: NoisePrior) -> Vec<Normal> {
    let normal = |center: f64, deviation: f64| Normal { center, deviation };
    let columns = d as f64;
    let spread = 1.0 + GROWTH * (columns / MANY_COLUMNS).max(1.0).ln();
    let mut priors = vec![normal((0.2 * columns.sqrt()).ln(), spread); d];
    priors.extend([
        normal(0.0, 1.0),
        normal(-2.5, 1.0),
        normal(-1.0 - 0.5 * columns.ln(), 1.0),
        noise.normal(),
        normal(0.0, 1.0),
    ]);
    priors
}

/// The log prior density of θ, and its gradient in the order of θ.
pub(super) fn log_prior(theta: &[f64], noise: NoisePrior) -> (f64, Vec<f64>) {
    let priors = priors(theta.len() - SCALARS, noise);
    let (mut log, mut gradient) = (0.0, Vec::with_capacity(theta.len()));
    for (theta, prior) in theta.iter().zip(priors) {
        let u = (theta - prior.center) / prior.deviation;
        log -= 0.5 * u * u + prior.deviation.ln() + HALF_LN_2PI;
        gradient.push(-u / prior.deviation);
    }
    (log, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gp::golden::golden_models;

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-8 * expected.abs().max(1.0)
    }

    #[test]
    fn likelihood_and_its_gradient_equal_gpytorch() {
        let models = golden_models();
        assert_eq!(models.len(), 2);
        for (model, gp) in models {
            let expected = model.log_marginal_likelihood;
            assert!(close(gp.log_marginal_likelihood(), expected));
            // Standardised losses from their own residuals: z = m + (K α).
            let theta = &gp.hyperparameters;
            let (mut covariance, _) = gp.factored.kernel.lower(&gp.x);
            covariance.fill_upper_triangle_with_lower_triangle();
            let alpha = DVector::from_column_slice(&gp.factored.alpha);
            let z = (covariance * &alpha + alpha * theta.noise_variance).add_scalar(theta.mean);
            let prior = Prior { additive: false, ..Prior::default() };
            let data = Data { columns: &gp.columns, x: &gp.x, z: &z, prior };
            let mut gradient = gp.factored.log_likelihood_gradient(data, theta);
            // GPyTorch's model has no additive part.
            let d = theta.length_scales.len();
            assert_eq!(gradient.drain(d + 1..d + 3).collect::<Vec<_>>(), [0.0, 0.0]);
            assert_eq!(gradient.len(), model.log_marginal_likelihood_gradient.len());
            for (found, expected) in gradient.iter().zip(model.log_marginal_likelihood_gradient) {
                assert!(close(*found, expected), "{found} vs {expected}");
            }
        }
    }

    #[test]
    fn prior_gradient_matches_central_differences() {
        let theta = [0.3, -1.2, 0.4, -2.0, 0.1, -3.0, 0.7];
        let (_, gradient) = log_prior(&theta, NoisePrior::Open);
        for i in 0..theta.len() {
            let at = |h: f64| {
                let mut moved = theta;
                moved[i] += h;
                log_prior(&moved, NoisePrior::Open).0
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((gradient[i] - numeric).abs() < 1e-8 * numeric.abs().max(1.0));
        }
    }
}
