//! Log marginal likelihood, the priors, and the gradient of their sum.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `θ` | `ln ℓ_1 … ln ℓ_d, ln σ_f², ln σ_n², m` | d + 3 |
//! | `z`, `m` | standardised losses, their constant mean | n, scalar |
//! | `K` | `k(X, X) + σ_n² I` | n × n |
//! | `α` | `K⁻¹ (z − m)` | n |
//! | `W` | `α αᵀ − K⁻¹` | n × n |
//!
//! `ln p(z | X, θ) = −½ (z − m)ᵀ α − Σ ln L_ii − n/2 ln 2π` and
//! `∂/∂θ_i = ½ tr(W ∂K/∂θ_i)` (Rasmussen & Williams 2006, eq. 5.8 and 5.9).
//!
//! Priors are densities of the hyperparameters themselves, not of their logarithms, as BoTorch has
//! them:
//!
//! - `ℓ_k ~ LogNormal(√2 + ½ ln d, √3)`: typical length scales grow with `√d`, as distances in the
//!   cube do (Hvarfner, Hellsten & Nardi 2024, arXiv 2402.02229).
//! - `σ_n² ~ LogNormal(−6, 2)`: from none to a seventh of the outcomes' variance. BoTorch's
//!   `LogNormal(−4, 1)` insists on noise where there is none: 60 exact values of a sine were fitted
//!   with 0.1 % noise, and the search stopped early on noiseless problems.
//! - `σ_f² ~ LogNormal(1, 1)`, mode 1, and `m ~ Normal(0, 1)`: outcomes are standardised, and the few
//!   first ones must not talk the model into another scale.

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
        let kernel = Kernel::new(data.columns, &theta.length_scales, theta.signal_variance);
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
        let mut gradient = vec![0.0; d + 3];
        let mut trace = 0.0;
        let mut weights = vec![0.0; n];
        for j in 0..n {
            let (inverse, slopes) = (column(&inverse, j), column(&self.slopes, j));
            trace += self.alpha[j] * self.alpha[j] - inverse[j];
            // W g over one column below the diagonal: both halves of the trace, so no ½.
            let weights = &mut weights[j + 1..];
            let parts = self.alpha[j + 1..].iter().zip(&inverse[j + 1..]).zip(&slopes[j + 1..]);
            for (weight, ((alpha, inverse), slope)) in weights.iter_mut().zip(parts) {
                *weight = (alpha * self.alpha[j] - inverse) * slope;
            }
            for (k, gradient) in gradient[..d].iter_mut().enumerate() {
                *gradient += self.kernel.scaled_squares(data.x, j + 1, k, data.x[(j, k)], weights);
            }
        }
        let noise = 0.5 * theta.noise_variance * trace;
        // tr(W K) = αᵀ(z − m) − n, and K without noise is what σ_f² multiplies. Jitter belongs to
        // neither.
        let fit = lanes(data.z.as_slice(), &self.alpha, |z, a| (z - theta.mean) * a);
        let jitter = 0.5 * self.cholesky.jitter() * trace;
        gradient[d] = 0.5 * (fit - n as f64) - noise - jitter;
        gradient[d + 1] = noise;
        gradient[d + 2] = self.alpha.iter().sum();
        gradient
    }
}

fn column(matrix: &DMatrix<f64>, j: usize) -> &[f64] {
    let n = matrix.nrows();
    &matrix.as_slice()[j * n..(j + 1) * n]
}

/// A log-normal density `LogNormal(location, scale)` of a positive quantity given by its logarithm.
struct LogNormal {
    location: f64,
    scale: f64,
}

impl LogNormal {
    /// Log density at `e^log` and its derivative with respect to `log`.
    fn log_density(&self, log: f64) -> (f64, f64) {
        let u = (log - self.location) / self.scale;
        (-0.5 * u * u - log - self.scale.ln() - HALF_LN_2PI, -u / self.scale - 1.0)
    }
}

const NOISE_PRIOR: LogNormal = LogNormal { location: -6.0, scale: 2.0 };

const SIGNAL_PRIOR: LogNormal = LogNormal { location: 1.0, scale: 1.0 };

fn length_scale_prior(d: usize) -> LogNormal {
    LogNormal { location: std::f64::consts::SQRT_2 + 0.5 * (d as f64).ln(), scale: 3.0_f64.sqrt() }
}

/// Sum of the log prior densities, and its gradient in the order of θ.
pub(super) fn log_prior(theta: &[f64]) -> (f64, Vec<f64>) {
    let d = theta.len() - 3;
    let length_scale = length_scale_prior(d);
    let mut terms: Vec<(f64, f64)> =
        theta[..d].iter().map(|&log| length_scale.log_density(log)).collect();
    terms.push(SIGNAL_PRIOR.log_density(theta[d]));
    terms.push(NOISE_PRIOR.log_density(theta[d + 1]));
    let mean = theta[d + 2];
    terms.push((-0.5 * mean * mean - HALF_LN_2PI, -mean));
    (terms.iter().map(|t| t.0).sum(), terms.iter().map(|t| t.1).collect())
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
            let data = Data { columns: &gp.columns, x: &gp.x, z: &z };
            let gradient = gp.factored.log_likelihood_gradient(data, theta);
            assert_eq!(gradient.len(), model.log_marginal_likelihood_gradient.len());
            for (found, expected) in gradient.iter().zip(model.log_marginal_likelihood_gradient) {
                assert!(close(*found, expected), "{found} vs {expected}");
            }
        }
    }

    #[test]
    fn prior_gradient_matches_central_differences() {
        let theta = [0.3, -1.2, 0.4, -3.0, 0.7];
        let (_, gradient) = log_prior(&theta);
        for i in 0..theta.len() {
            let at = |h: f64| {
                let mut moved = theta;
                moved[i] += h;
                log_prior(&moved).0
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((gradient[i] - numeric).abs() < 1e-8 * numeric.abs().max(1.0));
        }
    }
}
