//! From a trial's number and the rows it sees to its parameters.

use std::collections::BTreeMap;

use crate::sampler::Suggestion;
use crate::space::Params;
use crate::store::HistoryRow;
use crate::trial::{FinishSequence, History, Observation, TrialNumber};

use super::{Study, StudyError};

/// What is known of the finished trials, which never change: a cache.
#[derive(Default)]
pub(super) struct Finished {
    /// In the order of finishing.
    pub(super) observations: Vec<Observation>,
    /// How many of them have a finish sequence up to `i + 1`. Not always `i + 1` itself: a trial whose
    /// worker was lost before its parameters were stored leaves nothing to observe.
    counts: Vec<usize>,
}

impl Finished {
    fn push(&mut self, observation: Option<Observation>) {
        self.observations.extend(observation);
        self.counts.push(self.observations.len());
    }

    /// How many trials are cached, those without an observation included.
    pub(super) fn rows(&self) -> usize {
        self.counts.len()
    }

    /// How many observations have a finish sequence up to `rows_seen`.
    fn seen(&self, rows_seen: FinishSequence) -> usize {
        let rows = usize::try_from(rows_seen.0).unwrap_or(usize::MAX).min(self.counts.len());
        if rows == 0 { 0 } else { self.counts[rows - 1] }
    }
}

impl Study {
    /// Computes the suggestion of a trial and stores it.
    pub(super) fn suggest_and_store(
        &mut self,
        number: TrialNumber,
        rows_seen: FinishSequence,
        known: &mut BTreeMap<TrialNumber, Params>,
    ) -> Result<Suggestion, StudyError> {
        let suggestion = self.suggest(number, rows_seen, known)?;
        let (params, origin) = (&suggestion.params, &suggestion.origin);
        self.store.set_params(self.record.id, number, params, origin)?;
        Ok(suggestion)
    }

    /// The suggestion of trial `number` with what it sees: pure in the stored rows. A pending trial
    /// whose own suggestion is not stored yet is suggested here, too, and remembered in `known`: what
    /// it will be is determined already, so nobody has to wait for the process that reserved it.
    pub(super) fn suggest(
        &mut self,
        number: TrialNumber,
        rows_seen: FinishSequence,
        known: &mut BTreeMap<TrialNumber, Params>,
    ) -> Result<Suggestion, StudyError> {
        let rows = self.refresh(number, rows_seen)?;
        let mut pending = Vec::with_capacity(rows.len());
        for row in rows {
            let params = match row.params.or_else(|| known.get(&row.number).cloned()) {
                Some(params) => params,
                None => {
                    let params = self.suggest(row.number, row.rows_seen, known)?.params;
                    known.insert(row.number, params.clone());
                    params
                }
            };
            pending.push(params);
        }
        let seen = self.finished.seen(rows_seen);
        let all = seen == self.finished.observations.len();
        // Lent, not cloned, in the usual case: there may be tens of thousands.
        let observations = if all {
            std::mem::take(&mut self.finished.observations)
        } else {
            self.finished.observations[..seen].to_vec()
        };
        let history = History { observations, pending };
        let suggestion = self.sampler.suggest(&self.record.spec.space, &history, number);
        if all {
            self.finished.observations = history.observations;
        }
        Ok(suggestion?)
    }

    /// Brings the cache of finished trials up to `rows_seen`; gives the rows pending for `number`.
    pub(super) fn refresh(
        &mut self,
        number: TrialNumber,
        rows_seen: FinishSequence,
    ) -> Result<Vec<HistoryRow>, StudyError> {
        let cached = FinishSequence(self.finished.counts.len() as u64);
        let rows = self.store.history(self.record.id, number, rows_seen, cached)?;
        let mut pending = Vec::new();
        for row in rows {
            if row.finish_sequence.is_some_and(|sequence| sequence <= rows_seen) {
                let (number, value) = (row.number, row.value);
                let loss = value.map(|v| self.record.spec.direction.loss(v));
                let observation = row.params.map(|params| Observation { number, params, loss });
                self.finished.push(observation);
            } else {
                pending.push(row);
            }
        }
        Ok(pending)
    }
}
