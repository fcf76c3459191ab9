//! What a supervisor tells its observer.

use crate::store::{StudySummary, TrialProgress};
use crate::trial::{Trial, TrialNumber};

/// What happens during a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// Trials of vanished workers went back to the queue; others are evaluated by another run.
    Recovered {
        /// Trials in the queue again.
        requeued: &'a [TrialNumber],
        /// Trials that another run holds.
        elsewhere: &'a [TrialNumber],
    },
    /// A trial finished.
    Finished {
        /// The trial.
        trial: &'a Trial,
        /// The study with it.
        summary: &'a StudySummary,
    },
    /// Nothing finished; this is where things stand. Comes soon after a worker stored something, and
    /// once a second otherwise.
    Progress {
        /// Trials being evaluated, with their last report.
        running: &'a [TrialProgress],
        /// The study.
        summary: &'a StudySummary,
    },
    /// Nothing is left to start; other runs are at the last trials.
    Waiting {
        /// Those trials.
        trials: &'a [TrialNumber],
    },
    /// A worker has something to say that none said before.
    Note {
        /// In a line.
        text: &'a str,
    },
    /// A worker died with its trial; another takes its place.
    WorkerLost {
        /// How it ended.
        reason: &'a str,
    },
    /// The first interrupt: current trials are finished first.
    Finishing,
    /// The second interrupt: current trials are abandoned.
    Abandoning,
}
