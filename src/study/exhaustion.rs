//! Noticing that a finite space is used up.

use std::collections::HashSet;

use crate::store::{Reservation, StudySummary, WorkerId};
use crate::trial::{EventNumber, Timestamp, TrialNumber};

use super::{Study, StudyError};

/// Distinct points of finished trials: a cache, like the observations themselves.
#[derive(Default)]
pub(super) struct Tried {
    points: HashSet<Vec<u64>>,
    /// Observations counted so far.
    counted: usize,
}

impl Study {
    /// The number of trials the study may have, with these before it: its budget, or less if its space
    /// is finite and then used up.
    ///
    /// # Errors
    /// From the store.
    pub fn most_trials(&mut self, summary: &StudySummary) -> Result<u64, StudyError> {
        match self.record.spec.space.cardinality().filter(|&points| points < summary.budget) {
            None => Ok(summary.budget),
            // Every point needs a trial, so there is no need to count.
            Some(points) if summary.counts.total() < points => Ok(points),
            Some(points) => Ok(self.bound(points)?.min(summary.budget)),
        }
    }

    /// The number of points of the space, if every one has been tried or is being tried.
    ///
    /// # Errors
    /// From the store.
    pub fn used_up(&mut self) -> Result<Option<u64>, StudyError> {
        let Some(points) = self.record.spec.space.cardinality() else {
            return Ok(None);
        };
        let total = self.summary()?.counts.total();
        Ok((total >= points && total >= self.bound(points)?).then_some(points))
    }

    /// Reserves a trial, unless every point of a finite space has been tried or is being tried.
    pub(super) fn reserve(
        &mut self,
        worker: WorkerId,
        now: Timestamp,
    ) -> Result<Option<Reservation>, StudyError> {
        let (id, worker) = (self.record.id, Some(worker));
        let Some(points) = self.record.spec.space.cardinality() else {
            return Ok(self.store.reserve(id, worker, now)?);
        };
        // As long as there are fewer trials than points, no need to count the distinct ones.
        let reserved = self.store.reserve_within(id, worker, points, now)?;
        if reserved.is_some() {
            return Ok(reserved);
        }
        let bound = self.bound(points)?;
        Ok(self.store.reserve_within(id, worker, bound, now)?)
    }

    /// How many trials there may be before each of so many points has been tried: one a point, and one
    /// more for every trial that repeats another. Never too large, however many workers ask at once: a
    /// trial reserved after the count takes a point of its own or is one more repeat, and the bound
    /// stays or grows.
    fn bound(&mut self, points: u64) -> Result<u64, StudyError> {
        // One read: finished and pending trials of one moment.
        let pending = self.refresh(TrialNumber(i64::MAX as u64), EventNumber::LAST)?;
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
        let trials = self.finished.trials() + pending.len();
        let repeats = trials.saturating_sub(distinct) as u64;
        Ok(points.saturating_add(repeats))
    }
}
