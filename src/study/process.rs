//! Which process is which, and whether it still lives.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::store::{ProcessIdentity, WorkerRecord};
use crate::trial::Timestamp;

/// This host's name.
pub fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// The identity of a process of this host, if it lives.
pub fn identify(pid: u32) -> Option<ProcessIdentity> {
    let start = start_of(pid, System::new().ok()?)?;
    Some(ProcessIdentity { host: host(), pid, start })
}

/// When a living process of this host started.
fn start_of(pid: u32, mut system: System) -> Option<u64> {
    let pid = Pid::from_u32(pid);
    let kind = ProcessRefreshKind::nothing();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind);
    let process = system.process(pid)?;
    // A zombie has ended; it only waits for its parent to notice.
    let ended =
        matches!(process.status(), sysinfo::ProcessStatus::Zombie | sysinfo::ProcessStatus::Dead);
    (!ended).then(|| process.start_time())
}

/// Whether a process is the one named; `None` where that cannot be seen: on another host, or on one
/// whose processes cannot be looked at.
fn lives(process: &ProcessIdentity) -> Option<bool> {
    if process.host != host() {
        return None;
    }
    let system = System::new().ok()?;
    // The start time is computed from the boot time, which a clock step can shift by a second.
    Some(start_of(process.pid, system).is_some_and(|start| start.abs_diff(process.start) <= 1))
}

/// Whether a worker still lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Liveness {
    /// It works.
    Alive,
    /// It is about to end: it lives, but the run that started it is gone.
    Ending,
    /// It is gone.
    Gone,
}

/// Judges a worker: on this host by its process, elsewhere by its lease.
pub(super) fn liveness(worker: &WorkerRecord, now: Timestamp) -> Liveness {
    let info = &worker.info;
    let process =
        ProcessIdentity { host: info.host.clone(), pid: info.pid, start: info.process_start };
    match lives(&process) {
        Some(true) if worker.supervisor.as_ref().and_then(lives) == Some(false) => Liveness::Ending,
        Some(true) => Liveness::Alive,
        Some(false) => Liveness::Gone,
        None if worker.lease_until > now => Liveness::Alive,
        None => Liveness::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::WorkerId;
    use crate::trial::{TrialNumber, WorkerInfo};

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
    fn a_killed_child_is_gone_even_before_it_is_reaped() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let identity = identify(child.id()).unwrap();
        assert_eq!(lives(&identity), Some(true));
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while lives(&identity) == Some(true) && std::time::Instant::now() < deadline {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(lives(&identity), Some(false));
        child.wait().unwrap();
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
