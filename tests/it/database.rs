//! `--db` and `--store`: where studies live, in the user's spelling.

use crate::common::Place;

const STUDY: &str = r#"
study: s
direction: minimize
metric: loss
trials: 2
space: { x: { low: 0.0, high: 1.0 } }
objective: { type: command, argv: [echo, '{"loss": $x}'] }
"#;

#[test]
fn a_store_is_named_by_its_kind_and_place() {
    let place = Place::new();
    place.write("s.yaml", STUDY);
    let store = ["--store", "sqlite:other.db"];
    // The worker that `run` starts finds it, too.
    place.ok(&[&["run", "s.yaml", "--no-plots"][..], &store].concat());
    assert!(place.path().join("other.db").exists() && !place.path().join("studies.db").exists());
    assert!(place.path().join("runs/s/0/trial.log").exists());
    for command in [&["show", "s"][..], &["replay", "s"], &["best", "s"], &["export", "s"]] {
        let long = place.ok(&[command, &store].concat());
        assert_eq!(long, place.ok(&[command, &["--db", "other.db"]].concat()));
        // Options may stand before the command.
        assert_eq!(long, place.ok(&[&store, command].concat()));
    }
    assert!(place.ok(&[&["doctor"][..], &store].concat()).contains("other.db: 1 study"));

    // A worker of its own takes up nothing more.
    place.ok(&[&["worker", "--study", "s"][..], &store].concat());
    let again = place.output(&[&["run", "s.yaml", "--no-plots"][..], &store].concat());
    let (_, err) = crate::common::texts(&again);
    assert!(err.contains("surmise run s.yaml --trials 22 --store sqlite:other.db"), "{err}");
    let error = place.fails(&["list", "--store", "sqlite:none.db"], 1);
    assert!(error.starts_with("error: there is no database sqlite:none.db\n"), "{error}");
    assert!(error.contains("`surmise run FILE --store sqlite:none.db` makes one"), "{error}");
}

#[test]
fn two_places_at_once_are_refused_wherever_they_stand() {
    let place = Place::new();
    let (db, store) = (["--db", "a.db"], ["--store", "sqlite:b.db"]);
    for arguments in [
        [&["list"][..], &db, &store].concat(),
        [&db[..], &["list"], &store].concat(),
        [&store[..], &["list"], &db].concat(),
    ] {
        let error = place.fails(&arguments, 1);
        assert!(error.contains("--db and --store both say where the studies live"), "{error}");
    }
}

#[test]
fn a_store_that_this_build_does_not_have_is_told_by_every_command() {
    let place = Place::new();
    place.write("s.yaml", STUDY);
    let message =
        |store: &str, command: &[&str]| place.fails(&[command, &["--store", store]].concat(), 1);
    for command in [&["list"][..], &["run", "s.yaml"], &["worker", "--study", "s"], &["doctor"]] {
        let error = message("postgres://host/studies", command);
        assert!(error.contains("this build of surmise has no store `postgres`"), "{error}");
        assert!(error.contains("hint: it has sqlite:FILE"), "{error}");
    }
    let error = message("sqllite:studies.db", &["list"]);
    assert!(error.contains("no store `sqllite`"), "{error}");
    assert!(error.contains("did you mean `sqlite:studies.db`?"), "{error}");
    let error = message("studies.db", &["list"]);
    assert!(error.contains("a file is written sqlite:studies.db"), "{error}");
    let error = message("sqlite:///studies.db", &["list"]);
    assert!(error.contains("a file is written sqlite:FILE, without `//`"), "{error}");
    assert!(place.ok(&["list", "--help"]).contains("in place of --db: sqlite:FILE"));
    assert!(!place.path().join("runs").exists());
}
