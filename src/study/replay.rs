//! Recomputing stored suggestions: the proof that a study can be replayed.

use std::collections::BTreeMap;

use crate::space::Params;
use crate::trial::{Origin, Trial, TrialNumber};

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

impl Study {
    /// Recomputes the suggestion of every stored trial from the rows it saw and compares bit by bit.
    /// Trials the user chose are skipped. Gives the number of suggestions compared and those that
    /// differ: none, unless the engine changed since or the database was tampered with.
    ///
    /// # Errors
    /// From the store or the sampler.
    pub fn replay(
        &mut self,
        mut progress: impl FnMut(&Trial),
    ) -> Result<(usize, Vec<Mismatch>), StudyError> {
        let (mut compared, mut mismatches) = (0, Vec::new());
        for trial in self.trials()? {
            let (Some(stored), Some(origin)) = (&trial.params, &trial.origin) else { continue };
            if matches!(origin, Origin::User) {
                continue;
            }
            let recomputed =
                self.suggest(trial.number, trial.rows_seen, &mut BTreeMap::new())?.params;
            if recomputed != *stored {
                let (number, stored) = (trial.number, stored.clone());
                mismatches.push(Mismatch { number, stored, recomputed });
            }
            compared += 1;
            progress(&trial);
        }
        Ok((compared, mismatches))
    }
}
