//! What the black-box tests share: a scratch folder with a study in it and the program to run it.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A folder to run surmise in.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// `surmise ARGUMENTS`, in the folder.
    pub(crate) fn surmise(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_surmise"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.surmise(arguments).output().unwrap()
    }

    /// Runs and asserts success; stdout.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let (out, err) = texts(&output);
        assert!(output.status.success(), "surmise {arguments:?}: {}\n{out}\n{err}", output.status);
        out
    }

    /// Runs and asserts this exit code; stderr.
    pub(crate) fn fails(&self, arguments: &[&str], code: i32) -> String {
        let output = self.output(arguments);
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "surmise {arguments:?}\n{out}\n{err}");
        err
    }

    /// `surmise show NAME --json`
    pub(crate) fn show(&self, study: &str) -> Value {
        serde_json::from_str(&self.ok(&["show", study, "--json"])).unwrap()
    }
}

pub(crate) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A command study named `s` over `x` and `y` in [0, 1] whose objective is a Python program.
pub(crate) fn study(trials: u64, sampler: &str, program: &str) -> String {
    let program = program.replace('\n', "\n        ");
    format!(
        "study: s
direction: minimize
metric: loss
trials: {trials}
seed: 7
sampler: {sampler}
space:
  x: {{ type: float, low: 0, high: 1 }}
  y: {{ type: float, low: 0, high: 1 }}
objective:
  type: command
  timeout: 10m
  argv:
    - python3
    - -c
    - |
        {program}
    - $x
    - $y
"
    )
}

/// A quick smooth program for [`study`].
pub(crate) const BOWL: &str = "import sys
x, y = map(float, sys.argv[1:])
print('{\"loss\": %r}' % ((x - 0.3) ** 2 + (y - 0.6) ** 2))";

/// Whether `condition` comes true within this time; asked every few milliseconds.
pub(crate) fn within(time: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + time;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until `condition` is true, as it must be within a minute even on a busy machine.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    assert!(within(Duration::from_secs(60), condition), "a minute is over, but not yet: {what}");
}
