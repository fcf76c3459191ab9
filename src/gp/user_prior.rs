//! Where the user expects good points, and how much that still counts.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `π(x)` | the user's density over the cube, a product over columns, not normalised |
//! | `β` | how many observations the prior is worth |
//! | `n` | observations |
//!
//! The acquisition is multiplied by `π(x)^{β/n}`, so that its logarithm gains `β/n ln π(x)` (Hvarfner
//! et al. 2022, πBO, arXiv 2204.11051): a wrong prior is forgotten as evidence comes in.

use super::column::Column;

/// A user's prior of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColumnPrior {
    /// The expected coordinate, in `[0, 1]`.
    pub center: f64,
    /// Standard deviation around it, in units of the cube's side; for choices, how unlikely another
    /// one is: `e^{−1/(2 deviation²)}`.
    pub deviation: f64,
}

/// A user's prior over the cube, and its weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserPrior {
    /// Priors of the columns, in their order; `None` for no opinion.
    pub columns: Vec<Option<ColumnPrior>>,
    /// `β / n`, at least 0.
    pub weight: f64,
}

impl UserPrior {
    /// `β/n ln π(x)`; a column that is switched off says nothing.
    pub(super) fn value(&self, columns: &[Column], point: &[f64]) -> f64 {
        let terms = self.columns.iter().zip(columns).zip(point);
        let log = terms.map(|((prior, column), &u)| match prior {
            Some(prior) if u >= 0.0 => {
                let off = match column.is_categorical() {
                    true => f64::from(u8::from(u != prior.center)),
                    false => u - prior.center,
                };
                -0.5 * (off / prior.deviation).powi(2)
            }
            _ => 0.0,
        });
        self.weight * log.sum::<f64>()
    }

    /// The derivative of [`value`](Self::value) along a continuous column that is not switched off.
    pub(super) fn slope(&self, k: usize, u: f64) -> f64 {
        match self.columns.get(k) {
            Some(Some(b)) => -self.weight * (u - b.center) / (b.deviation * b.deviation),
            _ => 0.0,
        }
    }
}
