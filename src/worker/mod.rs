//! Runs studies: a supervisor, its worker processes, leases, signals.
//!
//! [`run`] is the supervisor: it puts trials of vanished workers back into the queue, starts local
//! workers, and tells an observer what happens. [`work`] is a worker: it takes trials from the store
//! and evaluates them until none is left. The same worker is what a cluster's scheduler starts. A
//! trial that takes its process down costs one worker, never the study.
//!
//! | part | does |
//! | --- | --- |
//! | `supervisor` | starts and replaces workers; looks at the store when something happened |
//! | `event` | what a run tells its observer |
//! | `child` | a worker's process, as its supervisor has it |
//! | `message` | the lines that a worker writes for its supervisor |
//! | `work` | takes trials and evaluates them |
//! | `lease` | renews what says that a worker lives |
//! | `stop` | asks a worker to stop |
//! | `signals` | counts Ctrl-C |
//!
//! # How a supervisor and its worker speak
//!
//! A supervised worker listens on stdin: `finish` asks it to end after its trial, the end of the
//! stream (which comes when the supervisor dies, however it dies) to abandon it at once. On stdout it
//! writes a line whenever it stored something, and one for each note of its objective. Why it cannot
//! go on, it writes to stderr, and ends with [`EXIT_UNUSABLE`].
//!
//! Nobody polls: the supervisor sleeps until a worker says something or ends, a signal comes, or a
//! second is over (other runs at the same study say nothing to this one); a worker until its program
//! prints, ends or takes too long, or it is asked to stop.

mod child;
mod event;
mod lease;
mod message;
mod signals;
mod stop;
mod supervisor;
mod work;

use thiserror::Error;

use crate::store::StoreError;
use crate::study::StudyError;

pub use event::Event;
pub use signals::{Interrupt, Interrupts};
pub use supervisor::{RunEnd, RunOptions, run};
pub use work::{Build, WorkerEnd, WorkerOptions, work};

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
