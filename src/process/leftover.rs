//! Processes that outlived the one that started them.
//!
//! A worker that is killed takes its trial's program along, but not what that program started: a shell
//! wrapper's child, a data loader's workers. Before the trial is run again they are found by the mark
//! that all descendants inherit in their environment, so that no trial runs twice at once.

use std::ffi::{OsStr, OsString};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

/// Kills the processes whose environment sets this variable to this value.
pub(crate) fn kill_marked(variable: &str, value: &OsStr) {
    let mut mark = OsString::from(variable);
    mark.push("=");
    mark.push(value);
    let Ok(mut system) = System::new() else { return };
    let kind = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    let me = std::process::id();
    for (pid, process) in system.processes() {
        if pid.as_u32() != me && process.environ().contains(&mark) {
            process.kill();
        }
    }
}
