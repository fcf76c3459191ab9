//! A child process that leads its own process group, killed as a whole when dropped.

use std::ffi::OsString;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;

use super::when_ended;

/// Why a program could not be started.
#[derive(Debug, Error)]
pub(crate) enum SpawnError {
    /// The command line is empty.
    #[error("`argv` is empty")]
    Empty,
    /// The program, or the interpreter that it names, is not there.
    #[error("program `{program}` was not found, or its interpreter was not")]
    NotFound {
        /// As it was named.
        program: String,
    },
    /// The program is there and may not be executed.
    #[error("program `{program}` may not be executed")]
    Forbidden {
        /// As it was named.
        program: String,
    },
    /// The system could not start it now: no memory, too many processes.
    #[error("program `{program}` could not be started: {source}")]
    System {
        /// As it was named.
        program: String,
        /// What the system says.
        source: io::Error,
    },
}

/// A program and what it starts in turn.
pub(crate) struct ChildGroup {
    child: Child,
    reaped: bool,
}

impl ChildGroup {
    /// Starts a program with its own process group and piped output.
    ///
    /// # Errors
    /// [`SpawnError`].
    pub(crate) fn spawn(
        argv: &[String],
        environment: &[(&str, OsString)],
    ) -> Result<Self, SpawnError> {
        let (program, arguments) = argv.split_first().ok_or(SpawnError::Empty)?;
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
        let program = program.clone();
        match command.spawn() {
            Ok(child) => Ok(Self { child, reaped: false }),
            Err(source) => Err(match source.kind() {
                io::ErrorKind::NotFound => SpawnError::NotFound { program },
                io::ErrorKind::PermissionDenied => SpawnError::Forbidden { program },
                _ => SpawnError::System { program, source },
            }),
        }
    }

    /// Calls `ended` on a thread of its own when the leader has ended.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn when_ended(&self, ended: impl FnOnce() + Send + 'static) -> io::Result<()> {
        when_ended(&self.child, ended).map(drop)
    }

    /// The pipe of its stdout, once.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The pipe of its stderr, once.
    pub(crate) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits for the leader's end.
    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.reaped = true;
        Ok(status)
    }

    /// Kills whatever is left of the group and reaps the leader.
    pub(crate) fn kill(&mut self) {
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

/// Has the kernel kill the program when its parent dies, even by SIGKILL, so that no orphan goes on
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
