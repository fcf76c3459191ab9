//! The file: where it lies, what it holds, what is said when it cannot be used.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use surmise::store::{SqliteOptions, SqliteStore, Store, StoreError};
use surmise::trial::{Metrics, TrialState};

use super::support::{ask, at, database, open, params, spec, sqlite, tell};

fn try_open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, &SqliteOptions::default())
}

fn try_existing(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open_existing(path, &SqliteOptions::default())
}

/// A closed database with one study of three trials, two of them finished.
fn filled(path: &Path) {
    let mut store = open(path);
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    for value in [0.25, 0.75] {
        let number = ask(&mut store, id);
        tell(&mut store, id, number, value);
    }
    ask(&mut store, id);
    store.close().unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_closed_database_is_one_file_and_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    filled(&path);
    assert_eq!(names(folder.path()), ["studies.db"]);
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let mut store = open(&copy);
    let id = store.study("study").unwrap().unwrap().id;
    assert_eq!(store.trials(id).unwrap().len(), 3);
    // Dropping is closing, too.
    ask(&mut store, id);
    drop(store);
    assert_eq!(names(folder.path()), ["copy.db", "studies.db"]);
}

#[test]
fn an_empty_file_is_a_new_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    fs::write(&path, b"").unwrap();
    assert!(open(&path).studies().unwrap().is_empty());
}

#[test]
fn names_that_sqlite_reads_otherwise_are_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:a.db", "a?mode=memory#b%20c d'é.db"] {
        filled(&folder.path().join(name));
        assert!(names(folder.path()).contains(&name.to_owned()), "{name}");
    }
}

#[test]
fn a_missing_file_is_not_made_by_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    let error = try_existing(&path).unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }));
    assert_eq!(error.to_string(), format!("there is no database {}", path.display()));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_place_where_no_file_can_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("studies.db");
    let error = try_open(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot open database {}: its folder {} does not exist",
            path.display(),
            folder.path().join("missing").display()
        )
    );
    for result in [try_open(folder.path()), try_existing(folder.path())] {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::CannotOpen { .. }));
        assert!(error.to_string().ends_with("it is a folder"), "{error}");
    }
    let error = try_open(Path::new("/dev/null")).unwrap_err();
    assert!(error.to_string().ends_with("not a regular file"), "{error}");
    assert!(matches!(try_open(Path::new("")), Err(StoreError::CannotOpen { .. })));
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(matches!(try_open(&file.join("studies.db")), Err(StoreError::CannotOpen { .. })));
}

