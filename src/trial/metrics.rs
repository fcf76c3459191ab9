//! What a trial measures, and which way is better.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Named numbers that a trial measured, in the user's units, ascending by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// No metric at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a metric, perhaps not finite; `None` if it was not measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// Sets a metric, whatever it was before.
    pub fn set(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    /// Adds the metrics of `later`, which replace those of equal names.
    pub fn merge(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// Removes NaN and infinities, which no store keeps.
    pub fn keep_finite(&mut self) {
        self.0.retain(|_, value| value.is_finite());
    }

    /// Names and values, ascending by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<S: Into<String>> FromIterator<(S, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (S, f64)>>(metrics: I) -> Self {
        Self(metrics.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<S: Into<String>, const N: usize> From<[(S, f64); N]> for Metrics {
    fn from(metrics: [(S, f64); N]) -> Self {
        metrics.into_iter().collect()
    }
}

/// Whether larger or smaller values are better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Smaller is better.
    #[default]
    Minimize,
    /// Larger is better.
    Maximize,
}

impl Direction {
    /// The loss to minimise for a value in the user's units. The one place where signs flip.
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Self::Minimize => value,
            Self::Maximize => -value,
        }
    }

    /// The value in the user's units for a loss: the inverse of [`loss`](Self::loss).
    pub fn value(self, loss: f64) -> f64 {
        self.loss(loss)
    }

    /// Whether value `a` is better than value `b`.
    pub fn is_better(self, a: f64, b: f64) -> bool {
        self.loss(a) < self.loss(b)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minimize => "minimize",
            Self::Maximize => "maximize",
        })
    }
}

/// What a trial measured at a step (an epoch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Step the metrics belong to.
    pub step: u64,
    /// What was measured there; as stored always finite.
    pub metrics: Metrics,
}

impl Report {
    /// A report of one metric.
    pub fn one(step: u64, name: impl Into<String>, value: f64) -> Self {
        Self { step, metrics: Metrics::from([(name.into(), value)]) }
    }
}
