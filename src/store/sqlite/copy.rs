//! The copy of a database that is made before its schema changes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::backup::Progress;
use rusqlite::{Connection, MAIN_DB};

use super::error::Failure;

/// Copies the database that `source` reads to `FILE.vVERSION`, or to the first of `FILE.vVERSION.2`,
/// `.3`, … that is free. The copy appears whole or not at all.
pub(super) fn make(source: &Connection, file: &Path, version: usize) -> Result<PathBuf, Failure> {
    let copy = free_name(file, version);
    let part = with_suffix(&copy, ".part");
    // A process that was killed here may have left one.
    remove(&part);
    let told: Option<fn(Progress)> = None;
    let made = source.backup(MAIN_DB, &part, told).map_err(Failure::from).and_then(|()| {
        fs::rename(&part, &copy).map_err(|error| {
            Failure::CannotOpen(format!("its copy {} cannot be made: {error}", copy.display()))
        })
    });
    if made.is_err() {
        remove(&part);
    }
    made.map(|()| copy)
}

/// Removes an unfinished copy, with the journal that SQLite keeps beside it.
fn remove(part: &Path) {
    let _ = fs::remove_file(part);
    let _ = fs::remove_file(with_suffix(part, "-journal"));
}

fn free_name(file: &Path, version: usize) -> PathBuf {
    let first = with_suffix(file, &format!(".v{version}"));
    let (mut name, mut number) = (first.clone(), 2);
    while name.exists() {
        name = with_suffix(&first, &format!(".{number}"));
        number += 1;
    }
    name
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}
