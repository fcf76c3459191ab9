//! Log expected improvement.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `μ(x)`, `σ(x)` | posterior mean and standard deviation of the latent function |
//! | `b` | the value to improve on |
//! | `u` | `(b − μ) / σ` |
//! | `h(u)` | `φ(u) + u Φ(u)` |
//!
//! `LogEI(x) = ln E max(b − f(x), 0) = ln σ + ln h(u)`: the maximiser of expected improvement, with a
//! gradient that does not vanish where improvement is improbable (Ament et al. 2023, arXiv
//! 2310.20708). In standardised units.

use super::{Acquisition, Latent};
use crate::gp::safe_math::log_h;

/// Log expected improvement.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogEi;

impl Acquisition for LogEi {
    fn log_value(&self, best: f64, mean: f64, variance: f64) -> f64 {
        let deviation = variance.sqrt();
        deviation.ln() + log_h((best - mean) / deviation).0
    }

    fn log_value_with_gradient(&self, best: f64, latent: &Latent) -> (f64, Vec<f64>) {
        let deviation = latent.variance.sqrt();
        let u = (best - latent.mean) / deviation;
        let (log_h, slope) = log_h(u);
        // ∂u = −(∂μ + u ∂σ) / σ and ∂σ = ∂σ² / 2σ.
        let gradient = latent.mean_gradient.iter().zip(&latent.variance_gradient);
        let gradient = gradient.map(|(mean, variance)| {
            let deviation_gradient = variance / (2.0 * deviation);
            (deviation_gradient * (1.0 - slope * u) - slope * mean) / deviation
        });
        (deviation.ln() + log_h, gradient.collect())
    }
}
