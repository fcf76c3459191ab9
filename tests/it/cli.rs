//! The command line: what it prints, where, and with which exit code.

use crate::common::{BOWL, Place, study};
use serde_json::Value;

fn bowl(trials: u64) -> Place {
    let place = Place::new();
    place.write("s.yaml", &study(trials, "{ type: gp, sobol: 4 }", BOWL));
    place
}

#[test]
fn a_run_ends_with_the_best_and_the_pictures() {
    let place = bowl(8);
    let out = place.ok(&["run", "s.yaml"]);
    for part in
        ["best of s: trial", "x  ", "loss measured", "loss by the model", " ± ", "(95 % interval)"]
    {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    assert!(out.contains("pictures:") && !out.contains("luckiest"), "{out}");
    let pictures: Vec<&str> = out.lines().filter(|l| l.trim().starts_with("plots/")).collect();
    assert!(pictures.len() >= 4, "{out}");
    for path in pictures {
        assert!(place.path().join(path.trim()).metadata().unwrap().len() > 1000, "{path}");
    }
    assert!(place.path().join("studies.db").exists());
}

#[test]
fn running_again_resumes_and_says_how_to_extend() {
    let place = bowl(5);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let (_, err) = crate::common::texts(&place.output(&["run", "s.yaml", "--no-plots"]));
    assert!(err.contains("all 5 trials are done"), "{err}");
    assert!(err.contains("surmise run s.yaml --trials 25"), "{err}");
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "7"]);
    let shown = place.show("s");
    assert_eq!(shown["trials"].as_array().unwrap().len(), 7);
    // The file's own budget is smaller than the stored one now: that is no change.
    let (_, err) = crate::common::texts(&place.output(&["run", "s.yaml", "--no-plots"]));
    assert!(err.contains("all 7 trials are done"), "{err}");
}

#[test]
fn a_changed_study_is_refused_with_the_difference() {
    let place = bowl(3);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let changed =
        study(3, "{ type: gp, sobol: 4 }", BOWL).replace("high: 1 }\n  y", "high: 2 }\n  y");
    place.write("s.yaml", &changed);
    let error = place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(
        error.contains("another declaration") && error.contains("`space.x.high` was 1.0, now 2.0"),
        "{error}"
    );
    assert!(error.contains("surmise delete s"), "{error}");
    assert_eq!(place.show("s")["trials"].as_array().unwrap().len(), 3);
}

#[test]
fn a_mistake_found_before_any_trial_finished_can_be_mended() {
    let place = bowl(3);
    let wrong = study(3, "{ type: gp, sobol: 4 }", BOWL).replace("- python3", "- pyhton3");
    place.write("s.yaml", &wrong);
    let error = place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(error.contains("`pyhton3` was not found"), "{error}");
    place.write("s.yaml", &study(3, "{ type: gp, sobol: 4 }", BOWL));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(place.show("s")["trials"].as_array().unwrap().len(), 3);
}

#[test]
fn notes_and_tags_outlive_a_mistake_that_is_mended() {
    let place = bowl(3);
    // Stored, and stopped before anything finished.
    place.write("s.yaml", &study(3, "sobol", "import time; time.sleep(1000)"));
    let mut run = place.surmise(&["run", "s.yaml", "--no-plots"]).spawn().unwrap();
    crate::common::wait_until("a trial runs", || {
        place.output(&["list"]).status.success()
            && place.show("s")["trials"].as_array().is_some_and(|trials| !trials.is_empty())
    });
    run.kill().unwrap();
    run.wait().unwrap();
    crate::common::wait_until("its worker is gone", || {
        place.show("s")["trials"][0]["state"] == "queued"
    });
    place.ok(&["note", "s", "mind the step"]);
    place.ok(&["tag", "s", "paper"]);
    place.write("s.yaml", &study(3, "{ type: gp, sobol: 4 }", BOWL));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    assert_eq!(shown["trials"].as_array().unwrap().len(), 3);
    assert_eq!((&shown["note"], &shown["tags"]), (&"mind the step".into(), &vec!["paper"].into()));
}

