//! Runs studies: a supervisor, its worker processes, leases, signals.
//!
//! [`run`] is the supervisor: it puts trials of vanished workers back into the queue, starts local
//! workers, watches them, and tells an observer what happens. [`work`] is a worker: it takes trials
//! from the store and evaluates them until none is left. The same worker is what a cluster's scheduler
//! starts. A trial that takes its process down costs one worker, never the study.
//!
//! A supervised worker listens on stdin: `finish` asks it to end after its trial, the end of the
//! stream (which comes when the supervisor dies, however it dies) to abandon it at once. What its
//! objective has to say goes to stdout, a line each, for the supervisor to tell; why it cannot go on,
//! to stderr.

mod process;
mod signals;
mod supervisor;
mod worker;

use std::time::Duration;

use thiserror::Error;

use crate::store::StoreError;
use crate::study::StudyError;

pub use signals::{Interrupt, Interrupts};
pub use supervisor::{Event, RunEnd, RunOptions, run};
pub use worker::{Build, WorkerEnd, WorkerOptions, work};

/// How long a worker may be silent before its trial is given to another, where its process cannot be
/// looked at.
const LEASE: Duration = Duration::from_secs(60);

/// Exit code of a worker that ended because no trial of its study can be evaluated.
pub const EXIT_UNUSABLE: u8 = 3;

/// Why a run ended early.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The study could not.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The objective cannot evaluate any trial.
    #[error("{reason}")]
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// The study has no objective a worker could run.
    #[error(
        "study `{study}` has no objective of its own: its trials are evaluated by ask and tell"
    )]
    External {
        /// The study.
        study: String,
    },
    /// Workers end before they finish a trial, again and again.
    #[error("workers keep ending without finishing a trial; the last one: {reason}")]
    WorkersKeepDying {
        /// How the last one ended.
        reason: String,
    },
    /// A file or process could not be handled.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
}
