//! The tries of workers at a trial.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The process that evaluated a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerInfo {
    /// Host name.
    pub host: String,
    /// The boot of the host, where the system names it.
    pub boot: Option<String>,
    /// The pid namespace that the process id belongs to, where the system has them.
    pub pid_namespace: Option<u64>,
    /// Process id on that host, in that namespace.
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
