//! Which process is which, and whether it still lives.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// A process on a host, named so that a reused pid is not mistaken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// Host name.
    pub host: String,
    /// Process id.
    pub pid: u32,
    /// Start of the process, as the system tells.
    pub start: u64,
}

impl ProcessIdentity {
    /// Whether the process still lives; `None` where that cannot be seen: on another host, or on one
    /// whose processes cannot be looked at.
    pub fn lives(&self) -> Option<bool> {
        if self.host != host() {
            return None;
        }
        let system = System::new().ok()?;
        // The start time is computed from the boot time, which a clock step can shift by a second.
        Some(start_of(self.pid, system).is_some_and(|start| start.abs_diff(self.start) <= 1))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_child_is_gone_even_before_it_is_reaped() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let identity = identify(child.id()).unwrap();
        assert_eq!(identity.lives(), Some(true));
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while identity.lives() == Some(true) && std::time::Instant::now() < deadline {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(identity.lives(), Some(false));
        child.wait().unwrap();
    }
}