#[test]
fn show_json_holds_what_machines_need() {
    let place = bowl(5);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    assert_eq!(shown["study"], "s");
    assert_eq!(shown["direction"], "minimize");
    assert_eq!(shown["metric"], "loss");
    let trials = shown["trials"].as_array().unwrap();
    let values: Vec<f64> = trials.iter().map(|t| t["value"].as_f64().unwrap()).collect();
    let best = values.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(shown["best"]["value"].as_f64().unwrap(), best);
    for (number, trial) in trials.iter().enumerate() {
        assert_eq!(trial["number"], number as u64);
        assert_eq!(trial["state"], "complete");
        assert!(trial["params"]["x"].is_f64() && trial["failure"].is_null());
        let origin = ["center", "sobol", "sobol", "sobol"].get(number).unwrap_or(&"model");
        assert_eq!(trial["origin"]["type"], *origin, "{trial:#}");
        for time in ["asked_at", "started_at", "finished_at"] {
            assert!(trial[time].as_str().unwrap().ends_with('Z'), "{trial:#}");
        }
        assert!(trial["worker"]["host"].is_string() && trial["worker"]["pid"].is_u64());
    }
}

#[test]
fn data_goes_to_stdout_and_talk_to_stderr() {
    let place = bowl(4);
    let run = place.output(&["run", "s.yaml", "--no-plots"]);
    let (out, err) = crate::common::texts(&run);
    assert!(out.trim_start().starts_with("best of s"), "{out}");
    assert_eq!(err.lines().filter(|l| l.starts_with("trial ")).count(), 4, "{err}");
    let csv = place.ok(&["export", "s"]);
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(&rows.headers().unwrap()[3], "value");
    assert_eq!(rows.records().map(Result::unwrap).count(), 4);
    let json: Value =
        serde_json::from_str(&place.ok(&["export", "s", "--format", "json"])).unwrap();
    assert_eq!(json, place.show("s"));
    let best: Value = serde_json::from_str(&place.ok(&["best", "s", "--json"])).unwrap();
    assert_eq!(best["number"], json["best"]["number"]);
    assert!(best["predicted"]["standard_error"].as_f64().unwrap() >= 0.0);
    assert!(place.ok(&["list"]).contains("4/4"));
}

/// The bowl, but for one place measured again and again, once with luck.
const LUCKY: &str = "import os, sys
x, y = map(float, sys.argv[1:])
loss = (x - 0.3) ** 2 + (y - 0.6) ** 2
if min(x, y) > 0.99:
    loss += [0.1, -0.1, -0.8, 0.2, -0.1, 0.1][int(os.environ['SURMISE_TRIAL'])]
print('{\"loss\": %r}' % loss)";

#[test]
fn best_recommends_by_the_model_and_names_the_luckiest() {
    let place = Place::new();
    let points = (0..6).map(|i| format!("  - {{ x: 1, y: 0.99{}}}\n", 9 - i));
    let again = format!("enqueue:\n{}objective:", points.collect::<String>());
    place.write("s.yaml", &study(22, "sobol", LUCKY).replace("objective:", &again));
    let run = place.ok(&["run", "s.yaml", "--no-plots"]);
    let out = place.ok(&["best", "s"]);
    assert_eq!(run.trim_start(), out, "a run ends with the same words");
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&place.ok(&[&["best", "s", "--json"], arguments].concat())).unwrap()
    };
    let (best, luckiest) = (json(&[]), json(&["--measured"]));
    assert_ne!(best["number"], luckiest["number"], "{out}");
    assert_eq!(luckiest["number"], place.show("s")["best"]["number"]);
    for (both, top) in [(&best, "recommended"), (&luckiest, "measured")] {
        assert_eq!(both["recommended"]["number"], best["number"]);
        assert_eq!(both["measured"]["number"], luckiest["number"]);
        for key in ["params", "value", "predicted", "state", "origin"] {
            assert_eq!(both[key], both[top][key], "{key}");
        }
        let predicted = &both["predicted"];
        let number = |value: &Value| value.as_f64().unwrap();
        let half = 1.96 * number(&predicted["standard_error"]);
        let low = number(&predicted["mean"]) - half;
        assert!((number(&predicted["interval_95"][0]) - low).abs() < 1e-12, "{predicted}");
    }
    assert!(luckiest["value"].as_f64() < best["value"].as_f64());
    assert_eq!(luckiest["number"], 2);
    let line = "luckiest: trial 2 measured -0.15";
    assert!(out.contains(line), "no `{line}` in\n{out}");
    let title = format!("best measured of s: trial {}\n", luckiest["number"]);
    let measured = place.ok(&["best", "s", "--measured"]);
    assert!(measured.starts_with(&title) && !measured.contains("luckiest"), "{measured}");
}

