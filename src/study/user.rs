//! Trials that the user chooses.

use crate::space::ParamValue;
use crate::trial::{Failure, FailureKind, Timestamp, TrialNumber, TrialState};

use super::{Study, StudyError};

impl Study {
    /// Adds a trial the user evaluated elsewhere; it counts like any other.
    ///
    /// # Errors
    /// [`StudyError::Space`] if the values are not in the space.
    pub fn add<I, S>(&mut self, values: I, outcome: f64) -> Result<TrialNumber, StudyError>
    where
        I: IntoIterator<Item = (S, ParamValue)>,
        S: Into<String>,
    {
        let params = self.record.spec.space.check(values)?;
        let state = if outcome.is_finite() {
            TrialState::Complete { value: outcome }
        } else {
            let reason = format!("`{}` was {outcome}", self.record.spec.metric);
            TrialState::Failed(Failure { kind: FailureKind::NotANumber, reason })
        };
        Ok(self.store.insert(self.record.id, &params, &state, Timestamp::now())?)
    }

    /// Adds parameters the user wants evaluated next.
    ///
    /// # Errors
    /// [`StudyError::Space`] if the values are not in the space.
    pub fn enqueue<I, S>(&mut self, values: I) -> Result<TrialNumber, StudyError>
    where
        I: IntoIterator<Item = (S, ParamValue)>,
        S: Into<String>,
    {
        let params = self.record.spec.space.check(values)?;
        let now = Timestamp::now();
        Ok(self.store.insert(self.record.id, &params, &TrialState::Queued, now)?)
    }
}
