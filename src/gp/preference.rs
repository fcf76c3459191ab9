//! Where the user expects good points, and how much that still counts.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `π(x)` | the user's density over the cube, a product over columns, not normalised |
//! | `β` | how many observations the belief is worth |
//! | `n` | observations |
//!
//! The acquisition is multiplied by `π(x)^{β/n}`, so that its logarithm gains `β/n ln π(x)` (Hvarfner
//! et al. 2022, πBO, arXiv 2204.11051): a wrong belief is forgotten as evidence comes in.

use super::column::Column;

/// A belief about one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// The expected coordinate, in `[0, 1]`.
    pub center: f64,
    /// Standard deviation around it, in units of the cube's side; for choices, how unlikely another
    /// one is: `e^{−1/(2 deviation²)}`.
    pub deviation: f64,
}

/// The user's beliefs, one a column, and their weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preference {
    /// One a column; `None` for no opinion.
    pub beliefs: Vec<Option<Belief>>,
    /// `β / n`, at least 0.
    pub weight: f64,
}

impl Preference {
    /// `β/n ln π(x)`; a column that is switched off says nothing.
    pub(super) fn value(&self, columns: &[Column], point: &[f64]) -> f64 {
        let terms = self.beliefs.iter().zip(columns).zip(point);
        let log = terms.map(|((belief, column), &u)| match belief {
            Some(belief) if u >= 0.0 => {
                let off = match column.is_categorical() {
                    true => f64::from(u8::from(u != belief.center)),
                    false => u - belief.center,
                };
                -0.5 * (off / belief.deviation).powi(2)
            }
            _ => 0.0,
        });
        self.weight * log.sum::<f64>()
    }

    /// Its derivative along a continuous column that is not switched off.
    pub(super) fn slope(&self, k: usize, u: f64) -> f64 {
        match self.beliefs.get(k) {
            Some(Some(b)) => -self.weight * (u - b.center) / (b.deviation * b.deviation),
            _ => 0.0,
        }
    }
}