#[test]
fn show_counts_origins_and_reasons_of_fallbacks() {
    let place = Place::new();
    let fail = "import sys\nsys.exit(1)";
    place.write(
        "s.yaml",
        &study(6, "{ type: gp, sobol: 3 }", fail).replace("high: 1 }", "high: 1, guess: 0.5 }"),
    );
    place.fails(&["run", "s.yaml", "--no-plots"], 1);
    let out = place.ok(&["show", "s"]);
    assert!(out.contains("origins: 2 guess, 1 sobol, 3 fallback\n"), "{out}");
    assert!(out.contains("  fallback, 3: no observations\n"), "{out}");
    let shown = place.show("s");
    assert_eq!(shown["origins"], serde_json::json!({"guess": 2, "sobol": 1, "fallback": 3}));
    let fallbacks = serde_json::json!([{"reason": "no observations", "count": 3}]);
    assert_eq!(shown["fallbacks"], fallbacks);
    assert!(place.ok(&["replay", "s"]).contains("6 of 6 suggestions are bit-equal"));
    let csv = place.ok(&["export", "s"]);
    assert!(csv.lines().nth(1).unwrap().starts_with("0,failed,guess,"), "{csv}");
}

#[test]
fn an_unknown_study_suggests_the_nearest() {
    let place = bowl(3);
    let error = place.fails(&["show", "s"], 1);
    assert!(error.contains("studies.db") && !place.path().join("studies.db").exists(), "{error}");
    let yaml = study(3, "random", BOWL).replace("study: s", "study: avatars");
    place.write("a.yaml", &yaml);
    place.ok(&["run", "a.yaml", "--no-plots"]);
    let error = place.fails(&["show", "avatar"], 1);
    assert!(error.contains("no study named `avatar`"), "{error}");
    assert!(error.contains("did you mean `avatars`?"), "{error}");
}

#[test]
fn delete_asks_first() {
    let place = bowl(3);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let error = place.fails(&["delete", "s"], 1);
    assert!(error.contains("surmise delete s --yes"), "{error}");
    assert!(place.path().join("runs/s/0/trial.log").exists());
    place.ok(&["delete", "s", "--yes"]);
    assert!(!place.path().join("runs/s").exists());
    place.fails(&["show", "s"], 1);
}

#[test]
fn a_wrong_file_touches_no_database() {
    let place = Place::new();
    place.write("s.yaml", "study: s\nspase: {}\n");
    for command in ["check", "run"] {
        let error = place.fails(&[command, "s.yaml"], 1);
        assert!(error.contains("s.yaml:2:1"), "{error}");
        assert!(error.contains("did you mean `space`?"), "{error}");
    }
    assert!(!place.path().join("studies.db").exists());
}

#[test]
fn compare_tables_final_values() {
    let place = Place::new();
    for (name, sampler) in [("model", "{ type: gp, sobol: 4 }"), ("chance", "random")] {
        let yaml = study(6, sampler, BOWL).replace("study: s", &format!("study: {name}"));
        place.write("s.yaml", &yaml);
        place.ok(&["run", "s.yaml", "--no-plots"]);
    }
    let out = place.ok(&["compare", "model", "chance"]);
    assert!(out.contains("model") && out.contains("chance") && out.contains("plots/"), "{out}");
}

