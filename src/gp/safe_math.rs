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

/// Terms after which the continued fraction has settled to f64 for `t ≥ 2`. Their number falls like
/// `1/t²`; the constants are measured, and a test holds them against thousands of terms.
fn fraction_terms(t: f64) -> u32 {
    (450.0 / (t * t)) as u32 + 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_h_equals_mpmath() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/golden/gp.json")).unwrap();
        let rows: Vec<[f64; 3]> = serde_json::from_value(golden["log_h"].clone()).unwrap();
        assert!(rows.len() > 20);
        for [z, value, slope] in rows {
            let (found, found_slope) = log_h(z);
            // Absolute near h = 1, where the logarithm crosses 0.
            assert!(
                (found - value).abs() <= 1e-13 * value.abs().max(0.1),
                "{z}: {found} vs {value}"
            );
            assert!((found_slope / slope - 1.0).abs() <= 1e-13, "{z}: {found_slope} vs {slope}");
        }
    }

    #[test]
    fn fraction_has_settled_everywhere() {
        for i in 0..2000 {
            let t = 2.0 + 0.05 * f64::from(i);
            let fraction = |terms: u32| (1..=terms).rev().fold(0.0, |c, k| f64::from(k) / (t + c));
            let (found, settled) = (fraction(fraction_terms(t)), fraction(3000));
            assert!((found / settled - 1.0).abs() < 2e-15, "{t}: {found} vs {settled}");
        }
    }

    #[test]
    fn log_h_at_the_ends_of_f64() {
        assert_eq!(log_h(f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        assert_eq!(log_h(-1e200).0, f64::NEG_INFINITY);
        assert!(log_h(f64::NAN).0.is_nan());
        assert_eq!(log_h(1e300).0, 1e300_f64.ln());
        assert!(log_h(-1e150).0.is_finite());
    }
}
