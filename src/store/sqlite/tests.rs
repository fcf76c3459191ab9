//! What needs the connection itself: a disk that fills up, and the plans of frequent queries.

use super::*;
use crate::objective::ObjectiveSpec;
use crate::sampler::SamplerSettings;
use crate::space::{CategoricalDomain, Domain, ParamValue, Parameter, SearchSpace};
use crate::trial::{Direction, Failure as TrialFailure, FailureKind};

fn spec() -> StudySpec {
    let choices = ["a", "b"].map(|c| ParamValue::Text(c.into())).to_vec();
    let domain = Domain::Categorical(CategoricalDomain::new(choices).unwrap());
    StudySpec {
        study: "study".into(),
        direction: Direction::Minimize,
        metric: "loss".into(),
        trials: 1_000_000,
        seed: 1,
        sampler: SamplerSettings::Random,
        space: SearchSpace::new(vec![Parameter::new("choice", domain)]).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    }
}

#[test]
fn a_full_disk_is_told_and_what_was_stored_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let mut store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let now = Timestamp(1);
    let study = store.create_study(&spec(), now).unwrap();
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    let limit = |store: &SqliteStore, pages: i64| {
        let _: i64 = store
            .connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0))
            .unwrap();
    };
    limit(&store, pages + 3);
    let failed =
        TrialState::Failed(TrialFailure { kind: FailureKind::Exit, reason: "x".repeat(1000) });
    let mut finished = Vec::new();
    let (number, error) = loop {
        let asked = match store.reserve(study, None, now) {
            Ok(asked) => asked.unwrap(),
            Err(error) => break (None, error),
        };
        match store.finish(study, asked.number, 1, &failed, &Metrics::new(), now) {
            Ok(_) => finished.push(asked.number),
            Err(error) => break (Some(asked.number), error),
        }
        assert!(finished.len() < 1000, "the disk never filled");
    };
    assert_eq!(error.to_string(), format!("the disk that holds {} is full", path.display()));
    assert!(!finished.is_empty());
    let ended = store.trials(study).unwrap();
    let ended = ended.iter().filter(|t| t.state == failed).map(|t| t.number);
    assert_eq!(ended.collect::<Vec<_>>(), finished);

    // With room again, the same call goes through.
    limit(&store, 1_000_000);
    let number = number.unwrap_or_else(|| store.reserve(study, None, now).unwrap().unwrap().number);
    store.finish(study, number, 1, &failed, &Metrics::new(), now).unwrap();
    store.close().unwrap();
}

/// The disk fills up while a database of version 1 is brought up to date.
#[test]
fn a_full_disk_while_migrating_leaves_the_old_database() {
    let folder = tempfile::tempdir().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/store/version1.db");
    let path = folder.path().join("studies.db");
    std::fs::copy(golden, &path).unwrap();
    let mut connection = Connection::open(&path).unwrap();
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    let limit = format!("PRAGMA max_page_count = {pages}");
    let _: i64 = connection.query_row(&limit, [], |r| r.get(0)).unwrap();
    let full = schema::migrate(&mut connection, schema::MIGRATIONS, &mut |_| Ok(()));
    assert_eq!(full.unwrap_err().code(), Some(rusqlite::ErrorCode::DiskFull));
    let rows = |c: &Connection| -> (i64, i64) {
        let version = c.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
        (version, c.query_row("SELECT count(*) FROM reports", [], |r| r.get(0)).unwrap())
    };
    assert_eq!(rows(&connection), (1, 52));
    drop(connection);
    assert!(SqliteStore::open(&path, &SqliteOptions::default()).is_ok());
}

#[test]
fn frequent_queries_walk_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    for sql in [history::FINISHED, history::PENDING, history::RUNNING, studies::SUMMARIES] {
        let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = vec![0i64; statement.parameter_count()];
        let plan: Vec<String> = statement
            .query_map(rusqlite::params_from_iter(parameters), |r| r.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let on_trials: Vec<&String> = plan.iter().filter(|step| step.contains("trials")).collect();
        assert!(!on_trials.is_empty());
        for step in on_trials {
            assert!(step.starts_with("SEARCH"), "{step}");
        }
    }
    let mut statement =
        store.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", history::PENDING)).unwrap();
    let plan: Vec<String> =
        statement.query_map([0i64, 0, 0], |r| r.get(3)).unwrap().map(Result::unwrap).collect();
    let by_sequence = plan.iter().filter(|s| s.contains("ended"));
    assert_eq!(by_sequence.count(), 2, "{plan:?}");
}

#[test]
fn codes_of_the_engine_become_the_callers_errors() {
    let location = StoreLocation::file("a/studies.db");
    let heard = |code: i32| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        Failure::from(error).at(&location, Duration::from_secs(30))
    };
    use rusqlite::ffi::*;
    assert!(matches!(heard(SQLITE_BUSY), StoreError::Locked { seconds, .. } if seconds == 30.0));
    assert!(matches!(heard(SQLITE_BUSY_RECOVERY), StoreError::Locked { .. }));
    assert!(matches!(heard(SQLITE_LOCKED), StoreError::Locked { .. }));
    assert!(matches!(heard(SQLITE_FULL), StoreError::DiskFull { .. }));
    assert!(matches!(heard(SQLITE_READONLY), StoreError::ReadOnly { .. }));
    assert!(matches!(heard(SQLITE_READONLY_DIRECTORY), StoreError::ReadOnly { .. }));
    assert!(matches!(heard(SQLITE_NOTADB), StoreError::NotADatabase { .. }));
    assert!(matches!(heard(SQLITE_CORRUPT), StoreError::Corrupt { .. }));
    assert!(matches!(heard(SQLITE_CANTOPEN), StoreError::CannotOpen { .. }));
    match heard(SQLITE_IOERR_FSYNC) {
        StoreError::Database { source, .. } => {
            let source = source.downcast::<rusqlite::Error>().unwrap();
            assert_eq!(source.sqlite_error_code(), Some(ErrorCode::SystemIoFailure));
        }
        other => panic!("{other:?}"),
    }
    for code in [SQLITE_BUSY, SQLITE_FULL, SQLITE_READONLY, SQLITE_CORRUPT, SQLITE_IOERR] {
        assert!(heard(code).to_string().contains("a/studies.db"));
    }
}
