//! Finding the trials of workers that are gone.

use std::thread;
use std::time::{Duration, Instant};

use crate::process::ProcessIdentity;
use crate::store::WorkerRecord;
use crate::trial::{Timestamp, TrialNumber};

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

/// Whether a worker still lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Liveness {
    /// It works.
    Alive,
    /// It is about to end: it lives, but the run that started it is gone.
    Ending,
    /// It is gone.
    Gone,
}

/// Judges a worker: on this host by its process, elsewhere by its lease.
fn liveness(worker: &WorkerRecord, now: Timestamp) -> Liveness {
    let info = &worker.info;
    let process =
        ProcessIdentity { host: info.host.clone(), pid: info.pid, start: info.process_start };
    match process.lives() {
        Some(true)
            if worker.supervisor.as_ref().and_then(ProcessIdentity::lives) == Some(false) =>
        {
            Liveness::Ending
        }
        Some(true) => Liveness::Alive,
        Some(false) => Liveness::Gone,
        None if worker.lease_until > now => Liveness::Alive,
        None => Liveness::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::identify;
    use crate::store::WorkerId;
    use crate::trial::WorkerInfo;

    fn worker(host: &str, pid: u32, start: u64, lease_until: i64) -> WorkerRecord {
        WorkerRecord {
            id: WorkerId(1),
            info: WorkerInfo {
                host: host.into(),
                pid,
                process_start: start,
                device: "cpu".into(),
                engine: "0".into(),
            },
            supervisor: None,
            lease_until: Timestamp(lease_until),
            trial: TrialNumber(0),
        }
    }

    #[test]
    fn a_worker_here_is_judged_by_its_process_not_its_lease() {
        let me = identify(std::process::id()).unwrap();
        let mut mine = worker(&me.host, me.pid, me.start, 0);
        assert_eq!(liveness(&mine, Timestamp(1)), Liveness::Alive);
        // Another process under the same pid, started at another time.
        mine.info.process_start += 1000;
        assert_eq!(liveness(&mine, Timestamp(-1)), Liveness::Gone);
    }

    #[test]
    fn a_worker_elsewhere_is_judged_by_its_lease() {
        let elsewhere = worker("no-such-host", 1, 1, 100);
        assert_eq!(liveness(&elsewhere, Timestamp(99)), Liveness::Alive);
        assert_eq!(liveness(&elsewhere, Timestamp(100)), Liveness::Gone);
    }

    #[test]
    fn a_worker_whose_run_is_gone_is_ending() {
        let me = identify(std::process::id()).unwrap();
        let mut mine = worker(&me.host, me.pid, me.start, 0);
        mine.supervisor = Some(ProcessIdentity { start: 1, ..me });
        assert_eq!(liveness(&mine, Timestamp(1)), Liveness::Ending);
    }
}
