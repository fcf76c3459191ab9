//! The additive recurrence: points that fill the cube evenly at next to no cost, in any dimension.

/// Points that fill the unit cube evenly: the additive recurrence of Roberts (2018, "The unreasonable
/// effectiveness of quasirandom sequences"), `uₖ = frac(½ + i φ⁻ᵏ)` with `φ` the root of
/// `φᵈ⁺¹ = φ + 1`.
pub(super) fn additive_recurrence(width: usize, count: usize) -> impl Iterator<Item = Vec<f64>> {
    let mut phi: f64 = 1.5;
    for _ in 0..60 {
        phi = (1.0 + phi).powf(1.0 / (width as f64 + 1.0));
    }
    let steps: Vec<f64> = (1..=width).map(|k| phi.powi(-(k as i32))).collect();
    (1..=count).map(move |i| steps.iter().map(|s| (0.5 + i as f64 * s).fract()).collect())
}
