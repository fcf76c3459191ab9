//! Conditional and constrained studies on the command line: what a program is told, what is shown, and
//! how a finite study ends.

use crate::common::Place;
use serde_json::{Value, json};

/// An optimizer with a momentum of its own, two sizes with a limit, a point to begin with.
fn tree(trials: u64, sampler: &str) -> String {
    format!(
        "study: s
direction: minimize
metric: loss
trials: {trials}
seed: 3
sampler: {sampler}
space:
  optimizer: [adam, sgd]
  momentum: {{ low: 0.0, high: 1.0, when: {{ optimizer: sgd }} }}
  nesterov: {{ type: bool, when: \"optimizer == 'sgd' and momentum > 0.5\" }}
  width: {{ low: 1, high: 8 }}
constraints:
  - momentum * width <= 4
enqueue:
  - {{ optimizer: adam, width: 8 }}
  - {{ width: 5, optimizer: sgd, momentum: 0.75, nesterov: true }}
objective:
  type: command
  argv:
    - python3
    - -c
    - |
        import json, os, sys
        given = dict(a.lstrip('-').split('=') for a in sys.argv[1:])
        params = json.loads(os.environ['SURMISE_PARAMS'])
        assert given.keys() == params.keys(), (given, params)
        sgd = params['optimizer'] == 'sgd'
        assert ('momentum' in params) == sgd
        assert ('nesterov' in params) == (sgd and params['momentum'] > 0.5)
        assert params.get('momentum', 0) * params['width'] <= 4
        print(json.dumps({{'loss': params['width'] - 2 * params.get('momentum', 0)}}))
    - --optimizer=$optimizer
    - --momentum=$momentum
    - --nesterov=$nesterov
    - --width=$width
"
    )
}

fn trials(shown: &Value) -> &Vec<Value> {
    shown["trials"].as_array().unwrap()
}

#[test]
fn a_program_is_told_active_parameters_only_and_all_constraints_hold() {
    for sampler in ["sobol", "random"] {
        let place = Place::new();
        let text = tree(14, sampler).replace("momentum: 0.75, nesterov: true", "momentum: 0.25");
        place.write("s.yaml", &text);
        place.ok(&["run", "s.yaml", "--no-plots"]);
        let shown = place.show("s");
        assert_eq!(trials(&shown).len(), 14);
        for trial in trials(&shown) {
            assert_eq!(trial["state"], "complete", "{trial:#}");
        }
        let optimizers: Vec<_> = trials(&shown).iter().map(|t| &t["params"]["optimizer"]).collect();
        assert!(optimizers.contains(&&json!("adam")) && optimizers.contains(&&json!("sgd")));
        assert!(place.ok(&["replay", "s"]).contains("12 of 12 suggestions are bit-equal"));
    }
}

#[test]
fn enqueued_points_come_first_and_count() {
    let place = Place::new();
    place.write("s.yaml", &tree(4, "sobol"));
    let checked = place.ok(&["check", "s.yaml"]);
    for part in [
        "momentum: a number from 0.0 to 1.0, when optimizer is sgd",
        "nesterov: true or false, when optimizer == 'sgd' and momentum > 0.5",
        "constraint: momentum * width <= 4",
        "enqueued first: 2 trials",
    ] {
        assert!(checked.contains(part), "no `{part}` in\n{checked}");
    }
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    let origins: Vec<_> =
        trials(&shown).iter().map(|t| t["origin"]["type"].as_str().unwrap()).collect();
    assert_eq!(origins, ["user", "user", "sobol", "sobol"]);
    assert_eq!(trials(&shown)[0]["params"], json!({ "optimizer": "adam", "width": 8 }));
    assert_eq!(trials(&shown)[1]["params"]["nesterov"], true);
    assert_eq!(trials(&shown)[1]["state"], "complete");
    // An inactive parameter is an empty cell, and a dash.
    let csv = place.ok(&["export", "s"]);
    let first = csv.lines().nth(1).unwrap();
    assert!(first.starts_with("0,complete,user,8.0,adam,,,8,"), "{first}");
    assert!(place.ok(&["show", "s"]).contains("–"));
    assert!(place.ok(&["show", "s", "--trial", "0"]).contains("optimizer: adam"));
    // Adding a point later would be another study.
    let text = tree(4, "sobol").replace("width: 8 }\n  - {", "width: 7 }\n  - {");
    place.write("s.yaml", &text);
    let error = place.fails(&["run", "s.yaml"], 1);
    assert!(error.contains("another declaration") && error.contains("`enqueue` was"), "{error}");
}

#[test]
fn enqueued_points_are_tried_beyond_the_budget() {
    let place = Place::new();
    place.write("s.yaml", &tree(1, "sobol"));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(trials(&place.show("s")).len(), 2);
    let (_, err) = crate::common::texts(&place.output(&["run", "s.yaml", "--no-plots"]));
    assert!(err.contains("all 2 trials are done"), "{err}");
}

#[test]
fn a_study_with_enqueued_points_may_change_before_its_first_trial() {
    let place = Place::new();
    // A folder where the trials' folders should be: no trial can run.
    place.write("runs", "");
    place.write("s.yaml", &tree(4, "sobol"));
    place.fails(&["run", "s.yaml", "--no-plots"], 1);
    std::fs::remove_file(place.path().join("runs")).unwrap();
    place.write("s.yaml", &tree(4, "sobol").replace("high: 8 }\n", "high: 9 }\n"));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(trials(&place.show("s")).len(), 4);
}

/// Five feasible points, a budget of 20.
const FINITE: &str = "study: f
direction: minimize
trials: 20
sampler: SAMPLER
space:
  kind: [a, b]
  size: { low: 1, high: 3, when: { kind: b } }
  deep: { type: bool, when: size > 1 }
constraints: [\"not (size == 3 and deep)\"]
objective:
  type: command
  argv: [python3, -c, 'import sys; print(\"{\\\"value\\\": %d}\" % len(sys.argv))', $kind, $size, $deep]
";

#[test]
fn a_finite_study_ends_and_says_so() {
    for (sampler, workers) in [("sobol", "1"), ("random", "3"), ("gp", "1")] {
        let place = Place::new();
        place.write("f.yaml", &FINITE.replace("SAMPLER", sampler));
        assert!(place.ok(&["check", "f.yaml"]).contains("5 points in all"));
        let output = place.output(&["run", "f.yaml", "--no-plots", "--workers", workers]);
        let (out, err) = crate::common::texts(&output);
        assert!(output.status.success(), "{sampler}: {out}\n{err}");
        let says = "f: the space has only 5 points, all tried; the study ends after 5 of 20 trials";
        assert_eq!(err.matches(says).count(), 1, "{sampler}: {err}");
        assert!(out.contains("best of f"), "{out}");
        let shown = place.show("f");
        let mut points: Vec<String> =
            trials(&shown).iter().map(|t| t["params"].to_string()).collect();
        points.sort();
        points.dedup();
        assert_eq!((points.len(), trials(&shown).len()), (5, 5), "{sampler}: {points:?}");
        // Again: nothing runs, and the reason is the same.
        let (_, err) = crate::common::texts(&place.output(&["run", "f.yaml", "--no-plots"]));
        assert!(err.contains(says), "{err}");
        assert_eq!(trials(&place.show("f")).len(), 5);
    }
}

#[test]
fn two_runs_at_once_use_a_finite_space_up_once() {
    let place = Place::new();
    place.write("f.yaml", &FINITE.replace("SAMPLER", "random").replace("high: 3", "high: 12"));
    let run = || {
        let mut command = place.surmise(&["run", "f.yaml", "--no-plots", "--workers", "2"]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    for run in [run(), run()] {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", crate::common::texts(&output).1);
    }
    let shown = place.show("f");
    let mut points: Vec<String> = trials(&shown).iter().map(|t| t["params"].to_string()).collect();
    let total = points.len();
    points.sort();
    points.dedup();
    // 1 + 1 + 11 · 2 − 1 points, more than the budget of 20.
    assert_eq!((points.len(), total), (20, 20));
    place.ok(&["run", "f.yaml", "--no-plots", "--trials", "99"]);
    assert_eq!(trials(&place.show("f")).len(), 23);
    assert!(place.ok(&["replay", "f"]).contains("23 of 23 suggestions are bit-equal"));
}

#[test]
fn pictures_leave_out_trials_without_the_parameter() {
    let place = Place::new();
    place.write("s.yaml", &tree(12, "sobol"));
    place.ok(&["run", "s.yaml"]);
    for view in
        ["momentum", "nesterov", "momentum,width", "optimizer,momentum", "nesterov,optimizer"]
    {
        let out = place.ok(&["plot", "s", "--contour", view, "--out", "views"]);
        let svg = out.lines().find(|l| l.ends_with(".svg") && !l.contains("trace")).unwrap();
        let svg = std::fs::read_to_string(place.path().join(svg)).unwrap();
        assert!(svg.contains("left out"), "{view}");
    }
    let out = place.ok(&["plot", "s", "--contour", "width", "--out", "views"]);
    let svg = out.lines().find(|l| l.ends_with("slice-width.svg")).unwrap();
    let svg = std::fs::read_to_string(place.path().join(svg)).unwrap();
    assert!(!svg.contains("left out"));
}
