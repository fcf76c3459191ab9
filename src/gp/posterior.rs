//! What the Gaussian process says of points not yet seen.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `k_*` | covariance of a point with the training points | n |
//! | `v` | `L⁻¹ k_*` | n |
//! | `w` | `K⁻¹ k_* = L⁻ᵀ v` | n |
//! | `μ` | `m + k_*ᵀ α`, mean of the latent function | scalar |
//! | `σ²` | `σ_f² − vᵀ v`, variance of the latent function | scalar |
//!
//! Rasmussen & Williams (2006), eq. 2.25 and 2.26. Noise is in neither: the question is the function,
//! not the next measurement. All in standardised units here.

use nalgebra::DMatrix;

use super::kernel::lanes;
use super::likelihood::Factored;

/// The latent function at one point, in standardised units, with gradients with respect to the point.
#[derive(Clone, Debug)]
pub struct Latent {
    /// `μ`.
    pub mean: f64,
    /// `σ²`, above 0.
    pub variance: f64,
    /// `∂μ/∂x_k`.
    pub mean_gradient: Vec<f64>,
    /// `∂σ²/∂x_k`.
    pub variance_gradient: Vec<f64>,
}

/// Below this share of the prior variance, only rounding is left.
const LEAST_VARIANCE: f64 = 1e-12;

/// The posterior at one point of the unit cube, with gradients. `x` is n × d; the gradient along a
/// categorical column is 0.
pub(super) fn latent(factored: &Factored, x: &DMatrix<f64>, mean: f64, point: &[f64]) -> Latent {
    let n = x.nrows();
    let kernel = &factored.kernel;
    let (mut values, mut slopes) = (vec![0.0; n], vec![0.0; n]);
    kernel.row(x, 0, |k| point[k], &mut values, &mut slopes);
    let mean = mean + lanes(&values, &factored.alpha, |k, a| k * a);
    let mut solved = values;
    factored.cholesky.solve_lower(&mut solved);
    let prior = kernel.variance();
    let variance = prior - lanes(&solved, &solved, |a, b| a * b);
    factored.cholesky.solve_upper(&mut solved);
    let by_mean: Vec<f64> = pairwise(&factored.alpha, &slopes);
    let by_variance: Vec<f64> = pairwise(&solved, &slopes);
    let along =
        |joint: &[f64], plain: &[f64], k: usize| kernel.gradient_sum(x, k, point[k], joint, plain);
    let clamped = variance < LEAST_VARIANCE * prior;
    Latent {
        mean,
        variance: variance.max(LEAST_VARIANCE * prior),
        mean_gradient: (0..point.len()).map(|k| along(&by_mean, &factored.alpha, k)).collect(),
        variance_gradient: (0..point.len())
            .map(|k| if clamped { 0.0 } else { -2.0 * along(&by_variance, &solved, k) })
            .collect(),
    }
}

fn pairwise(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// Means and variances at the rows of `points` (m × d).
pub(super) fn latent_batch(
    factored: &Factored,
    x: &DMatrix<f64>,
    mean: f64,
    points: &DMatrix<f64>,
) -> Vec<(f64, f64)> {
    let n = x.nrows();
    let mut cross = factored.kernel.cross(x, points);
    let means: Vec<f64> = cross
        .as_slice()
        .chunks_exact(n)
        .map(|k| mean + lanes(k, &factored.alpha, |k, a| k * a))
        .collect();
    factored.cholesky.solve_lower_columns(&mut cross);
    let prior = factored.kernel.variance();
    let variances = cross
        .as_slice()
        .chunks_exact(n)
        .map(|v| (prior - lanes(v, v, |a, b| a * b)).max(LEAST_VARIANCE * prior));
    means.into_iter().zip(variances).collect()
}

#[cfg(test)]
mod tests {
    use crate::gp::golden::{golden_models, matrix};

    #[test]
    fn posterior_equals_gpytorch() {
        for (model, gp) in golden_models() {
            let posterior = gp.posterior(&matrix(&model.points)).unwrap();
            assert_eq!(posterior.mean.len(), model.posterior_mean.len());
            for (found, expected) in posterior.mean.iter().zip(model.posterior_mean) {
                assert!((found - expected).abs() < 1e-8 * expected.abs(), "{found} vs {expected}");
            }
            for (found, expected) in posterior.variance().iter().zip(model.posterior_variance) {
                assert!((found - expected).abs() < 1e-8 * expected.abs(), "{found} vs {expected}");
            }
        }
    }
}