#[test]
fn a_file_that_is_no_database_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.resize(5000, 7);
    let noise: Vec<u8> =
        (0..20_000u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let contents: [&[u8]; 6] = [
        &png,
        &noise,
        b"study: avatars\n",
        b"x",
        b"SQLite format 3\0",
        b"SQLite format 3\0 and then some text that is no header of one at all, nor a page ......",
    ];
    for content in contents {
        fs::write(&path, content).unwrap();
        for result in [try_open(&path), try_existing(&path)] {
            match result.unwrap_err() {
                StoreError::NotADatabase { path: p, .. } => assert_eq!(p, path),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(names(folder.path()), ["file"]);
    }
}

#[test]
fn another_programs_database_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places.sqlite");
    for prepare in [
        "CREATE TABLE places (url TEXT); PRAGMA user_version = 1;",
        "CREATE TABLE studies (id INTEGER); PRAGMA application_id = 252006674;",
    ] {
        let _ = fs::remove_file(&path);
        let other = Connection::open(&path).unwrap();
        other.execute_batch(prepare).unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        for result in [try_open(&path), try_existing(&path)] {
            let error = result.unwrap_err();
            assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_newer_schema_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    filled(&path);
    let raw = Connection::open(&path).unwrap();
    let version: i64 = raw.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
    raw.pragma_update(None, "user_version", 999).unwrap();
    drop(raw);
    for result in [try_open(&path), try_existing(&path)] {
        match result.unwrap_err() {
            StoreError::NewerSchema { found, supported, .. } => {
                assert!(found == 999 && supported < 999)
            }
            other => panic!("{other:?}"),
        }
    }
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", version).unwrap();
    drop(raw);
    assert_eq!(open(&path).studies().unwrap().len(), 1);
}

/// Opens and reads everything. Never panics; says whether it went well.
fn read_all(path: &Path) -> Result<(), StoreError> {
    let mut store = try_open(path)?;
    for summary in store.studies()? {
        if let Some(study) = store.study(&summary.name)? {
            store.trials(study.id)?;
            store.workers(study.id)?;
        }
    }
    Ok(())
}

#[test]
fn a_truncated_database_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    filled(&path);
    let whole = fs::read(&path).unwrap();
    for length in [1, 17, 99, 100, 512, 4096, 5000, 8192, whole.len() / 2] {
        fs::write(&path, &whole[..length]).unwrap();
        match read_all(&path) {
            Err(StoreError::Corrupt { path: p, .. } | StoreError::NotADatabase { path: p, .. }) => {
                assert_eq!(p, path, "{length}");
            }
            other => panic!("{length} bytes: {other:?}"),
        }
    }
}

#[test]
fn a_damaged_database_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(&folder);
    filled(&path);
    let whole = fs::read(&path).unwrap();
    let mut failed = 0;
    for start in (0..whole.len()).step_by(701) {
        let mut damaged = whole.clone();
        for byte in damaged.iter_mut().skip(start).take(300) {
            *byte = 0xA5;
        }
        fs::write(&path, &damaged).unwrap();
        failed += usize::from(read_all(&path).is_err());
    }
    assert!(failed > 10, "only {failed} kinds of damage were noticed");
}

#[test]
fn a_row_that_cannot_be_understood_is_named() {
    for (sql, what) in [
        (
            "DROP TRIGGER event_update; UPDATE events SET declaration = '{}' WHERE number = 1",
            "declaration",
        ),
        ("UPDATE trials SET params = '[1]' WHERE number = 2", "parameters"),
        ("UPDATE trials SET origin = '{\"type\":\"oracle\"}' WHERE number = 2", "origin"),
        ("UPDATE trials SET engine_revision = 5000000000 WHERE number = 2", "row"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        filled(&path);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        match read_all(&path) {
            Err(StoreError::Corrupt { path: p, what: w, .. }) => {
                assert_eq!(p, path);
                assert!(w.contains(what), "{w}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_schema_itself_guards_finished_trials() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let number = ask(&mut store, id);
    tell(&mut store, id, number, 0.5);
    ask(&mut store, id);
    let raw = Connection::open(database(&folder)).unwrap();
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    for sql in [
        "UPDATE trials SET value = 0.9 WHERE number = 0",
        "UPDATE trials SET params = '{}' WHERE number = 0",
        "DELETE FROM trials WHERE number = 0",
        "DELETE FROM trials WHERE number = 1",
        "INSERT INTO events VALUES (1, 3, 'report', 0, 1, 1, 1, NULL)",
        "INSERT INTO events VALUES (1, 3, 'report', 99, 1, 1, 1, NULL)",
        "INSERT INTO events VALUES (1, 3, 'report', 1, 1, NULL, 1, NULL)",
        "INSERT INTO events VALUES (1, 2, 'report', 1, 1, 1, 1, NULL)",
        "UPDATE events SET at = 5 WHERE number = 2",
        "DELETE FROM events WHERE number = 2",
        "INSERT INTO metrics VALUES (1, 2, 'accuracy', 9e999)",
        "INSERT INTO metrics VALUES (1, 1, 'accuracy', 0.5)",
        "UPDATE metrics SET value = 0.5",
        "DELETE FROM metrics",
        "UPDATE attempts SET argv = '[]' WHERE trial_number = 0",
        "DELETE FROM attempts WHERE trial_number = 1",
        "UPDATE trials SET value = 0.5 WHERE number = 1",
        "UPDATE trials SET state = 'complete' WHERE number = 1",
        "UPDATE trials SET state = 'done' WHERE number = 1",
        "UPDATE trials SET params = 'lr=1' WHERE number = 1",
        "UPDATE trials SET params = NULL WHERE number = 1",
        "UPDATE trials SET state = 'complete', value = 9e999, ended = 3 WHERE number = 1",
        "UPDATE trials SET state = 'pruned', ended = 2 WHERE number = 1",
        "UPDATE trials SET number = 0 WHERE number = 1",
    ] {
        let refused = raw.execute(sql, []);
        assert!(
            matches!(&refused, Err(e) if e.sqlite_error_code()
                == Some(rusqlite::ErrorCode::ConstraintViolation)),
            "{sql}: {refused:?}"
        );
    }
    // What would have been right is not refused.
    raw.execute(
        "UPDATE trials SET state = 'complete', value = 0.5, ended = 3 WHERE number = 1",
        [],
    )
    .unwrap();
    assert_eq!(store.summary(id).unwrap().counts.complete, 2);
}

#[test]
fn the_views_read_well() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let value = TrialState::Complete { value: 0.5 };
    let asked = at(1_700_000_000_123_456);
    store.insert(id, &params(0.1), &value, &Metrics::new(), asked).unwrap();
    let raw = Connection::open(database(&folder)).unwrap();
    let row: (String, i64, String, f64, String, String) = raw
        .query_row(
            "SELECT study, number, state, value, origin, asked_utc FROM trials_readable",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?)),
        )
        .unwrap();
    let asked_utc = "2023-11-14 22:13:20.123".to_owned();
    assert_eq!(row, ("study".into(), 0, "complete".into(), 0.5, "user".into(), asked_utc));
    let number = ask(&mut store, id);
    let report = surmise::trial::Report::one(2, "accuracy", 0.5);
    store.report(id, number, 1, &report, at(1)).unwrap();
    let row: (i64, i64) = raw
        .query_row(
            "SELECT trial_number, step FROM reports_readable WHERE name = 'accuracy'",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    assert_eq!(row, (1, 2));
}
