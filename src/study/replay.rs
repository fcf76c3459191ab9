//! Recomputing stored suggestions: the proof that a study can be replayed.

use std::collections::BTreeMap;

use crate::sampler::ENGINE_REVISION;
use crate::space::Params;
use crate::trial::{Trial, TrialNumber};

use super::{Study, StudyError};

/// A stored suggestion that comes out differently now.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The trial.
    pub number: TrialNumber,
    /// Parameters as stored.
    pub stored: Params,
    /// Parameters as recomputed.
    pub recomputed: Params,
}

/// What recomputing the suggestions of a study found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// Suggestions recomputed and compared.
    pub compared: usize,
    /// Suggestions of another revision of the engine, which this one cannot recompute.
    pub not_recomputed: usize,
    /// Suggestions that came out differently: none, unless the database was tampered with.
    pub mismatches: Vec<Mismatch>,
}

impl Study {
    /// Recomputes the suggestion of every stored trial from the events it saw and compares bit by bit.
    /// Trials that the user chose are skipped; suggestions of another
    /// [revision of the engine](ENGINE_REVISION) are counted and not recomputed.
    ///
    /// # Errors
    /// From the store or the sampler.
    pub fn replay(&mut self, mut progress: impl FnMut(&Trial)) -> Result<Replay, StudyError> {
        let mut replay = Replay::default();
        for trial in self.trials()? {
            let (Some(stored), Some(revision)) = (&trial.params, trial.engine_revision) else {
                continue;
            };
            if revision != ENGINE_REVISION {
                replay.not_recomputed += 1;
                continue;
            }
            let recomputed = self.suggest(trial.number, trial.saw, &mut BTreeMap::new())?.params;
            if recomputed != *stored {
                let (number, stored) = (trial.number, stored.clone());
                replay.mismatches.push(Mismatch { number, stored, recomputed });
            }
            replay.compared += 1;
            progress(&trial);
        }
        Ok(replay)
    }
}
