//! Log marginal likelihood and its gradient.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `θ` | hyperparameters, see [`hyperparameters`](super::hyperparameters) | d + 5 |
//! | `z`, `m` | standardised losses, their constant mean | n, scalar |
//! | `K` | `k(X, X) + σ_n² I` | n × n |
//! | `α` | `K⁻¹ (z − m)` | n |
//! | `W` | `α αᵀ − K⁻¹` | n × n |
//!
//! `ln p(z | X, θ) = −½ (z − m)ᵀ α − Σ ln L_ii − n/2 ln 2π` and
//! `∂/∂θ_i = ½ tr(W ∂K/∂θ_i)` (Rasmussen & Williams 2006, eq. 5.8 and 5.9).

use nalgebra::{DMatrix, DVector};

use super::cholesky::Cholesky;
use super::column::Column;
use super::error::GpError;
use super::hyperparameters::{Hyperparameters, Prior, Scalars, join};
use super::kernel::{Kernel, lanes};
use super::safe_math::HALF_LN_2PI;

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
        let mut length_scales = vec![0.0; d];
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
            for (k, gradient) in length_scales.iter_mut().enumerate() {
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
        let others = Scalars {
            signal_variance: 0.5 * (fit - n as f64) - noise - jitter - additive,
            additive_variance: additive,
            additive_ratio: ratio,
            noise_variance: noise,
            mean: self.alpha.iter().sum(),
        };
        join(length_scales, others)
    }
}

fn column(matrix: &DMatrix<f64>, j: usize) -> &[f64] {
    let n = matrix.nrows();
    &matrix.as_slice()[j * n..(j + 1) * n]
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
}
