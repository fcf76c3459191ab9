//! What the black-box tests share: a scratch folder with a study in it and the program to run it.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The folder of the programs of this build.
///
/// A package's tests know where its own program is; the other one lies beside it, once the whole
/// workspace is built.
pub(crate) fn programs() -> PathBuf {
    let own = option_env!("CARGO_BIN_EXE_surmise").or(option_env!("CARGO_BIN_EXE_surmise-torch"));
    Path::new(own.unwrap()).parent().unwrap().to_owned()
}

/// The program `surmise`.
pub(crate) fn program() -> PathBuf {
    let program = programs().join("surmise");
    let other = program.with_file_name("surmise-torch");
    let missing = [&program, &other].into_iter().find(|program| !program.is_file());
    match missing {
        None => program,
        // The library's own tests need no other program, and say so if they do.
        Some(_) if option_env!("CARGO_BIN_EXE_surmise").is_some() => program,
        Some(missing) => panic!("no {}: `cargo test --workspace` builds it", missing.display()),
    }
}

/// The checkout: where `experiments` and `data` are.
pub(crate) fn checkout() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("experiments").is_dir()).unwrap()
}

/// The studies in `experiments/` with such an objective.
pub(crate) fn experiments(objective: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(checkout().join("experiments")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "yaml"));
    files.retain(|file| fs::read_to_string(file).unwrap().contains(objective));
    files.sort();
    files
}

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
        let mut command = Command::new(program());
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

    /// Runs a few trials of a study in `experiments/` as the README does: from the checkout's root, but
    /// with a database of its own.
    pub(crate) fn run_experiment(&self, file: &Path, name: &str) {
        let db = self.path().join("studies.db");
        let plots = self.path().join("plots");
        let arguments = [
            "run",
            file.to_str().unwrap(),
            "--trials",
            "10",
            "--db",
            db.to_str().unwrap(),
            "--plots",
            plots.to_str().unwrap(),
        ];
        let output = self.surmise(&arguments).current_dir(checkout()).output().unwrap();
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{}:\n{out}\n{err}", file.display());
        let shown = self.show(name);
        let trials = shown["trials"].as_array().unwrap();
        for trial in trials {
            assert_eq!(trial["state"], "complete", "{}: {trial:#}", file.display());
        }
        // What the user enqueued is no suggestion.
        let n = trials.iter().filter(|t| t["origin"]["type"] != "user").count();
        assert!(self.ok(&["replay", name]).contains(&format!("{n} of {n}")), "{}", file.display());
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
