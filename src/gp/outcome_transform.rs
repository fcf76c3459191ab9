//! Outcomes with mean 0 and standard deviation 1, and back.

use nalgebra::DVector;

/// An affine map between the user's losses `y` and standardised ones `z`:
/// `y = unit (center + scale z)`.
///
/// `unit` is the largest magnitude of any loss, so that neither squares nor sums overflow for losses
/// of 1e300.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OutcomeTransform {
    unit: f64,
    center: f64,
    scale: f64,
}

impl OutcomeTransform {
    /// The map that gives `y` (finite, not empty) mean 0 and, with `n − 1` in the denominator,
    /// variance 1. One loss, or losses all equal, do not vary: then one `unit` is the scale.
    pub(super) fn new(y: &DVector<f64>) -> Self {
        let largest = y.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let n = y.len() as f64;
        let center = y.iter().map(|v| v / unit).sum::<f64>() / n;
        let squares: f64 = y.iter().map(|v| (v / unit - center).powi(2)).sum();
        let scale = (squares / (n - 1.0)).sqrt();
        Self { unit, center, scale: if is_constant(y) { 1.0 } else { scale } }
    }

    /// Standardised losses. All zero if they are all equal.
    pub(super) fn apply(&self, y: &DVector<f64>) -> DVector<f64> {
        if is_constant(y) {
            return DVector::zeros(y.len());
        }
        y.map(|v| (v / self.unit - self.center) / self.scale)
    }

    /// A loss in the user's units.
    pub(super) fn undo(&self, z: f64) -> f64 {
        self.unit * (self.center + self.scale * z)
    }

    /// A standard deviation in the user's units.
    pub(super) fn undo_deviation(&self, deviation: f64) -> f64 {
        self.unit * (self.scale * deviation)
    }
}

fn is_constant(y: &DVector<f64>) -> bool {
    y.iter().all(|&v| v == y[0])
}
