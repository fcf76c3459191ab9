//! A database of schema version 1 keeps all it holds, its suggestions can be replayed, and a copy of it
//! stays beside it.
//!
//! `tests/golden/store/version1.db` was made by the release that had that schema, with version1.sh:
//! one study done, and one killed in the middle, with a failed trial and a queued one that had reported.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};
use surmise::Study;
use surmise::space::ParamValue;
use surmise::store::{SqliteOptions, SqliteStore, Store, StoreError};
use surmise::study::Replay;
use surmise::trial::{AttemptOutcome, Metrics, Report, Trial, TrialState};
use tempfile::TempDir;

/// A copy of the old database in a folder of its own.
fn old() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/store/version1.db");
    fs::copy(golden, &path).unwrap();
    (folder, path)
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &SqliteOptions::default()).unwrap()
}

/// A trial as version 1 stored it.
#[derive(Debug, PartialEq)]
struct OldTrial {
    number: u64,
    state: String,
    params: Option<String>,
    value: Option<f64>,
    failure_kind: Option<String>,
    attempts: usize,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    pid: Option<u32>,
    /// How many trials had finished when it was asked, and its own place in the order of finishing.
    seen: u64,
    place: Option<u64>,
    reports: Vec<(u64, f64)>,
}

fn old_trials(c: &Connection, study: &str) -> Vec<OldTrial> {
    let id: i64 =
        c.query_row("SELECT id FROM studies WHERE name = ?1", [study], |r| r.get(0)).unwrap();
    let reports = |number: u64| -> Vec<(u64, f64)> {
        let sql =
            "SELECT step, value FROM reports WHERE study_id = ?1 AND trial_number = ?2 ORDER BY 1";
        let mut statement = c.prepare(sql).unwrap();
        let rows = statement.query_map(params![id, number], |r| Ok((r.get(0)?, r.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let sql =
        "SELECT number, state, params, value, failure_kind, attempts, started_at, finished_at,
                      pid, rows_seen, finish_sequence
               FROM trials LEFT JOIN workers ON workers.id = worker_id
               WHERE trials.study_id = ?1 ORDER BY number";
    let mut statement = c.prepare(sql).unwrap();
    let rows = statement.query_map([id], |r| {
        Ok(OldTrial {
            number: r.get(0)?,
            state: r.get(1)?,
            params: r.get(2)?,
            value: r.get(3)?,
            failure_kind: r.get(4)?,
            attempts: r.get(5)?,
            started_at: r.get(6)?,
            finished_at: r.get(7)?,
            pid: r.get(8)?,
            seen: r.get(9)?,
            place: r.get(10)?,
            reports: reports(r.get(0)?),
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A trial of today in the words of version 1; `all` are the trials of its study.
fn in_old_words(trial: &Trial, all: &[Trial], metric: &str) -> OldTrial {
    let ended_by =
        |event| all.iter().filter(|t| t.ended.is_some_and(|e| e <= event)).count() as u64;
    let failure = match &trial.state {
        TrialState::Failed(failure) => Some(failure.kind.name().to_owned()),
        _ => None,
    };
    OldTrial {
        number: trial.number.0,
        state: trial.state.name().into(),
        params: trial.params.as_ref().map(|p| serde_json::to_string(p).unwrap()),
        value: trial.state.value(),
        failure_kind: failure,
        attempts: trial.attempts.len(),
        started_at: trial.started_at().map(|t| t.0),
        finished_at: trial.finished_at.map(|t| t.0),
        pid: trial.worker().map(|w| w.pid),
        seen: ended_by(trial.saw),
        place: trial.ended.map(ended_by),
        reports: trial
            .reports
            .iter()
            .map(|r: &Report| (r.step, r.metrics.get(metric).unwrap()))
            .collect(),
    }
}

#[test]
fn what_version_1_stored_is_kept_and_copied_first() {
    let (_folder, path) = old();
    let before = fs::read(&path).unwrap();
    let mut store = open(&path);
    let copy = store.copy_of_older().unwrap();
    assert_eq!(copy, path.with_file_name("studies.db.v1"));
    let old = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let integrity: String = old.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    // All pages of the file, but for counters in its header.
    assert_eq!(fs::read(&copy).unwrap()[100..], before[100..]);

    for (name, metric, metrics) in [("bowl", "loss", 14), ("wave", "height", 10)] {
        let record = store.study(name).unwrap().unwrap();
        let stored: String = old
            .query_row("SELECT spec FROM studies WHERE name = ?1", [name], |r| r.get(0))
            .unwrap();
        assert_eq!(record.spec.to_json().to_string(), stored);
        let trials = store.trials(record.id).unwrap();
        assert_eq!(trials.len(), metrics);
        let found: Vec<OldTrial> =
            trials.iter().map(|t| in_old_words(t, &trials, metric)).collect();
        assert_eq!(found, old_trials(&old, name));
        for trial in &trials {
            let value = trial.state.value().into_iter();
            assert_eq!(trial.metrics, value.map(|v| (metric, v)).collect::<Metrics>());
        }
    }
    let wave = store.study("wave").unwrap().unwrap().id;
    let queued = store.trials(wave).unwrap().into_iter().find(|t| t.state == TrialState::Queued);
    let queued = queued.unwrap();
    assert_eq!(queued.attempts[0].outcome, Some(AttemptOutcome::Released));
    assert_eq!(queued.reports.len(), 1);
    drop(store);
    // The second time there is nothing to do.
    assert_eq!(open(&path).copy_of_older(), None);
    assert!(!path.with_file_name("studies.db.v1.2").exists());
}

#[test]
fn suggestions_of_version_1_are_replayed() {
    let (_folder, path) = old();
    for (name, suggested) in [("bowl", 13), ("wave", 10)] {
        let mut study = Study::open(Box::new(open(&path)), name).unwrap();
        let Replay { compared, not_recomputed, mismatches } = study.replay(|_| {}).unwrap();
        assert_eq!((compared, not_recomputed), (suggested, 0));
        // The file was made by another build, perhaps on another processor: last bits may differ.
        for mismatch in mismatches {
            for (name, stored) in mismatch.stored.iter() {
                match (stored, mismatch.recomputed.get(name)) {
                    (ParamValue::Float(a), Some(ParamValue::Float(b))) => {
                        assert!((a - b).abs() <= 1e-6 * a.abs(), "{mismatch:?}");
                    }
                    (stored, recomputed) => assert_eq!(Some(stored), recomputed),
                }
            }
        }
    }
}

#[test]
fn a_migrated_study_goes_on_with_what_was_queued() {
    let (_folder, path) = old();
    let mut study = Study::open(Box::new(open(&path)), "wave").unwrap();
    let again = study.ask().unwrap().unwrap();
    assert_eq!(again.number.0, 7);
    study.tell_value(&again, 3.0).unwrap();
    assert_eq!(study.ask().unwrap(), None);
    let trial = study.trial(again.number).unwrap().unwrap();
    assert_eq!(trial.attempts.len(), 2);
    assert!(trial.reports.is_empty());
    let events = study.summary().unwrap().last_event;
    assert_eq!(trial.ended, Some(events));
}

#[test]
fn a_copy_never_replaces_another() {
    let (_folder, path) = old();
    let taken = path.with_file_name("studies.db.v1");
    fs::write(&taken, "precious").unwrap();
    let store = open(&path);
    assert_eq!(store.copy_of_older().unwrap(), path.with_file_name("studies.db.v1.2"));
    assert_eq!(fs::read(&taken).unwrap(), b"precious");
}

#[test]
fn many_processes_may_bring_one_file_up_to_date() {
    let (folder, path) = old();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let mut store = open(&path);
                assert_eq!(store.studies().unwrap().len(), 2);
            });
        }
    });
    let copies = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".v1")
    });
    assert_eq!(copies.count(), 1);
}

/// A copy that cannot be made, as on a full disk, leaves the old file as it was: a folder takes the
/// place of the copy's temporary file.
#[test]
fn a_copy_that_cannot_be_made_leaves_the_old_file_usable() {
    let (_folder, path) = old();
    let part = path.with_file_name("studies.db.v1.part");
    fs::create_dir(&part).unwrap();
    let refused = SqliteStore::open(&path, &SqliteOptions::default());
    assert!(matches!(refused, Err(StoreError::CannotOpen { .. } | StoreError::ReadOnly { .. })));
    let version: i64 = Connection::open(&path)
        .unwrap()
        .query_row("PRAGMA user_version", [], |r| r.get(0))
        .unwrap();
    assert_eq!(version, 1);
    fs::remove_dir(&part).unwrap();
    assert!(open(&path).copy_of_older().is_some());
}

#[test]
fn what_a_killed_process_left_of_a_copy_is_in_nobodys_way() {
    let (_folder, path) = old();
    let whole = fs::read(&path).unwrap();
    // The beginning of a copy, its journal, and no database at all.
    for left in [&whole[..20_000], &b"not a database, but longer than a header".repeat(40)[..]] {
        let part = path.with_file_name("studies.db.v1.part");
        fs::write(&part, left).unwrap();
        fs::write(path.with_file_name("studies.db.v1.part-journal"), left).unwrap();
        let store = open(&path);
        let copy = store.copy_of_older().unwrap().to_path_buf();
        assert!(!part.exists());
        drop(store);
        assert_eq!(fs::read(&copy).unwrap()[100..], whole[100..]);
        fs::remove_file(&copy).unwrap();
        fs::write(&path, &whole).unwrap();
    }
}
