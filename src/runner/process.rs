//! A worker's process, as its supervisor has it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::objective::{self, ObjectiveSpec};
use crate::study::Study;

use super::{RunError, RunOptions};

/// How long an abandoning worker may take before it is killed.
const ABANDON_GRACE: Duration = Duration::from_secs(5);

/// A worker process and the pipes to it and from it.
pub(super) struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<Lines>,
    stderr: Option<Lines>,
    abandoned_at: Option<Instant>,
}

impl Worker {
    /// # Errors
    /// [`RunError::Io`].
    pub(super) fn start(options: &RunOptions, study: &Study) -> Result<Self, RunError> {
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
        let stdin = child.stdin.take();
        let (stdout, stderr) =
            (child.stdout.take().map(Lines::of), child.stderr.take().map(Lines::of));
        Ok(Self { child, stdin, stdout, stderr, abandoned_at: None })
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end after its trial. A worker that is gone already needs no asking.
    pub(super) fn finish(&mut self) {
        if let Some(stdin) = &mut self.stdin {
            let _ = writeln!(stdin, "finish").and_then(|()| stdin.flush());
        }
    }

    /// Asks it to end at once: closes its stdin.
    pub(super) fn abandon(&mut self) {
        self.stdin = None;
        self.abandoned_at.get_or_insert_with(Instant::now);
    }

    /// Its exit status if it has ended; one that abandons too slowly is killed.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        if self.abandoned_at.is_some_and(|at| at.elapsed() > ABANDON_GRACE) {
            let _ = self.child.kill();
        }
        self.child.try_wait().ok().flatten()
    }

    /// What it has said since the last look; all of it, once it has ended.
    pub(super) fn notes(&self, ended: bool) -> Vec<String> {
        self.stdout.as_ref().map(|lines| lines.take(ended)).unwrap_or_default()
    }

    /// The last lines it wrote to stderr, once it has ended.
    pub(super) fn last_words(&self) -> String {
        self.stderr.as_ref().map(|lines| lines.take(true).join("\n")).unwrap_or_default()
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

/// The last 20 lines that came through a pipe, read by a thread so that the writer never waits.
struct Lines {
    kept: Arc<Mutex<VecDeque<String>>>,
    reader: thread::JoinHandle<()>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let shared = Arc::clone(&kept);
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let mut lines = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == 20 {
                    lines.pop_front();
                }
                lines.push_back(String::from_utf8_lossy(&line).into_owned());
            }
        });
        Self { kept, reader }
    }

    /// Those since the last time; `to_end` waits a little for the last ones of a process that has ended.
    fn take(&self, to_end: bool) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_millis(500);
        while to_end && !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}
