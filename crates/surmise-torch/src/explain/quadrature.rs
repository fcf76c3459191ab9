//! Quadrature: an integral as a weighted sum.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `n` | number of nodes | scalar |
//! | `α_i` | nodes in (0, 1), ascending | n |
//! | `w_i` | weights; positive, their sum is 1 | n |
//! | `P_n` | Legendre polynomial of degree n, on [−1, 1] | function |
//! | `z_i` | its roots | n |
//!
//! `∫₀¹ g(α) dα ≈ Σ w_i g(α_i)`.

use std::f64::consts::PI;

use super::ExplainError;
use super::explainer::at_least_one;

/// How an integral from 0 to 1 becomes a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// `α_i = ½ (1 + z_i)`: exact for polynomials up to degree 2n − 1, so that a few nodes do
    /// where the gradient is smooth. Captum's `gausslegendre`.
    GaussLegendre,
    /// `α_i = (i + ½)/n`, all of the same weight. Captum's `riemann_middle`.
    Midpoint,
}

impl Rule {
    /// The nodes `α_i`, ascending in (0, 1), each with its weight `w_i`: `steps` of them.
    ///
    /// # Errors
    /// [`ExplainError::Zero`] for no steps.
    pub fn nodes(self, steps: usize) -> Result<Vec<(f64, f64)>, ExplainError> {
        let n = at_least_one("number of steps", steps)?;
        Ok(match self {
            Rule::Midpoint => {
                (0..n).map(|i| ((i as f64 + 0.5) / n as f64, 1.0 / n as f64)).collect()
            }
            Rule::GaussLegendre => (0..n).map(|i| gauss_legendre(i, n)).collect(),
        })
    }
}

/// `α_i` and `w_i` of the Gauss–Legendre rule, by Newton's method on `P_n`; the weight on [−1, 1]
/// is `2 / ((1 − z²) P_n′(z)²)` (Abramowitz & Stegun 1964, 25.4.29).
fn gauss_legendre(i: usize, n: usize) -> (f64, f64) {
    // Close enough for Newton's method (A & S 22.16.6, its leading term); the sign makes the roots
    // ascend.
    let mut z = -(PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
    // Each step doubles the right digits; the limit ends a walk among neighbouring numbers.
    for _ in 0..8 {
        let (value, slope) = legendre(n, z);
        let step = value / slope;
        z -= step;
        if step.abs() < 1e-15 {
            break;
        }
    }
    let (_, slope) = legendre(n, z);
    (0.5 * (1.0 + z), 1.0 / ((1.0 - z * z) * slope * slope))
}

/// `P_n(z)` and `P_n′(z)` for |z| < 1, by `k P_k = (2k − 1) z P_{k−1} − (k − 1) P_{k−2}` and
/// `(1 − z²) P_n′ = n (P_{n−1} − z P_n)` (Abramowitz & Stegun 1964, 22.7.10 and 22.8.5).
fn legendre(n: usize, z: f64) -> (f64, f64) {
    let (mut before, mut last) = (0.0, 1.0);
    for k in 1..=n {
        let k = k as f64;
        (before, last) = (last, ((2.0 * k - 1.0) * z * last - (k - 1.0) * before) / k);
    }
    (last, n as f64 * (before - z * last) / (1.0 - z * z))
}
