//! Programs that outlived their worker.
//!
//! A worker that is killed takes its trial's program along, but not what that program started: a shell
//! wrapper's child, a data loader's workers. Before the trial is run again they are found by the mark
//! that all descendants inherit in their environment, so that no trial runs twice at once.

use std::ffi::OsString;
use std::path::Path;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

/// The variable that names a trial's folder; no two trials of a machine share one.
pub(super) const MARK: &str = "SURMISE_DIR";

/// Kills the processes that carry the mark of this trial.
pub(super) fn kill(folder: &Path) {
    let mut mark = OsString::from(MARK);
    mark.push("=");
    mark.push(folder);
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
