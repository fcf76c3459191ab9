//! Scalars of the normal distribution that stay accurate in the tails.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `φ(z)`, `Φ(z)` | density and distribution function of the standard normal |
//! | `h(z) = φ(z) + z Φ(z)` | expected improvement of a unit normal over `−z` |
//! | `t = −z` | distance into the left tail |
//! | `R(t) = (1 − Φ(t)) / φ(t)` | Mills' ratio |
//! | `c(t)` | the tail of its continued fraction, `R(t) = 1 / (t + c(t))` |
//!
//! Left of [`TAIL`], `h` is the small difference of two tiny numbers. Laplace's continued fraction
//! (Abramowitz & Stegun 26.2.14) removes both troubles at once: with
//! `c = 1/(t + 2/(t + 3/(t + …)))`,
//!
//! `h(−t) = φ(t) (1 − t R(t)) = φ(t) c / (t + c)` and `Φ(−t) / h(−t) = 1 / c`,
//!
//! where nothing cancels, overflows or underflows before `t²` does. Ament et al. (2023, appendix A)
//! reach the same quantity through `erfcx`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Left of this the continued fraction takes over. At −2 the direct formula still loses less than
/// one decimal digit, and the fraction needs no more than [`fraction_terms`] there.
const TAIL: f64 = -2.0;

/// `½ ln 2π`.
pub(super) const HALF_LN_2PI: f64 = 0.918_938_533_204_672_8;

/// `ln h(z)` and its derivative `Φ(z) / h(z)`, for any `z`; relative error below 1e-13.
///
/// `(−∞, ∞)` where `z²` overflows (`z` below −1e154), NaN for NaN.
pub(super) fn log_h(z: f64) -> (f64, f64) {
    if z >= TAIL {
        let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        let below = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
        let h = density + z * below;
        return (h.ln(), below / h);
    }
    let t = -z;
    let c = (1..=fraction_terms(t)).rev().fold(0.0, |tail, k| f64::from(k) / (t + tail));
    let log_density = -0.5 * t * t - HALF_LN_2PI;
    (log_density + (c / (t + c)).ln(), c.recip())
}

/// Terms after which the continued fraction has settled to f64: its error falls like
/// `exp(−2 t √(2k))`, so `k = (37 / t)² / 8`; a few more for the slow start at large `t`.
fn fraction_terms(t: f64) -> u32 {
    let k = (37.0 / t).powi(2) / 8.0;
    k as u32 + 6
}
