//! From a trial's number and the events it sees to its parameters.

use std::collections::BTreeMap;

use crate::sampler::{ENGINE_REVISION, Suggestion};
use crate::space::Params;
use crate::store::HistoryRow;
use crate::trial::{EventNumber, History, Observation, TrialNumber};

use super::{Study, StudyError};

/// What is known of the finished trials, which never change: a cache.
#[derive(Default)]
pub(super) struct Finished {
    /// In the order of ending.
    pub(super) observations: Vec<Observation>,
    /// The events that ended them.
    ended: Vec<EventNumber>,
    /// How many trials have ended; more than `observations` has, where a trial whose worker was lost
    /// before its parameters were stored left nothing to observe.
    trials: usize,
    /// The last ending that is known.
    known: EventNumber,
}

impl Finished {
    fn push(&mut self, observation: Option<Observation>, ended: EventNumber) {
        if let Some(observation) = observation {
            self.observations.push(observation);
            self.ended.push(ended);
        }
        self.trials += 1;
        self.known = ended;
    }

    /// How many trials have ended, those without an observation included.
    pub(super) fn trials(&self) -> usize {
        self.trials
    }

    /// How many observations had been made by the event `saw`.
    fn seen(&self, saw: EventNumber) -> usize {
        self.ended.partition_point(|&ended| ended <= saw)
    }
}

impl Study {
    /// Computes the suggestion of a trial and stores it.
    pub(super) fn suggest_and_store(
        &mut self,
        number: TrialNumber,
        saw: EventNumber,
        known: &mut BTreeMap<TrialNumber, Params>,
    ) -> Result<Suggestion, StudyError> {
        let suggestion = self.suggest(number, saw, known)?;
        let (id, params, origin) = (self.record.id, &suggestion.params, &suggestion.origin);
        self.store.set_params(id, number, params, origin, ENGINE_REVISION)?;
        Ok(suggestion)
    }

    /// The suggestion of trial `number` with what it sees: pure in the stored events. A pending trial
    /// whose own suggestion is not stored yet is suggested here, too, and remembered in `known`: what
    /// it will be is determined already, so nobody has to wait for the process that reserved it.
    pub(super) fn suggest(
        &mut self,
        number: TrialNumber,
        saw: EventNumber,
        known: &mut BTreeMap<TrialNumber, Params>,
    ) -> Result<Suggestion, StudyError> {
        let rows = self.refresh(number, saw)?;
        let mut pending = Vec::with_capacity(rows.len());
        for row in rows {
            let params = match row.params.or_else(|| known.get(&row.number).cloned()) {
                Some(params) => params,
                None => {
                    let params = self.suggest(row.number, row.saw, known)?.params;
                    known.insert(row.number, params.clone());
                    params
                }
            };
            pending.push(params);
        }
        let seen = self.finished.seen(saw);
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

    /// Brings the cache of finished trials up to the event `saw`; gives the rows pending for `number`.
    pub(super) fn refresh(
        &mut self,
        number: TrialNumber,
        saw: EventNumber,
    ) -> Result<Vec<HistoryRow>, StudyError> {
        let rows = self.store.history(self.record.id, number, saw, self.finished.known)?;
        let mut pending = Vec::new();
        for row in rows {
            if let Some(ended) = row.ended {
                let (number, value) = (row.number, row.value);
                let loss = value.map(|v| self.record.spec.direction.loss(v));
                let observation = row.params.map(|params| Observation { number, params, loss });
                self.finished.push(observation, ended);
            } else {
                pending.push(row);
            }
        }
        Ok(pending)
    }
}
