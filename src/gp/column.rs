//! What the Gaussian process knows of a parameter: how its coordinate may move.

/// One column of the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The coordinates it may take.
    pub values: Values,
    /// Whether it may be switched off, which a coordinate below 0 means. It is then as far from every
    /// value as the ends of the cube are from each other.
    pub conditional: bool,
}

/// The coordinates a column may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Any in `[0, 1]`.
    Continuous,
    /// One of these, ascending; near coordinates are alike.
    Ordered(Vec<f64>),
    /// One of these, ascending, which stand for choices; two different ones are equally unlike.
    Categorical(Vec<f64>),
}

impl Column {
    /// A continuous column that is never switched off.
    pub fn continuous() -> Self {
        Self { values: Values::Continuous, conditional: false }
    }

    /// A column of ordered levels that is never switched off.
    pub fn ordered(levels: Vec<f64>) -> Self {
        Self { values: Values::Ordered(levels), conditional: false }
    }

    /// A column of choices that is never switched off.
    pub fn categorical(levels: Vec<f64>) -> Self {
        Self { values: Values::Categorical(levels), conditional: false }
    }

    /// Coordinates of the levels; `None` if continuous.
    pub fn levels(&self) -> Option<&[f64]> {
        match &self.values {
            Values::Continuous => None,
            Values::Ordered(levels) | Values::Categorical(levels) => Some(levels),
        }
    }

    pub(super) fn is_categorical(&self) -> bool {
        matches!(self.values, Values::Categorical(_))
    }

    /// The nearest coordinate the column may take when it is not switched off.
    #[cfg(test)]
    pub(super) fn snap(&self, u: f64) -> f64 {
        match self.levels() {
            None => u.clamp(0.0, 1.0),
            Some(levels) => nearest(levels, u).map_or(u, |k| levels[k]),
        }
    }

    /// Levels worth trying from `u` in a local search: all of them for choices, for ordered levels
    /// those 1, 2, 4, … places away, so that any level is within `log₂ levels` moves. None if switched
    /// off.
    pub(super) fn neighbours(&self, u: f64) -> Vec<f64> {
        match &self.values {
            _ if u < 0.0 => Vec::new(),
            Values::Continuous => Vec::new(),
            Values::Categorical(levels) => levels.iter().copied().filter(|&v| v != u).collect(),
            Values::Ordered(levels) => {
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
