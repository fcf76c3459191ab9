//! Which process is which, and whether it still lives.

use std::fs;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Within what a process id names one process: a host, from one boot to the next, and a pid namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessScope {
    /// Host name.
    pub host: String,
    /// The boot of the host, where the system names it.
    pub boot: Option<String>,
    /// The pid namespace, where the system has them. Containers have their own, often under the host's
    /// name.
    pub pid_namespace: Option<u64>,
}

impl ProcessScope {
    /// The scope of this process.
    pub fn here() -> Self {
        Self { host: host(), boot: boot(), pid_namespace: pid_namespace() }
    }

    /// What can be told here of the processes of another scope. What one of the two does not know is
    /// taken as equal.
    fn view(&self, other: &Self) -> View {
        if self.host != other.host {
            View::Hidden
        } else if differ(&self.boot, &other.boot) {
            View::Over
        } else if differ(&self.pid_namespace, &other.pid_namespace) {
            View::Hidden
        } else {
            View::Open
        }
    }

    /// Whether process ids of another scope mean the same processes here.
    pub fn same_as(&self, other: &Self) -> bool {
        self.view(other) == View::Open
    }
}

fn differ<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
    a.is_some() && b.is_some() && a != b
}

/// What can be told of the processes of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// They can be looked at.
    Open,
    /// They are gone: the host was booted since.
    Over,
    /// Nothing.
    Hidden,
}

/// A process, named so that a reused pid is not mistaken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// Within what its id names it.
    pub scope: ProcessScope,
    /// Process id.
    pub pid: u32,
    /// Start of the process, as the system tells.
    pub start: u64,
}

impl ProcessIdentity {
    /// Whether the process still lives; `None` where that cannot be seen: on another host, in another
    /// pid namespace, or where processes cannot be looked at.
    pub fn lives(&self) -> Option<bool> {
        match ProcessScope::here().view(&self.scope) {
            View::Hidden => None,
            View::Over => Some(false),
            View::Open => {
                let system = System::new().ok()?;
                // The start time is computed from the boot time, which a clock step can shift by a
                // second.
                let start = start_of(self.pid, system);
                Some(start.is_some_and(|start| start.abs_diff(self.start) <= 1))
            }
        }
    }
}

/// This host's name.
pub fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// The boot of this host: Linux draws an id at each.
fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The pid namespace of this process, by the inode that stands for it.
#[cfg(target_os = "linux")]
fn pid_namespace() -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(fs::metadata("/proc/self/ns/pid").ok()?.ino())
}

/// Other systems have no pid namespaces.
#[cfg(not(target_os = "linux"))]
fn pid_namespace() -> Option<u64> {
    None
}

/// The identity of a process of this scope, if it lives.
pub fn identify(pid: u32) -> Option<ProcessIdentity> {
    let start = start_of(pid, System::new().ok()?)?;
    Some(ProcessIdentity { scope: ProcessScope::here(), pid, start })
}

/// When a living process of this scope started.
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

    fn scope(host: &str, boot: Option<&str>, pid_namespace: Option<u64>) -> ProcessScope {
        ProcessScope { host: host.into(), boot: boot.map(Into::into), pid_namespace }
    }

    #[test]
    fn processes_are_seen_within_a_boot_and_a_pid_namespace_of_a_host() {
        let here = scope("node", Some("b"), Some(1));
        let view = |host, boot, pid_namespace| here.view(&scope(host, boot, pid_namespace));
        assert_eq!(view("node", Some("b"), Some(1)), View::Open);
        assert_eq!(view("node", Some("b"), Some(2)), View::Hidden);
        // Another boot is over, whatever the namespace was.
        assert_eq!(view("node", Some("a"), Some(1)), View::Over);
        assert_eq!(view("node", Some("a"), Some(2)), View::Over);
        assert_eq!(view("other", Some("b"), Some(1)), View::Hidden);
        assert_eq!(view("other", Some("a"), None), View::Hidden);
        // As stored by an earlier version, or by a system that does not tell.
        assert_eq!(view("node", None, None), View::Open);
        assert_eq!(scope("node", None, None).view(&here), View::Open);
        assert!(here.same_as(&here) && !here.same_as(&scope("node", Some("b"), Some(2))));
    }

    #[test]
    fn a_process_of_another_scope_is_judged_by_the_scope() {
        let me = identify(std::process::id()).unwrap();
        let mut booted = me.clone();
        booted.scope.boot = Some("a boot before".into());
        let mut inside = me.clone();
        inside.scope.pid_namespace = Some(1);
        let mut far = me.clone();
        far.scope.host = "no-such-host".into();
        assert_eq!(me.lives(), Some(true));
        assert_eq!(far.lives(), None);
        if cfg!(target_os = "linux") {
            assert_eq!(booted.lives(), Some(false));
            assert_eq!(inside.lives(), None);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_boot_and_the_pid_namespace() {
        let here = ProcessScope::here();
        assert_eq!(here, ProcessScope::here());
        assert_eq!(here.boot.unwrap().len(), 36);
        let link = std::fs::read_link("/proc/self/ns/pid").unwrap();
        let link = link.to_str().unwrap();
        assert_eq!(link, format!("pid:[{}]", here.pid_namespace.unwrap()));
    }
}
