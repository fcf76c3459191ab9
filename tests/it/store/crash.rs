//! A process killed at any moment loses nothing it was told is stored, and blocks nobody.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use surmise::store::Store;
use surmise::trial::{EventNumber, Metrics, Origin, Report, TrialNumber, TrialState};

use super::child;
use super::support::{at, open, params, spec};

/// Inside the space however far a fast machine gets before the kill.
fn learning_rate(number: TrialNumber) -> f64 {
    0.4 / (1.0 + number.0 as f64 / 7.0)
}

#[test]
#[ignore = "run and killed by the test below"]
fn runs_trials_for_ever() {
    let Some(folder) = child::folder() else {
        return;
    };
    let mut store = open(&folder.join("studies.db"));
    let id = store.study("study").unwrap().unwrap().id;
    let mut out = std::io::stdout();
    while let Some(asked) = store.reserve(id, None, at(1)).unwrap() {
        let number = asked.number;
        let lr = learning_rate(number);
        store.set_params(id, number, &params(lr), &Origin::Sobol, 1).unwrap();
        let report = Report::one(1, "accuracy", lr);
        store.report(id, number, asked.attempt, &report, at(1)).unwrap();
        let state = TrialState::Complete { value: lr };
        let place =
            store.finish(id, number, asked.attempt, &state, &Metrics::new(), at(2)).unwrap();
        writeln!(out, "\nstored {number} {}", place.0).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let mut store = open(&path);
    let mut unbounded = spec("study");
    unbounded.trials = 1_000_000;
    let id = store.create_study(&unbounded, at(1)).unwrap();
    drop(store);

    let program = std::env::current_exe().unwrap();
    let mut acknowledged: Vec<(TrialNumber, EventNumber)> = Vec::new();
    for round in 0..6 {
        // Two at once: what one is in the middle of when it dies must not stop the other.
        let mut children: Vec<_> = (0..2)
            .map(|_| {
                child::command(&program, "store::crash::runs_trials_for_ever", folder.path())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let enough = 10 + 17 * round;
        for child in &mut children {
            let mut stored = 0;
            // Ends some time after the kill, when all that was written before it is read.
            for line in BufReader::new(child.stdout.take().unwrap()).lines() {
                let line = line.unwrap();
                let Some(words) = line.strip_prefix("stored ") else {
                    continue;
                };
                let (number, place) = words.split_once(' ').unwrap();
                acknowledged.push((
                    TrialNumber(number.parse().unwrap()),
                    EventNumber(place.parse().unwrap()),
                ));
                stored += 1;
                if stored == enough {
                    child.kill().unwrap();
                }
            }
            let status = child.wait().unwrap();
            assert_eq!(status.code(), None, "ended by itself");
            assert!(stored >= enough);
        }
    }

    let mut store = open(&path);
    let trials = store.trials(id).unwrap();
    for (number, place) in &acknowledged {
        let trial = &trials[number.0 as usize];
        let lr = learning_rate(*number);
        assert_eq!(trial.number, *number);
        assert_eq!(trial.state, TrialState::Complete { value: lr });
        assert_eq!(trial.params, Some(params(lr)));
        assert_eq!(trial.ended, Some(*place));
        assert_eq!(trial.reports, [Report::one(1, "accuracy", lr)]);
    }
    let mut numbers: Vec<_> = acknowledged.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), acknowledged.len(), "a number given twice");
    drop(store);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let (events, last): (u64, u64) = raw
        .query_row("SELECT count(*), max(number) FROM events", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap();
    assert_eq!(events, last, "events are numbered without gaps");
    let sound: String = raw.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
