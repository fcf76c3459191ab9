//! Finding the trials of workers that are gone.

use std::thread;
use std::time::{Duration, Instant};

use crate::trial::{Timestamp, TrialNumber};

use super::process::{Liveness, liveness};
use super::{Study, StudyError};

/// How long to wait for workers whose run is gone to notice.
const ENDING_GRACE: Duration = Duration::from_secs(10);

/// What was found among the running trials of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Trials put back into the queue: their worker is gone.
    pub requeued: Vec<TrialNumber>,
    /// Trials that another run's workers are evaluating.
    pub elsewhere: Vec<TrialNumber>,
}

impl Study {
    /// Puts the trials of workers that are gone back into the queue. Workers that are about to end
    /// are waited for, so that the trial they hold is taken up next and not after a new one.
    ///
    /// # Errors
    /// From the store.
    pub fn recover(&mut self) -> Result<Recovery, StudyError> {
        let deadline = Instant::now() + ENDING_GRACE;
        let (id, store) = (self.record.id, self.store.as_mut());
        loop {
            let now = Timestamp::now();
            let workers: Vec<_> =
                store.workers(id)?.into_iter().map(|w| (liveness(&w, now), w)).collect();
            if workers.iter().any(|(l, _)| *l == Liveness::Ending) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
                continue;
            }
            let (gone, alive): (Vec<_>, Vec<_>) =
                workers.into_iter().partition(|(l, _)| *l == Liveness::Gone);
            let ids: Vec<_> = gone.into_iter().map(|(_, w)| w.id).collect();
            let requeued = match ids[..] {
                [] => Vec::new(),
                _ => store.release(id, &ids, None, now)?,
            };
            return Ok(Recovery {
                requeued,
                elsewhere: alive.into_iter().map(|(_, w)| w.trial).collect(),
            });
        }
    }
}