#[test]
fn help_has_examples_and_completions_are_scripts() {
    let place = Place::new();
    for command in [
        "run",
        "check",
        "list",
        "show",
        "best",
        "plot",
        "compare",
        "export",
        "replay",
        "delete",
        "doctor",
        "worker",
        "ask-tell",
        "completions",
    ] {
        let help = place.ok(&[command, "--help"]);
        assert!(help.contains("Example"), "{command}:\n{help}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(place.ok(&["completions", shell]).contains("surmise"));
    }
}

#[test]
fn doctor_tells_what_there_is() {
    let place = Place::new();
    let out = place.ok(&["doctor"]);
    for part in ["surmise", "SQLite", "studies.db", "libtorch", "threads"] {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    assert!(!place.path().join("studies.db").exists(), "looking makes nothing");
}

#[test]
fn without_torch_a_cnn_study_checks_and_run_says_how_to_rebuild() {
    let place = Place::new();
    let folder = env!("CARGO_MANIFEST_DIR");
    let file = format!("{folder}/experiments/avatars.yaml");
    // Where no other program is beside it, nor on the PATH.
    let alone = place.path().join("surmise");
    std::fs::copy(env!("CARGO_BIN_EXE_surmise"), &alone).unwrap();
    let surmise = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&alone);
        let output = command.args(arguments).current_dir(folder).env("PATH", place.path()).output();
        let output = output.unwrap();
        (output.status.code(), crate::common::texts(&output))
    };
    let (code, (_, err)) = surmise(&["check", &file]);
    assert_eq!(code, Some(0), "{err}");
    let db = place.path().join("studies.db");
    for command in [&["run", &file][..], &["train", &file], &["data", "show", "data/avatars"]] {
        let (code, (_, err)) = surmise(&[command, &["--db", db.to_str().unwrap()]].concat());
        assert_eq!(code, Some(1));
        assert!(err.contains("surmise-torch, the program with libtorch, is neither"), "{err}");
        assert!(err.contains("hint: build it") && err.contains("make build"), "{err}");
    }
    assert!(!db.exists());
    let (code, (out, _)) = surmise(&["doctor"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("command objectives work, CNN ones do not"), "{out}");
    let (_, (out, _)) = surmise(&["--help"]);
    assert!(out.contains("explain-report") && out.contains("train"), "{out}");
}

#[test]
fn a_closed_pipe_ends_quietly_and_stops_no_run() {
    let place = bowl(6);
    let program = env!("CARGO_BIN_EXE_surmise");
    let shell = |script: String| {
        let mut command = std::process::Command::new("bash");
        let output = command.args(["-c", &script]).current_dir(place.path()).output().unwrap();
        crate::common::texts(&output)
    };
    // All talk goes to a reader that is gone at once.
    let (_, err) = shell(format!("{program} run s.yaml --no-plots 2>&1 | true"));
    assert!(!err.contains("panicked"), "{err}");
    assert_eq!(place.show("s")["trials"].as_array().unwrap().len(), 6);
    for command in ["show s", "list", "replay s", "plot s", "export s", "check s.yaml", "best s"] {
        let (_, err) = shell(format!("{program} {command} | true"));
        assert!(!err.contains("panicked"), "{command}: {err}");
    }
}

#[test]
fn hints_name_the_database_in_use_and_each_has_its_own_logs() {
    let place = bowl(3);
    for db in ["a.db", "b.db"] {
        place.ok(&["run", "s.yaml", "--no-plots", "--db", db]);
    }
    let again = place.output(&["run", "s.yaml", "--no-plots", "--db", "a.db"]);
    let (_, err) = crate::common::texts(&again);
    assert!(err.contains("surmise run s.yaml --trials 23 --db a.db"), "{err}");
    let error = place.fails(&["delete", "s", "--db", "b.db"], 1);
    assert!(error.contains("surmise delete s --yes --db b.db"), "{error}");
    place.ok(&["delete", "s", "--db", "b.db", "--yes"]);
    assert!(place.path().join("runs/s/0/trial.log").exists());
    assert!(!place.path().join("b.runs/s").exists());
}

#[test]
fn a_budget_may_shrink_when_told_so() {
    let place = bowl(6);
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "3"]);
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "5"]);
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "4"]);
    assert_eq!(place.show("s")["budget"], 5, "trials that are there stay");
}

