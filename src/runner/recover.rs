//! Finding the trials of workers that are gone.

use std::thread;
use std::time::{Duration, Instant};

use crate::store::{Store, StoreError, StudyId};
use crate::trial::{Timestamp, TrialNumber};

use super::process::{Liveness, liveness};

/// How long to wait for workers whose run is gone to notice.
const ENDING_GRACE: Duration = Duration::from_secs(10);

/// What was found among the running trials of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recovery {
    /// Trials put back into the queue: their worker is gone.
    pub(super) requeued: Vec<TrialNumber>,
    /// Trials that another run's workers are evaluating.
    pub(super) elsewhere: Vec<TrialNumber>,
}

/// Puts the trials of workers that are gone back into the queue. Workers that are about to end are
/// waited for, so that the trial they hold is taken up next and not after a new one.
pub(super) fn recover(store: &mut dyn Store, study: StudyId) -> Result<Recovery, StoreError> {
    let deadline = Instant::now() + ENDING_GRACE;
    loop {
        let now = Timestamp::now();
        let workers: Vec<_> =
            store.workers(study)?.into_iter().map(|w| (liveness(&w, now), w)).collect();
        if workers.iter().any(|(l, _)| *l == Liveness::Ending) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
            continue;
        }
        let gone: Vec<_> =
            workers.iter().filter(|(l, _)| *l == Liveness::Gone).map(|(_, w)| w.id).collect();
        let requeued =
            if gone.is_empty() { Vec::new() } else { store.release(study, &gone, None, now)? };
        let elsewhere =
            workers.iter().filter(|(l, _)| *l != Liveness::Gone).map(|(_, w)| w.trial).collect();
        return Ok(Recovery { requeued, elsewhere });
    }
}
