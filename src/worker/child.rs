//! A worker's process, as its supervisor has it.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::objective::{self, ObjectiveSpec};
use crate::process::{LINE_LIMIT, Tail, for_each_line, when_ended};
use crate::study::Study;

use super::message::Message;
use super::signals::Interrupt;
use super::{RunError, RunOptions};

/// How long an abandoning worker may take before it is killed.
const ABANDON_GRACE: Duration = Duration::from_secs(5);
/// How long after a worker's end the last of what it said may take to come.
const STDOUT_GRACE: Duration = Duration::from_millis(500);

/// What a supervisor waits for.
pub(super) enum Happening {
    /// The store has news of some worker's trial.
    Stored,
    /// A worker has something to say to the user.
    Note(String),
    /// A worker ended, and all it said has come before.
    Ended,
    /// Signals ask for this.
    Interrupt(Interrupt),
}

/// A worker process and the pipes to it and from it.
pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    stderr: Tail,
    abandoned_at: Option<Instant>,
}

impl Worker {
    /// Starts one that tells `happenings` what it says and when it ends.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub(super) fn spawn(
        options: &RunOptions,
        study: &Study,
        happenings: &Sender<Happening>,
    ) -> Result<Self, RunError> {
        let mut command = Command::new(&options.program);
        command.arg("worker").arg("--supervised").args(["--study", &study.spec().study]);
        command.arg("--db").arg(&options.worker.database);
        command.arg("--runs").arg(&options.worker.runs);
        if let Some(device) = &options.worker.device {
            command.args(["--device", device]);
        }
        if options.worker.sqlite.allow_network {
            command.arg("--allow-network-fs");
        }
        if let ObjectiveSpec::Template(template) = &study.spec().objective {
            command.envs(objective::worker_environment(template));
        }
        // A group of its own, so that Ctrl-C on the terminal reaches the supervisor alone.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let what = || format!("cannot start a worker ({})", options.program.display());
        let mut child = command.spawn().map_err(|source| RunError::Io { what: what(), source })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stderr = Tail::drain(child.stderr.take(), LINE_LIMIT, |_| {});
        let worker = Self { child, stdin, stderr, abandoned_at: None };
        listen(&worker.child, stdout, happenings)
            .map_err(|source| RunError::Io { what: what(), source })?;
        Ok(worker)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the worker to end after its trial. One that is gone already needs no asking.
    pub(super) fn finish(&mut self) {
        if let Some(stdin) = &mut self.stdin {
            let _ = writeln!(stdin, "finish").and_then(|()| stdin.flush());
        }
    }

    /// Asks the worker to end at once: closes its stdin.
    pub(super) fn abandon(&mut self) {
        self.stdin = None;
        self.abandoned_at.get_or_insert_with(Instant::now);
    }

    /// The exit status if the worker has ended; one that abandons too slowly is killed.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        if self.abandoned_at.is_some_and(|at| at.elapsed() > ABANDON_GRACE) {
            let _ = self.child.kill();
        }
        self.child.try_wait().ok().flatten()
    }

    /// The last lines that an ended worker wrote to stderr.
    pub(super) fn stderr_tail(&self) -> String {
        self.stderr.text()
    }
}

impl Drop for Worker {
    /// Lets it abandon its trial cleanly, then makes sure.
    fn drop(&mut self) {
        self.abandon();
        while self.ended().is_none() {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Passes on what a worker says, then that it ended.
fn listen(
    child: &Child,
    stdout: Option<ChildStdout>,
    happenings: &Sender<Happening>,
) -> io::Result<()> {
    let (reading, read) = mpsc::channel::<()>();
    if let Some(stdout) = stdout {
        let happenings = happenings.clone();
        thread::spawn(move || {
            for_each_line(stdout, |line| {
                let happened = match Message::parse(line) {
                    Message::Stored => Happening::Stored,
                    Message::Note(text) => Happening::Note(text),
                };
                happenings.send(happened).is_ok()
            });
            drop(reading);
        });
    }
    let happenings = happenings.clone();
    when_ended(child, move || {
        // Comes to an end with the reader; a descendant that holds the pipe open must not hold us.
        let _ = read.recv_timeout(STDOUT_GRACE);
        let _ = happenings.send(Happening::Ended);
    })?;
    Ok(())
}
