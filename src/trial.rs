//! One evaluation of one set of parameters, and the history a sampler learns from.
//!
//! Life of a trial: `queued → running → complete | pruned | failed`. A finished trial never changes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::space::Params;

/// Number of a trial in its study, counted from 0 in the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrialNumber(pub u64);

impl fmt::Display for TrialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Place of a trial in the order of finishing, counted from 1; 0 means "nothing finished yet".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct FinishSequence(pub u64);

/// Whether larger or smaller values are better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Smaller is better.
    #[default]
    Minimize,
    /// Larger is better.
    Maximize,
}

impl Direction {
    /// The loss to minimise for a value in the user's units. The one place where signs flip.
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Self::Minimize => value,
            Self::Maximize => -value,
        }
    }

    /// The value in the user's units for a loss: the inverse of [`loss`](Self::loss).
    pub fn value(self, loss: f64) -> f64 {
        self.loss(loss)
    }

    /// Whether value `a` is better than value `b`.
    pub fn is_better(self, a: f64, b: f64) -> bool {
        self.loss(a) < self.loss(b)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minimize => "minimize",
            Self::Maximize => "maximize",
        })
    }
}

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

/// An intermediate value of a trial at a step (an epoch).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Step the value belongs to.
    pub step: u64,
    /// The study's metric at that step, in the user's units; always finite.
    pub value: f64,
}

/// What kind of thing went wrong in a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The program could not be started.
    NotStarted,
    /// The program ended with a non-zero exit code or by a signal.
    Exit,
    /// The objective ended without reporting the study's metric.
    NoMetric,
    /// The metric was NaN or infinite.
    NotANumber,
    /// The objective took longer than its time-out.
    TimedOut,
    /// Training diverged: the loss became NaN or infinite.
    Diverged,
    /// Memory ran out, on the host or the device.
    OutOfMemory,
    /// The objective reported an error of its own.
    Error,
    /// The worker died with the trial, again and again.
    WorkerLost,
}

impl FailureKind {
    /// The kind as stored and shown, e.g. `timed_out`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Exit => "exit",
            Self::NoMetric => "no_metric",
            Self::NotANumber => "not_a_number",
            Self::TimedOut => "timed_out",
            Self::Diverged => "diverged",
            Self::OutOfMemory => "out_of_memory",
            Self::Error => "error",
            Self::WorkerLost => "worker_lost",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a trial has no value. Kept as data, never turned into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of thing went wrong.
    pub kind: FailureKind,
    /// What happened, in words, with the last lines of stderr where there are any.
    pub reason: String,
}

/// Where a trial stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TrialState {
    /// Waiting for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Evaluated.
    Complete {
        /// The metric, in the user's units; always finite.
        value: f64,
    },
    /// Stopped early by the pruner.
    Pruned,
    /// Ended without a value.
    Failed(Failure),
}

impl TrialState {
    /// The state in one word, as stored and shown.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Complete { .. } => "complete",
            Self::Pruned => "pruned",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the trial is over and can no longer change.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Complete { .. } | Self::Pruned | Self::Failed(_))
    }

    /// The value of a complete trial.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Complete { value } => Some(*value),
            _ => None,
        }
    }
}

/// Microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time now.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// Seconds from `earlier` to this moment; negative if it lies before.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / 1e6
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the microsecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.6}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

/// The process that evaluated a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerInfo {
    /// Host name.
    pub host: String,
    /// Process id on that host.
    pub pid: u32,
    /// Start of the process in seconds since boot or epoch, as the system tells; with the pid it
    /// names the process even after the pid is used again.
    pub process_start: u64,
    /// `cpu`, `cuda:0`, …
    pub device: String,
    /// Version of surmise that ran it.
    pub engine: String,
}

/// One evaluation of one set of parameters, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number in the study.
    pub number: TrialNumber,
    /// Its parameters, in the order of the space. `None` for a moment, between the reservation of
    /// the number and the suggestion.
    pub params: Option<Params>,
    /// Where the parameters came from; `None` as long as `params` is.
    pub origin: Option<Origin>,
    /// Where it stands, with its value or its failure.
    pub state: TrialState,
    /// The highest finish sequence number that its suggestion saw.
    pub rows_seen: FinishSequence,
    /// Its own place in the order of finishing.
    pub finish_sequence: Option<FinishSequence>,
    /// How often a worker took it; above 1 after a worker was lost.
    pub attempts: u32,
    /// When its number was reserved.
    pub asked_at: Timestamp,
    /// When a worker last took it.
    pub started_at: Option<Timestamp>,
    /// When it finished.
    pub finished_at: Option<Timestamp>,
    /// Intermediate values, ascending by step.
    pub reports: Vec<Report>,
    /// Who evaluated it.
    pub worker: Option<WorkerInfo>,
}

impl Trial {
    /// Seconds between its start and its end.
    pub fn seconds(&self) -> Option<f64> {
        Some(self.finished_at?.seconds_since(self.started_at?))
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
/// the rows it sees, and the earlier trials still pending then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Finished trials, in the order of finishing.
    pub observations: Vec<Observation>,
    /// Parameters of trials with smaller numbers that had not finished, in the order of numbers.
    pub pending: Vec<Params>,
}
