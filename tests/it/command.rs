//! Commands as objectives: what they are told, what they print, how they die.

use std::time::{Duration, Instant};

use crate::common::{Place, study, wait_until};
use serde_json::Value;

/// Runs `trials` trials of a program; the study as shown.
fn run(trials: u64, program: &str) -> (Place, Value) {
    let place = Place::new();
    place.write("s.yaml", &study(trials, "random", program));
    let _ = place.output(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    (place, shown)
}

fn failure(shown: &Value) -> (&str, &str) {
    let failure = &shown["trials"][0]["failure"];
    assert_eq!(shown["trials"][0]["state"], "failed", "{shown:#}");
    (failure["kind"].as_str().unwrap(), failure["reason"].as_str().unwrap())
}

#[test]
fn a_program_learns_its_trial_by_argv_and_environment() {
    let (place, shown) = run(
        2,
        "import sys, os, json
params = json.loads(os.environ['SURMISE_PARAMS'])
assert [params['x'], params['y']] == [float(a) for a in sys.argv[1:]]
assert os.environ['SURMISE_STUDY'] == 's' and os.environ['SURMISE_METRIC'] == 'loss'
assert 0 <= int(os.environ['SURMISE_SEED']) < 2**31
open(os.environ['SURMISE_DIR'] + '/model.bin', 'w').write('weights')
print('talk')
for step in range(3): print(json.dumps({'step': step, 'loss': 1 / (1 + step)}))
print(json.dumps({'loss': int(os.environ['SURMISE_TRIAL'])}))",
    );
    for (number, trial) in shown["trials"].as_array().unwrap().iter().enumerate() {
        assert_eq!(trial["state"], "complete", "{trial:#}");
        assert_eq!(trial["value"], number as f64);
        assert_eq!(trial["reports"][2]["step"], 2);
        assert_eq!(trial["reports"][1]["metrics"]["loss"], 0.5);
        let folder = place.path().join(format!("runs/s/{number}"));
        assert_eq!(std::fs::read_to_string(folder.join("model.bin")).unwrap(), "weights");
        let log = std::fs::read_to_string(folder.join("trial.log")).unwrap();
        assert!(log.starts_with("talk\n"), "{log}");
    }
    let seeds: Vec<_> = shown["trials"].as_array().unwrap().iter().map(|t| &t["params"]).collect();
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn an_exit_code_is_a_failure_with_the_last_lines_of_stderr() {
    let (_, shown) = run(
        1,
        "import sys
for i in range(100): print('line', i, file=sys.stderr)
print('{\"loss\": 1}')
sys.exit(3)",
    );
    let (kind, reason) = failure(&shown);
    assert_eq!(kind, "exit");
    assert!(reason.starts_with("exit code 3\n"), "{reason}");
    assert!(reason.contains("line 99") && reason.contains("line 80"), "{reason}");
    assert!(!reason.contains("line 79"), "{reason}");
}

#[test]
fn every_number_is_kept_by_step_and_final() {
    let program = "import json
for epoch in range(1, 4):
    print(json.dumps({'epoch': epoch, 'val_acc': epoch / 10, 'loss': 1 / epoch, 'note': 'x'}))
print(json.dumps({'level': 'info', 'time': 3}))
print(json.dumps({'loss': 0.25, 'seconds': 12.5, 'bad': float('inf')}))";
    let (place, shown) = run(1, program);
    let trial = &shown["trials"][0];
    assert_eq!(trial["value"], 0.25);
    assert_eq!(trial["metrics"], serde_json::json!({ "loss": 0.25, "seconds": 12.5 }));
    let reports: Vec<_> = trial["reports"].as_array().unwrap().iter().collect();
    assert_eq!(reports.len(), 3);
    assert_eq!(reports[1]["step"], 2);
    assert_eq!(reports[1]["metrics"], serde_json::json!({ "loss": 0.5, "val_acc": 0.2 }));
    let attempt = &trial["attempts"][0];
    assert_eq!(attempt["argv"][0], "python3");
    assert_eq!(attempt["outcome"], "complete");

    let curves = place.ok(&["export", "s", "--table", "reports"]);
    let lines: Vec<&str> = curves.lines().collect();
    assert_eq!(lines[0], "number,step,metrics.loss,metrics.val_acc");
    assert_eq!(lines[2], "0,2,0.5,0.2");
    let trials = place.ok(&["export", "s"]);
    assert!(trials.lines().next().unwrap().contains(",metrics.loss,metrics.seconds,"), "{trials}");
    let table = place.ok(&["show", "s"]);
    assert!(table.contains("seconds") && table.contains("12.5"), "{table}");
    let one = place.ok(&["show", "s", "--trial", "0"]);
    assert!(one.contains("step 2: loss 0.5, val_acc 0.2"), "{one}");
}

#[test]
fn without_a_final_line_the_last_step_counts() {
    let (_, shown) = run(1, "for s in (1, 2): print('{\"step\": %d, \"loss\": %d}' % (s, 10 - s))");
    assert_eq!(shown["trials"][0]["value"], 8.0);
}

#[test]
fn no_metric_and_nan_are_failures_that_say_so() {
    let (_, shown) = run(1, "print('{\"accuracy\": 1}')");
    let (kind, reason) = failure(&shown);
    assert_eq!(kind, "no_metric");
    assert!(reason.contains("{\"loss\": …}"), "{reason}");
    assert!(reason.contains("is: {\"accuracy\": 1}"), "{reason}");

    let (_, shown) = run(1, "print('{\"step\": 1, \"other\": 1}')");
    assert!(failure(&shown).1.contains("is: {\"step\": 1, \"other\": 1}"));

    let (_, shown) = run(1, "import json; print(json.dumps({'loss': float('nan')}))");
    assert_eq!(failure(&shown), ("not_a_number", "`loss` was NaN"));
}

#[test]
fn a_hanging_program_is_killed_with_its_children() {
    let place = Place::new();
    let program = "import subprocess, time
child = subprocess.Popen(['sleep', '1000'])
open('pid', 'w').write(str(child.pid))
print('about to hang', flush=True)
time.sleep(1000)";
    let yaml = study(1, "random", program).replace("timeout: 10m", "timeout: 1s");
    place.write("s.yaml", &yaml);
    let started = Instant::now();
    place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(started.elapsed() < Duration::from_secs(15));
    let shown = place.show("s");
    let (kind, reason) = failure(&shown);
    assert_eq!((kind, reason), ("timed_out", "still running after 1s"));
    let pid: u32 = std::fs::read_to_string(place.path().join("pid")).unwrap().parse().unwrap();
    wait_until("the program's child is gone", || surmise::process::identify(pid).is_none());
}

#[test]
fn a_program_that_leaves_a_child_on_its_pipes_still_ends() {
    let started = Instant::now();
    let (_, shown) = run(
        1,
        "import subprocess
subprocess.Popen(['sleep', '1000'])
print('{\"loss\": 2}')",
    );
    assert_eq!(shown["trials"][0]["value"], 2.0, "{shown:#}");
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_flood_is_cut_in_the_log_and_the_metric_still_found() {
    let (place, shown) = run(
        1,
        "import sys
sys.stdout.write('x' * 10_000_000 + '\\n')
for i in range(200_000): print('{\"step\": 1, \"other\": 1}')
print('y' * 100_000, file=sys.stderr)
print('{\"loss\": 3}')",
    );
    assert_eq!(shown["trials"][0]["value"], 3.0, "{shown:#}");
    let log = place.path().join("runs/s/0/trial.log");
    assert!(log.metadata().unwrap().len() < 8_000_000, "long lines are cut");
}

#[test]
fn a_missing_program_stops_the_run_and_costs_no_trial() {
    let place = Place::new();
    let yaml = study(3, "random", "").replace("- python3", "- no-such-program");
    place.write("s.yaml", &yaml);
    let error = place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(error.contains("program `no-such-program` was not found"), "{error}");
    assert!(place.show("s")["trials"].as_array().unwrap().iter().all(|t| t["state"] == "queued"));
}

#[test]
fn a_run_whose_trials_all_fail_says_where_to_look() {
    let place = Place::new();
    place.write("s.yaml", &study(2, "random", "raise SystemExit('broken')"));
    let error = place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(error.contains("none of the 2 trials has a value"), "{error}");
    assert!(error.contains("surmise show s --trial 0"), "{error}");
}
