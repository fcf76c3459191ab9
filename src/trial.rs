//! One evaluation of one set of parameters, and the history a sampler learns from.
//!
//! Life of a trial: `queued → running → complete | pruned | failed`. A finished trial never changes.
//! What happens to a study's trials is one sequence of events: the declaration, reports, endings. A
//! suggestion is a function of the events up to a number, which is stored with it.

use std::collections::{BTreeMap, BTreeSet};
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

/// Number of an event in its study, counted from 1 in the order of happening; 0 means "before the
/// first". A declaration, a report and the end of a trial are events.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EventNumber(pub u64);

impl EventNumber {
    /// A number that no event reaches: all that happened.
    pub const LAST: Self = Self(i64::MAX as u64);
}

impl fmt::Display for EventNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Named numbers that a trial measured, in the user's units, ascending by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// No metric at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a metric, perhaps not finite; `None` if it was not measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// Sets a metric, whatever it was before.
    pub fn set(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    /// Adds the metrics of `later`, which replace those of equal names.
    pub fn merge(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// Removes NaN and infinities, which no store keeps.
    pub fn keep_finite(&mut self) {
        self.0.retain(|_, value| value.is_finite());
    }

    /// Names and values, ascending by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<S: Into<String>> FromIterator<(S, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (S, f64)>>(metrics: I) -> Self {
        Self(metrics.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<S: Into<String>, const N: usize> From<[(S, f64); N]> for Metrics {
    fn from(metrics: [(S, f64); N]) -> Self {
        metrics.into_iter().collect()
    }
}

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

/// What a trial measured at a step (an epoch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Step the metrics belong to.
    pub step: u64,
    /// What was measured there; as stored always finite.
    pub metrics: Metrics,
}

impl Report {
    /// A report of one metric.
    pub fn one(step: u64, name: impl Into<String>, value: f64) -> Self {
        Self { step, metrics: Metrics::from([(name.into(), value)]) }
    }
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

/// The state of the version control that a trial ran from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitState {
    /// Full hash of the commit checked out.
    pub commit: String,
    /// Whether a tracked file differed from that commit.
    pub dirty: bool,
}

/// What a trial was run from, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// Program and arguments as run; `None` for an objective that starts no program.
    pub argv: Option<Vec<String>>,
    /// The git commit of the working directory; `None` outside a repository.
    pub git: Option<GitState>,
}

/// How an attempt at a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The trial was evaluated.
    Complete,
    /// The pruner stopped the trial.
    Pruned,
    /// The trial failed.
    Failed,
    /// The worker let go of the trial, or vanished with its run: no fault of the trial's.
    Released,
    /// The worker died with the trial.
    WorkerLost,
}

impl AttemptOutcome {
    /// The outcome as stored and shown, e.g. `worker_lost`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Pruned => "pruned",
            Self::Failed => "failed",
            Self::Released => "released",
            Self::WorkerLost => "worker_lost",
        }
    }
}

/// One try of a worker at a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Number of the attempt in its trial, from 1.
    pub number: u32,
    /// Who tried; `None` if that is not known.
    pub worker: Option<WorkerInfo>,
    /// When the worker took the trial; `None` if that is not known.
    pub started_at: Option<Timestamp>,
    /// When the attempt ended; `None` while it runs, or if that is not known.
    pub ended_at: Option<Timestamp>,
    /// How it ended; `None` while it runs.
    pub outcome: Option<AttemptOutcome>,
    /// What was run.
    #[serde(flatten)]
    pub launch: Launch,
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
