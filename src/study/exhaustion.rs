//! Noticing that a finite space is used up.

use std::collections::HashSet;

use crate::store::StudySummary;
use crate::trial::{FinishSequence, TrialNumber};

use super::{Study, StudyError};

/// Distinct points of finished trials: a cache, like the observations themselves.
#[derive(Default)]
pub(super) struct Tried {
    points: HashSet<Vec<u64>>,
    /// Observations counted so far.
    counted: usize,
}

impl Study {
    /// The number of trials the study may have: its budget, or less if its space is finite and then
    /// used up. Never too large, however many workers ask at once: a trial reserved meanwhile takes
    /// one more point or repeats one, and the bound stays or grows.
    ///
    /// # Errors
    /// From the store.
    pub fn most_trials(&mut self, summary: &StudySummary) -> Result<u64, StudyError> {
        let bound = self.bound(summary.budget)?;
        Ok(bound.map_or(summary.budget, |bound| bound.min(summary.budget)))
    }

    /// The number of points of the space, if every one has been tried or is being tried.
    ///
    /// # Errors
    /// From the store.
    pub fn used_up(&mut self) -> Result<Option<u64>, StudyError> {
        let total = self.summary()?.counts.total();
        let bound = self.bound(u64::MAX)?;
        Ok(self.record.spec.space.cardinality().filter(|_| bound.is_some_and(|b| total >= b)))
    }

    /// How many trials there may be before every point of a finite space has been tried: points, and
    /// one more for every trial that repeats another. `None` in other spaces, and where the budget is
    /// used up first.
    pub(super) fn bound(&mut self, budget: u64) -> Result<Option<u64>, StudyError> {
        let Some(points) = self.record.spec.space.cardinality().filter(|&n| n < budget) else {
            return Ok(None);
        };
        // One read: finished and pending trials of one moment.
        let pending =
            self.refresh(TrialNumber(i64::MAX as u64), FinishSequence(i64::MAX as u64))?;
        let space = &self.record.spec.space;
        let bits = |unit: Vec<f64>| unit.into_iter().map(f64::to_bits).collect::<Vec<u64>>();
        let tried = &mut self.tried;
        for observation in &self.finished.observations[tried.counted..] {
            tried.points.insert(bits(space.encode(&observation.params)));
        }
        tried.counted = self.finished.observations.len();
        let mut distinct = tried.points.len();
        let mut waiting = HashSet::new();
        for row in &pending {
            // One without parameters yet will take a point of its own.
            let new = row.params.as_ref().is_none_or(|params| {
                let point = bits(space.encode(params));
                !tried.points.contains(&point) && waiting.insert(point)
            });
            distinct += usize::from(new);
        }
        let trials = self.finished.rows() + pending.len();
        let repeats = trials.saturating_sub(distinct) as u64;
        Ok(Some(points.saturating_add(repeats)))
    }
}
