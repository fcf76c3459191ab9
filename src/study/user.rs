//! Trials that the user chooses.

use crate::space::ParamValue;
use crate::trial::{Metrics, Timestamp, TrialNumber, TrialState};

use super::{Study, StudyError};

impl Study {
    /// Adds a trial the user evaluated elsewhere, with its final metrics; it counts like any other. One
    /// in which the study's metric is missing or not finite is added as failed.
    ///
    /// # Errors
    /// [`StudyError::Space`] if the values are not in the space.
    pub fn add<I, S>(&mut self, values: I, metrics: Metrics) -> Result<TrialNumber, StudyError>
    where
        I: IntoIterator<Item = (S, ParamValue)>,
        S: Into<String>,
    {
        let params = self.record.spec.space.check(values)?;
        let (state, metrics) = self.measured(metrics);
        Ok(self.store.insert(self.record.id, &params, &state, &metrics, Timestamp::now())?)
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
        let (state, metrics) = (TrialState::Queued, Metrics::new());
        Ok(self.store.insert(self.record.id, &params, &state, &metrics, Timestamp::now())?)
    }
}
