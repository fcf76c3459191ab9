//! A trial as it is stored, and as a sampler sees it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Attempt, EventNumber, Metrics, Report, Timestamp, TrialNumber, TrialState, WorkerInfo,
};
use crate::space::Params;

/// Where a trial's parameters came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// Independent uniform draws.
    Random,
    /// A point of the scrambled Sobol sequence.
    Sobol,
    /// The middle of the space.
    Center,
    /// Drawn near the values that the user guessed.
    Guess,
    /// The maximum of an acquisition function over a surrogate.
    Model {
        /// Name of the acquisition function, e.g. `log_ei`.
        acquisition: String,
        /// Its value at the suggestion (for LogEI: log of expected improvement in standardised units).
        acquisition_value: f64,
        /// Finished trials the surrogate was fitted to.
        observations: usize,
    },
    /// The model could not be used; a quasi-random point stands in.
    Fallback {
        /// Why the model could not be used.
        reason: String,
    },
    /// Chosen by the user.
    User,
}

impl Origin {
    /// The kind in one word, for tables and legends.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sobol => "sobol",
            Self::Center => "center",
            Self::Guess => "guess",
            Self::Model { .. } => "model",
            Self::Fallback { .. } => "fallback",
            Self::User => "user",
        }
    }
}

/// What people wrote about a study or a trial. It changes no result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotations {
    /// Free text; empty without a note.
    pub note: String,
    /// Short labels to find it by.
    pub tags: BTreeSet<String>,
}

/// One evaluation of one set of parameters, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Number of the trial in its study.
    pub number: TrialNumber,
    /// Parameters, in the order of the space. `None` for a moment, between the reservation of the
    /// number and the suggestion.
    pub params: Option<Params>,
    /// Where the parameters came from; `None` as long as `params` is.
    pub origin: Option<Origin>,
    /// Revision of the engine that suggested the parameters; `None` if the user chose them.
    pub engine_revision: Option<u32>,
    /// Where the trial stands, with its value or its failure.
    pub state: TrialState,
    /// The last event that the suggestion saw.
    pub saw: EventNumber,
    /// The event that ended the trial; `None` as long as it is not finished.
    pub ended: Option<EventNumber>,
    /// When the number was reserved.
    pub asked_at: Timestamp,
    /// When the trial finished.
    pub finished_at: Option<Timestamp>,
    /// Final metrics; empty as long as the trial is not complete.
    pub metrics: Metrics,
    /// What the last attempt reported, ascending by step; of equal steps the last word.
    pub reports: Vec<Report>,
    /// Who tried, in order; more than one after a worker was lost.
    pub attempts: Vec<Attempt>,
    /// What people wrote about it.
    pub annotations: Annotations,
}

impl Trial {
    /// The last attempt: the one that runs or that ended the trial.
    pub fn last_attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// When a worker last took the trial; `None` while it waits.
    pub fn started_at(&self) -> Option<Timestamp> {
        match self.state {
            TrialState::Queued => None,
            _ => self.last_attempt()?.started_at,
        }
    }

    /// Who evaluated the trial, or does; `None` while it waits.
    pub fn worker(&self) -> Option<&WorkerInfo> {
        match self.state {
            TrialState::Queued => None,
            _ => self.last_attempt()?.worker.as_ref(),
        }
    }

    /// Seconds between its last start and its end.
    pub fn seconds(&self) -> Option<f64> {
        Some(self.finished_at?.seconds_since(self.started_at()?))
    }
}

/// One finished trial as a sampler sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The trial's number.
    pub number: TrialNumber,
    /// Its parameters.
    pub params: Params,
    /// Its loss (to be minimised); `None` for a failed or pruned trial.
    pub loss: Option<f64>,
}

/// What a sampler may know when it suggests the parameters of one trial: the trials finished up to
/// the event it sees, and the earlier trials still pending then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Finished trials, in the order of finishing.
    pub observations: Vec<Observation>,
    /// Parameters of trials with smaller numbers that had not finished, in the order of numbers.
    pub pending: Vec<Params>,
}