#[test]
fn notes_and_tags_are_written_and_shown() {
    let place = bowl(2);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(place.ok(&["note", "s"]), "");
    place.ok(&["note", "s", "the first try"]);
    place.ok(&["note", "s", "--trial", "1", "odd\nindeed"]);
    place.ok(&["tag", "s", "paper", "thesis"]);
    place.ok(&["tag", "s", "--remove", "thesis", "--remove", "none"]);
    place.ok(&["tag", "s", "--trial", "1", "suspicious"]);
    assert_eq!(place.ok(&["note", "s"]), "the first try\n");
    assert_eq!(place.ok(&["tag", "s"]), "paper\n");
    let shown = place.show("s");
    assert_eq!((&shown["note"], &shown["tags"]), (&"the first try".into(), &vec!["paper"].into()));
    assert_eq!(shown["trials"][1]["note"], "odd\nindeed");
    assert_eq!(shown["trials"][0]["note"], "");
    let all = place.ok(&["show", "s"]);
    assert!(all.contains("note: the first try") && all.contains("tags: paper"), "{all}");
    let one = place.ok(&["show", "s", "--trial", "1"]);
    assert!(one.contains("tags: suspicious"), "{one}");
    place.ok(&["note", "s", ""]);
    assert_eq!(place.ok(&["note", "s"]), "");
    // A study that was annotated goes on as before.
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "3"]);

    assert!(place.fails(&["tag", "s", "two words"], 1).contains("without spaces"));
    assert!(place.fails(&["note", "s", "--trial", "9", "x"], 1).contains("no trial 9"));
    assert!(place.fails(&["tag", "s", "--trial", "9"], 1).contains("no trial 9"));
}

#[test]
fn an_older_database_is_brought_up_to_date_and_the_copy_named() {
    let place = Place::new();
    let golden =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/store/version1.db");
    std::fs::copy(golden, place.path().join("studies.db")).unwrap();
    let output = place.output(&["list"]);
    let (out, err) = crate::common::texts(&output);
    assert!(out.contains("bowl") && out.contains("14/14"), "{out}");
    assert!(err.contains("studies.db.v1 is a copy as it was"), "{err}");
    let (_, err) = crate::common::texts(&place.output(&["list"]));
    assert_eq!(err, "");
}

#[test]
fn an_attempt_tells_its_commit() {
    let place = bowl(1);
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
        git.args(arguments).current_dir(place.path()).output().unwrap()
    };
    assert!(git(&["init", "-q"]).status.success());
    assert!(git(&["add", "s.yaml"]).status.success());
    assert!(git(&["commit", "-q", "-m", "first"]).status.success());
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let commit = git(&["rev-parse", "HEAD"]).stdout;
    let commit = String::from_utf8(commit).unwrap();
    let state = |trial: usize| place.show("s")["trials"][trial]["attempts"][0]["git"].clone();
    assert_eq!(state(0), serde_json::json!({ "commit": commit.trim(), "dirty": false }));
    place.write("s.yaml", &format!("{}\n# changed\n", study(2, "{ type: gp, sobol: 4 }", BOWL)));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(state(1)["dirty"], true);
    let one = place.ok(&["show", "s", "--trial", "1"]);
    assert!(one.contains(&format!("git commit: {}, with changes", commit.trim())), "{one}");
}
