//! What the Gaussian process knows of a parameter: how its coordinate may move.

/// One column of the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Any coordinate in `[0, 1]`.
    Continuous,
    /// One of these coordinates, ascending; near coordinates are alike.
    Ordered {
        /// Coordinates of the levels, ascending, in `[0, 1]`.
        levels: Vec<f64>,
    },
    /// One of these coordinates; two different ones are equally unlike.
    Categorical {
        /// Coordinates that stand for the choices, ascending, in `[0, 1]`.
        levels: Vec<f64>,
    },
}

impl Column {
    /// Coordinates of the levels; `None` if continuous.
    pub fn levels(&self) -> Option<&[f64]> {
        match self {
            Self::Continuous => None,
            Self::Ordered { levels } | Self::Categorical { levels } => Some(levels),
        }
    }

    pub(super) fn is_categorical(&self) -> bool {
        matches!(self, Self::Categorical { .. })
    }

    /// The nearest coordinate the column may take.
    pub(super) fn snap(&self, u: f64) -> f64 {
        match self.levels() {
            None => u.clamp(0.0, 1.0),
            Some(levels) => nearest(levels, u).map_or(u, |k| levels[k]),
        }
    }

    /// Levels worth trying from `u` in a local search: all of them for choices, for ordered levels
    /// those 1, 2, 4, … places away, so that any level is within `log₂ levels` moves.
    pub(super) fn neighbours(&self, u: f64) -> Vec<f64> {
        match self {
            Self::Continuous => Vec::new(),
            Self::Categorical { levels } => levels.iter().copied().filter(|&v| v != u).collect(),
            Self::Ordered { levels } => {
                let Some(k) = nearest(levels, u) else {
                    return Vec::new();
                };
                let strides = std::iter::successors(Some(1usize), |s| s.checked_mul(2))
                    .take_while(|&s| s < levels.len());
                strides
                    .flat_map(|s| [k.checked_sub(s), k.checked_add(s)])
                    .filter_map(|k| levels.get(k?).copied())
                    .collect()
            }
        }
    }
}

/// Index of the level nearest to `u`; `None` without levels.
fn nearest(levels: &[f64], u: f64) -> Option<usize> {
    let above = levels.partition_point(|&v| v < u);
    let below = above.saturating_sub(1);
    match (levels.get(below), levels.get(above)) {
        (Some(a), Some(b)) if (b - u) < (u - a) => Some(above),
        (Some(_), _) => Some(below),
        (None, _) => None,
    }
}
