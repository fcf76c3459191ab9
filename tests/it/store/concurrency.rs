//! Several connections at once.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use surmise::store::{SqliteStore, Store, StoreError};
use surmise::trial::{EventNumber, Metrics, Origin, TrialState};

use crate::common::within;

use super::support::{ask, at, database, impatient, open, params, spec, sqlite, tell};

#[test]
fn threads_never_share_a_number_and_finish_without_gaps() {
    const THREADS: u64 = 8;
    const EACH: u64 = 25;
    let (mut store, folder) = sqlite();
    let mut bounded = spec("study");
    bounded.trials = THREADS * EACH;
    let id = store.create_study(&bounded, at(1)).unwrap();
    let path = database(&folder);
    let work = || {
        let mut store = open(&path);
        let mut numbers = Vec::new();
        while let Some(asked) = store.reserve(id, None, at(1)).unwrap() {
            // What the trial saw is all there when it is asked, whatever the others do meanwhile.
            let seen = store.history(id, asked.number, asked.saw, EventNumber(0)).unwrap();
            let finished = seen.iter().filter(|r| r.ended.is_some()).count() as u64;
            assert_eq!(finished, asked.saw.0 - 1, "one event an ending, after the declaration");
            assert_eq!(seen.len() as u64, asked.number.0);
            store.set_params(id, asked.number, &params(0.1), &Origin::Sobol, 1).unwrap();
            let state = TrialState::Complete { value: 0.5 };
            store.finish(id, asked.number, 1, &state, &Metrics::new(), at(2)).unwrap();
            numbers.push(asked.number.0);
        }
        numbers
    };
    let mut numbers: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let each = threads.into_iter().map(|t| t.join().unwrap());
        each.flatten().collect()
    });
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..THREADS * EACH));
    let trials = store.trials(id).unwrap();
    let mut places: Vec<u64> = trials.iter().map(|t| t.ended.unwrap().0).collect();
    places.sort_unstable();
    assert!(places.into_iter().eq(2..=THREADS * EACH + 1));
    for trial in trials {
        assert!(trial.saw < trial.ended.unwrap());
    }
}

#[test]
fn many_open_a_new_file_at_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = database(&folder);
        thread::scope(|scope| {
            for i in 0..6 {
                let path = &path;
                scope.spawn(move || {
                    let name = format!("study-{i}");
                    open(path).create_study(&spec(&name), at(1)).unwrap();
                });
            }
        });
        assert_eq!(open(&path).studies().unwrap().len(), 6);
    }
}

/// A transaction of another program's that holds the write lock and has written.
fn hold_lock(path: &std::path::Path) -> Connection {
    let holder = Connection::open(path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE; UPDATE studies SET budget = 77;").unwrap();
    holder
}

#[test]
fn a_lock_held_too_long_is_told_and_nothing_is_stored() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let path = database(&folder);
    let mut store = SqliteStore::open(&path, &impatient()).unwrap();
    let holder = hold_lock(&path);
    let begin = Instant::now();
    let error = store.reserve(id, None, at(1)).unwrap_err();
    let waited = begin.elapsed();
    assert!(waited >= Duration::from_millis(100), "{waited:?}");
    assert!(waited < Duration::from_secs(10), "{waited:?}");
    assert_eq!(
        error.to_string(),
        format!("database {} stayed locked by another process for 0.1 s", path.display())
    );
    assert!(matches!(error, StoreError::Locked { .. }));
    drop(holder);
    assert_eq!(ask(&mut store, id).0, 0);
}

#[test]
fn a_lock_is_waited_for() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let holder = hold_lock(&database(&folder));
    let (begun, begins) = mpsc::channel();
    thread::scope(|scope| {
        let (store, begun) = (&mut store, &begun);
        let asking = scope.spawn(move || {
            let begin = Instant::now();
            begun.send(()).unwrap();
            let number = ask(store, id);
            (number, begin.elapsed())
        });
        begins.recv().unwrap();
        assert!(
            !within(Duration::from_millis(300), || asking.is_finished()),
            "the lock held nobody"
        );
        holder.execute_batch("COMMIT").unwrap();
        let (number, waited) = asking.join().unwrap();
        assert_eq!(number.0, 0);
        assert!(waited >= Duration::from_millis(300), "{waited:?}");
    });
    assert_eq!(store.summary(id).unwrap().budget, 77);
}

#[test]
fn readers_do_not_wait_for_a_writer_nor_see_half_its_work() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let number = ask(&mut store, id);
    tell(&mut store, id, number, 0.5);
    let path = database(&folder);
    let _holder = hold_lock(&path);
    let options = impatient();
    let mut reader = SqliteStore::open_existing(&path, &options).unwrap();
    assert_eq!(reader.summary(id).unwrap().budget, 100);
    assert_eq!(reader.studies().unwrap().len(), 1);
    assert_eq!(reader.trials(id).unwrap().len(), 1);
    assert!(reader.study("study").unwrap().is_some());
    assert!(reader.workers(id).unwrap().is_empty());
    let seen = EventNumber(2);
    let rows = reader.history(id, number, seen, EventNumber(0)).unwrap();
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_writer_does_not_wait_for_readers() {
    let (mut store, folder) = sqlite();
    let id = store.create_study(&spec("study"), at(1)).unwrap();
    let path = database(&folder);
    let reader = Connection::open(&path).unwrap();
    let count = |c: &Connection| -> i64 {
        c.query_row("SELECT count(*) FROM trials", [], |r| r.get(0)).unwrap()
    };
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 0);
    let mut writer = SqliteStore::open(&path, &impatient()).unwrap();
    ask(&mut writer, id);
    assert_eq!(count(&reader), 0, "the reader keeps its view");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&reader), 1);
    // Closing while others are there is no error.
    writer.close().unwrap();
    assert_eq!(store.trials(id).unwrap().len(), 1);
}
