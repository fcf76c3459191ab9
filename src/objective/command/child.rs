//! A child process that leads its own process group, killed as a whole when dropped.

use std::ffi::OsString;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use crate::objective::ObjectiveError;
use crate::trial::FailureKind;

use rustix::process::{Pid, Signal, kill_process_group};

pub(super) struct ChildGroup {
    child: Child,
    reaped: bool,
}

impl ChildGroup {
    /// Starts a program with its own process group and piped output. A program that is not there
    /// fails every trial alike; another error (no memory, too many processes) fails this one.
    pub(super) fn spawn(
        argv: &[String],
        environment: &[(&str, OsString)],
    ) -> Result<Self, ObjectiveError> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err(ObjectiveError::Unusable { reason: "`argv` is empty".into() });
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        die_with_parent(&mut command);
        match command.spawn() {
            Ok(child) => Ok(Self { child, reaped: false }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(ObjectiveError::Unusable {
                reason: format!("program `{program}` was not found, or its interpreter was not"),
            }),
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                Err(ObjectiveError::Unusable {
                    reason: format!("program `{program}` may not be executed"),
                })
            }
            Err(e) => Err(ObjectiveError::failed(
                FailureKind::NotStarted,
                format!("program `{program}` could not be started: {e}"),
            )),
        }
    }

    pub(super) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(super) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// The exit status if the leader has ended.
    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.reaped |= status.is_some();
        Ok(status)
    }

    /// Kills whatever is left of the group and reaps the leader.
    pub(super) fn kill(&mut self) {
        // The group lives on under the leader's pid as long as any member does; an empty one gives an
        // error that says so.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        if !self.reaped {
            let _ = self.child.wait();
            self.reaped = true;
        }
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Has the kernel kill the program when the worker dies, even by SIGKILL, so that no orphan goes on
/// computing what will be computed again.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn die_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec the closure makes one prctl system call and allocates nothing.
    unsafe {
        command.pre_exec(|| {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into)
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

/// An unsuccessful end of a process in words.
pub fn describe_exit(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(9)) => "killed by signal 9 (is memory short?)".to_owned(),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}
