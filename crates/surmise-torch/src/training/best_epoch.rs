//! Which epoch of a training counts.

use super::metrics::{EpochReport, Metrics};

/// Which epoch of a training counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BestEpoch {
    /// The last one.
    Last,
    /// The one with the lowest loss on the validation images.
    LowestLoss,
    /// The one with the highest accuracy on them.
    HighestAccuracy,
}

impl BestEpoch {
    /// That epoch; of equally good ones the first.
    pub fn of(self, history: &[EpochReport]) -> Option<EpochReport> {
        let best = |worse: fn(&Metrics) -> f64| {
            history.iter().min_by(|a, b| worse(&a.metrics).total_cmp(&worse(&b.metrics))).copied()
        };
        match self {
            Self::Last => history.last().copied(),
            Self::LowestLoss => best(|metrics| metrics.loss),
            Self::HighestAccuracy => best(|metrics| -metrics.accuracy),
        }
    }
}
