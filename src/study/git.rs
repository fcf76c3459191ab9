//! The commit that trials run from.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::trial::GitState;

/// How long a state may be reused: trials that take milliseconds must not wait for git each.
const FRESH: Duration = Duration::from_secs(10);
/// How long git is waited for: in a huge repository a trial must not wait for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The state of the working directory's repository, asked for anew after [`FRESH`].
#[derive(Default)]
pub(super) struct Git(Option<(Instant, Option<GitState>)>);

impl Git {
    /// The state now; `None` outside a repository, without git, or if git takes too long.
    pub(super) fn state(&mut self) -> Option<GitState> {
        match &self.0 {
            Some((at, state)) if at.elapsed() < FRESH => state.clone(),
            _ => {
                let state = ask();
                self.0 = Some((Instant::now(), state.clone()));
                state
            }
        }
    }
}

fn ask() -> Option<GitState> {
    let mut git = Command::new("git")
        // It may not take a lock that another git waits for.
        .arg("--no-optional-locks")
        .args(["status", "--porcelain=v2", "--branch", "--untracked-files=no"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdout = git.stdout.take()?;
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let _ = sender.send(stdout.read_to_string(&mut text).map(|_| text));
    });
    let text = answer.recv_timeout(PATIENCE);
    if text.is_err() {
        let _ = git.kill();
    }
    let succeeded = git.wait().is_ok_and(|status| status.success());
    text.ok()?.ok().filter(|_| succeeded).and_then(|text| parse(&text))
}

/// Reads `git status --porcelain=v2 --branch`: lines that begin with `#` tell of the branch, every
/// other one of a file that differs.
fn parse(text: &str) -> Option<GitState> {
    let commit = text.lines().find_map(|line| line.strip_prefix("# branch.oid "))?;
    let is_hash = commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
    let dirty = text.lines().any(|line| !line.starts_with('#'));
    is_hash.then(|| GitState { commit: commit.to_owned(), dirty })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "8bfb069f2d3ce0bd21b6cfe765ecc7db554bd3c2";

    #[test]
    fn a_state_has_its_commit_and_tells_whether_files_differ() {
        let clean = format!("# branch.oid {COMMIT}\n# branch.head main\n");
        let state = |dirty| Some(GitState { commit: COMMIT.into(), dirty });
        assert_eq!(parse(&clean), state(false));
        let changed = format!("{clean}1 .M N... 100644 100644 100644 {COMMIT} {COMMIT} train.py\n");
        assert_eq!(parse(&changed), state(true));
    }

    #[test]
    fn a_repository_without_a_commit_has_no_state() {
        assert_eq!(parse("# branch.oid (initial)\n# branch.head main\n"), None);
        assert_eq!(parse(""), None);
    }
}
