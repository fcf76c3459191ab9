//! Where a trial stands, and why it failed.

use std::fmt;

use serde::{Deserialize, Serialize};

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
