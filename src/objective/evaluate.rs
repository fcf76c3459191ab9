//! The face every objective has towards the worker.

use std::ops::ControlFlow;
use std::path::Path;

use thiserror::Error;

use crate::space::Params;
use crate::trial::{Failure, FailureKind, Metrics, Report, TrialNumber};

use super::StopFlag;

/// What an objective may know of the trial it evaluates.
#[derive(Clone, Debug)]
pub struct TrialContext<'a> {
    /// Name of the study.
    pub study: &'a str,
    /// Number of the trial.
    pub number: TrialNumber,
    /// Which attempt at the trial this is, from 1; a later one follows a worker that was lost.
    pub attempt: u32,
    /// Parameters to evaluate.
    pub params: &'a Params,
    /// Name of the metric to measure.
    pub metric: &'a str,
    /// Seed for everything random in the trial, below 2³¹ so that every generator takes it.
    pub seed: u32,
    /// Folder for the trial's log and files, from the root; it exists. `None` where none was given.
    pub folder: Option<&'a Path>,
    /// Raised when the trial is to be abandoned at once.
    pub stop: &'a StopFlag,
}

impl TrialContext<'_> {
    /// The trial's folder, for an objective that cannot do without.
    ///
    /// # Errors
    /// [`ObjectiveError::Unusable`] where no folder was given.
    pub fn required_folder(&self) -> Result<&Path, ObjectiveError> {
        self.folder.ok_or_else(|| ObjectiveError::Unusable {
            reason: "this objective writes files, and its trials were given no folder: evaluate \
                     them with a folder for runs"
                .into(),
        })
    }

    /// A parameter's value as a number.
    ///
    /// # Errors
    /// [`ObjectiveError::Unusable`] if the trial has no such number: as in the methods below, no other
    /// trial would do better.
    pub fn f64(&self, name: &str) -> Result<f64, ObjectiveError> {
        self.params.f64(name).ok_or_else(|| self.lacks("number", name))
    }

    /// A parameter's value as a whole number.
    ///
    /// # Errors
    /// [`ObjectiveError::Unusable`] if the trial has no such whole number.
    pub fn i64(&self, name: &str) -> Result<i64, ObjectiveError> {
        self.params.i64(name).ok_or_else(|| self.lacks("whole number", name))
    }

    /// A parameter's value as text.
    ///
    /// # Errors
    /// [`ObjectiveError::Unusable`] if the trial has no such text.
    pub fn str(&self, name: &str) -> Result<&str, ObjectiveError> {
        self.params.str(name).ok_or_else(|| self.lacks("text", name))
    }

    /// A parameter's value as a boolean.
    ///
    /// # Errors
    /// [`ObjectiveError::Unusable`] if the trial has no such boolean.
    pub fn bool(&self, name: &str) -> Result<bool, ObjectiveError> {
        self.params.bool(name).ok_or_else(|| self.lacks("boolean", name))
    }

    fn lacks(&self, kind: &str, name: &str) -> ObjectiveError {
        let reason = match self.params.get(name) {
            Some(value) => {
                format!("the parameter `{name}` is no {kind}: trial {} has {value}", self.number)
            }
            None => format!(
                "trial {} has no parameter `{name}`: it is not in the space, or inactive there; `params` \
                 tells which are there",
                self.number
            ),
        };
        ObjectiveError::Unusable { reason }
    }
}

/// Takes what a trial has to say while it runs.
pub trait Reporter {
    /// Tells whoever runs the study something, in a line: where the images are, files that were left
    /// out.
    fn note(&mut self, _text: &str) {}

    /// Stores what was measured at a step; `Break` asks the objective to stop early and end as pruned.
    fn report(&mut self, report: Report) -> ControlFlow<()>;
}

/// How an evaluation ended, if it did not fail.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With its final metrics, in the user's units. The study's metric must be among them, and finite;
    /// of the others those that are not finite are left out.
    Complete {
        /// What was measured.
        metrics: Metrics,
    },
    /// Early, because a report was answered so.
    Pruned,
}

/// Why an evaluation gave no outcome.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ObjectiveError {
    /// This trial failed; the study goes on.
    #[error("{}: {}", .0.kind, .0.reason)]
    Failed(Failure),
    /// No trial of this study can be evaluated: bad data, a missing device, a build without torch.
    #[error("{reason}")]
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// The trial was abandoned because its stop flag was raised; it can be run again.
    #[error("abandoned")]
    Abandoned,
}

impl ObjectiveError {
    /// A failure of this trial.
    pub fn failed(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self::Failed(Failure { kind, reason: reason.into() })
    }
}

/// Something that can be evaluated at parameters.
pub trait Objective {
    /// Evaluates one trial; reports intermediate values as it goes.
    ///
    /// # Errors
    /// See [`ObjectiveError`].
    fn evaluate(
        &mut self,
        trial: &TrialContext<'_>,
        reporter: &mut dyn Reporter,
    ) -> Result<Outcome, ObjectiveError>;

    /// The program and its arguments that a trial runs, as attempts record it; `None` if it starts none.
    fn argv(&self, _params: &Params) -> Option<Vec<String>> {
        None
    }

    /// Whether it starts processes of its own, which it ends when the trial is abandoned.
    fn has_children(&self) -> bool {
        false
    }

    /// The device it computes on, as trials record it: `cpu`, `cuda:0`, …
    fn device(&self) -> &str {
        "cpu"
    }
}
