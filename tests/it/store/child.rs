//! Tests that need a process of their own run this test program again, for one test that is ignored
//! otherwise.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "SURMISE_TEST_FOLDER";

/// The command that runs the ignored test `name` on `folder`, by the program at `program`.
pub(crate) fn command(program: &Path, name: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder);
    command
}

/// The folder given to a child; `None` in a run of all ignored tests, where it has nothing to do.
pub(crate) fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}
