//! Files and folders that may not be written. Permissions bind everybody but root, so the checks run in
//! a child process that gives root's rights up if it has them.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use surmise::store::{SqliteOptions, SqliteStore, Store, StoreError, StoreLocation};

use super::child;
use super::support::{ask, at, open, spec, tell};

/// The user nobody.
const NOBODY: u32 = 65534;

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A folder that holds a closed database of two trials.
fn prepare(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let mut store = open(&folder.join("studies.db"));
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    for value in [0.25, 0.75] {
        let number = ask(&mut store, id);
        tell(&mut store, id, number, value);
    }
    store.close().unwrap();
}

#[test]
fn what_cannot_be_written_is_read_or_told() {
    let top = tempfile::tempdir().unwrap();
    let folder = |name: &str| top.path().join(name);
    permit(top.path(), 0o755);

    for name in ["medium", "folder", "file", "log", "live", "secret"] {
        prepare(&folder(name));
    }
    permit(&folder("medium").join("studies.db"), 0o444);
    permit(&folder("folder").join("studies.db"), 0o666);
    permit(&folder("file").join("studies.db"), 0o444);
    permit(&folder("secret").join("studies.db"), 0o000);
    // A log left by a killed process, without the memory it shared.
    let mut killed = open(&folder("log").join("studies.db"));
    let id = killed.study("study").unwrap().unwrap().id;
    ask(&mut killed, id);
    let log = fs::read(folder("log").join("studies.db-wal")).unwrap();
    let file = fs::read(folder("log").join("studies.db")).unwrap();
    drop(killed);
    fs::write(folder("log").join("studies.db"), file).unwrap();
    fs::write(folder("log").join("studies.db-wal"), log).unwrap();
    // One that is being written.
    let mut live = open(&folder("live").join("studies.db"));
    ask(&mut live, id);
    for name in ["medium", "folder", "log", "live"] {
        permit(&folder(name), 0o555);
    }
    permit(&folder("file"), 0o777);
    fs::create_dir(folder("empty")).unwrap();
    permit(&folder("empty"), 0o555);

    let program = folder("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    permit(&program, 0o755);
    let mut child = child::command(
        &program,
        "store::read_only::an_unprivileged_user_reads_what_there_is",
        top.path(),
    );
    child.current_dir(top.path());
    if fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        child.uid(NOBODY).gid(NOBODY);
    }
    let output = child.output().unwrap();
    for name in ["medium", "folder", "log", "live", "empty"] {
        permit(&folder(name), 0o755); // to be removed
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    drop(live);
}

#[test]
#[ignore = "run by the test above as a user without rights"]
fn an_unprivileged_user_reads_what_there_is() {
    let Some(top) = child::folder() else {
        return;
    };
    let options = SqliteOptions::default();
    let path = |name: &str| top.join(name).join("studies.db");
    let open = |name: &str| SqliteStore::open(path(name), &options);
    let existing = |name: &str| SqliteStore::open_existing(path(name), &options);

    for (name, trials) in [("medium", 2), ("folder", 2), ("file", 2), ("live", 3)] {
        match open(name).unwrap_err() {
            StoreError::ReadOnly { location } => {
                assert_eq!(location, StoreLocation::file(path(name)));
            }
            other => panic!("{name}: {other:?}"),
        }
        let mut store = existing(name).unwrap();
        assert!(store.is_read_only(), "{name}");
        let id = store.study("study").unwrap().unwrap().id;
        assert_eq!(store.trials(id).unwrap().len(), trials, "{name}");
        assert_eq!(store.summary(id).unwrap().best.unwrap().1, 0.75);
        let refused = store.delete_study(id).unwrap_err();
        assert_eq!(refused.to_string(), format!("database {} is read-only", path(name).display()));
        store.close().unwrap();
    }

    let error = existing("log").unwrap_err();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    assert!(error.to_string().contains("studies.db-wal"), "{error}");

    assert!(matches!(open("empty"), Err(StoreError::ReadOnly { .. })));
    assert!(matches!(existing("empty"), Err(StoreError::NotFound { .. })));
    for result in [open("secret"), existing("secret")] {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
        assert!(error.to_string().contains("ermission denied"), "{error}");
    }
}
