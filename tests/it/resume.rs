//! A study survives kill −9 at any moment, and resuming changes no suggestion.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::common::{BOWL, Place, study, wait_until, within};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

const GP: &str = "{ type: gp, sobol: 5 }";

fn params_and_values(shown: &Value) -> Vec<(u64, String, Value)> {
    let trials = shown["trials"].as_array().unwrap();
    // Text of the JSON: bit-equal numbers print alike.
    let row =
        |t: &Value| (t["number"].as_u64().unwrap(), t["params"].to_string(), t["value"].clone());
    trials.iter().map(row).collect()
}

fn start(place: &Place) -> Child {
    let mut command = place.surmise(&["run", "s.yaml", "--no-plots"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until the number of finished trials has grown by `more`, or the run has ended.
fn wait_for_trials(place: &Place, run: &mut Child, more: u64) {
    let finished = || {
        let list = place.output(&["list", "--json"]);
        serde_json::from_slice::<Value>(&list.stdout)
            .map_or(0, |s| s["complete"].as_u64().unwrap_or(0))
    };
    let target = finished() + more;
    wait_until("enough trials are finished", || {
        finished() >= target || run.try_wait().unwrap().is_some()
    });
}

#[test]
fn ten_kills_lose_nothing_and_change_no_suggestion() {
    let undisturbed = Place::new();
    undisturbed.write("s.yaml", &study(60, GP, BOWL));
    undisturbed.ok(&["run", "s.yaml", "--no-plots"]);
    let expected = params_and_values(&undisturbed.show("s"));
    assert_eq!(expected.len(), 60);

    let place = Place::new();
    place.write("s.yaml", &study(60, GP, BOWL));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..10 {
        let mut run = start(&place);
        // A random moment of the run: some trials in, then some way into the next one.
        wait_for_trials(&place, &mut run, random.random_range(1..4));
        let moment = Duration::from_millis(random.random_range(0..150));
        within(moment, || run.try_wait().unwrap().is_some());
        run.kill().unwrap(); // SIGKILL
        run.wait().unwrap();
    }
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    for trial in shown["trials"].as_array().unwrap() {
        assert_eq!(trial["state"], "complete", "{trial:#}");
    }
    assert_eq!(params_and_values(&shown), expected);
    let replay = place.ok(&["replay", "s"]);
    assert!(replay.contains("60 of 60 suggestions are bit-equal"), "{replay}");
}

#[test]
fn a_killed_worker_costs_no_trial() {
    let place = Place::new();
    // The first attempt at trial 2 kills its worker, its parent.
    let program = "import os, sys, signal
if os.environ['SURMISE_TRIAL'] == '2' and not os.path.exists('killed'):
    open('killed', 'w').close()
    os.kill(os.getppid(), signal.SIGKILL)
    import time; time.sleep(60)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(4, "sobol", program));
    let output = place.output(&["run", "s.yaml", "--no-plots"]);
    let (_, err) = crate::common::texts(&output);
    assert!(output.status.success() && err.contains("a worker died"), "{err}");
    let shown = place.show("s");
    let trials = shown["trials"].as_array().unwrap();
    assert_eq!(trials.len(), 4);
    assert!(trials.iter().all(|t| t["state"] == "complete"), "{shown:#}");
    assert_eq!(trials[2]["attempts"].as_array().unwrap().len(), 2);
}

#[test]
fn a_trial_that_kills_every_worker_fails_and_the_study_goes_on() {
    let place = Place::new();
    let program = "import os, signal, time
if os.environ['SURMISE_TRIAL'] == '1':
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(3, "sobol", program));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    assert_eq!(shown["trials"][1]["failure"]["kind"], "worker_lost", "{shown:#}");
    assert_eq!(shown["trials"][2]["state"], "complete");
}

#[test]
fn ctrl_c_finishes_the_trial_and_says_how_to_resume() {
    let place = Place::new();
    let program = "import time; time.sleep(0.4); print('{\"loss\": 1}')";
    place.write("s.yaml", &study(50, "sobol", program));
    let mut command = place.surmise(&["run", "s.yaml", "--no-plots"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_trials(&place, &mut run, 2);
    interrupt(&run);
    let output = run.wait_with_output().unwrap();
    let (_, err) = crate::common::texts(&output);
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("To resume: surmise run s.yaml"), "{err}");
    let shown = place.show("s");
    let trials = shown["trials"].as_array().unwrap();
    assert!(trials.iter().all(|t| t["state"] == "complete"), "{shown:#}");
    assert!(trials.len() < 50);
}

#[test]
fn ctrl_c_twice_stops_at_once_and_the_trial_is_run_again() {
    let place = Place::new();
    let program = "import time, os
if os.path.exists('slow'): time.sleep(1000)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(3, "sobol", program).replace("timeout: 10m", "timeout: 1h"));
    place.write("slow", "");
    let said = place.path().join("said");
    let mut command = place.surmise(&["run", "s.yaml", "--no-plots"]);
    command.stdout(Stdio::null()).stderr(std::fs::File::create(&said).unwrap());
    let run = command.spawn().unwrap();
    wait_until("the trial runs", || place.path().join("runs/s/0/trial.log").exists());
    interrupt(&run);
    wait_until("the first Ctrl-C is heard", || {
        std::fs::read_to_string(&said).unwrap().contains("Ctrl-C again")
    });
    interrupt(&run);
    let started = Instant::now();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(place.show("s")["trials"][0]["state"], "queued");
    std::fs::remove_file(place.path().join("slow")).unwrap();
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(place.show("s")["trials"].as_array().unwrap().len(), 3);
}

#[test]
fn two_runs_at_once_share_the_budget_and_no_number() {
    let place = Place::new();
    place.write("s.yaml", &study(30, "random", BOWL));
    let run = || {
        let mut command = place.surmise(&["run", "s.yaml", "--no-plots"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    for run in [run(), run()] {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", crate::common::texts(&output).1);
    }
    let shown = place.show("s");
    let numbers: Vec<u64> =
        shown["trials"].as_array().unwrap().iter().map(|t| t["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..30).collect::<Vec<_>>());
    let mut order: Vec<u64> =
        shown["trials"].as_array().unwrap().iter().map(|t| t["ended"].as_u64().unwrap()).collect();
    order.sort_unstable();
    assert_eq!(order, (2..=31).collect::<Vec<_>>(), "one event an ending, after the declaration");
}

#[test]
fn parallel_workers_suggest_differently_and_replay_alike() {
    let place = Place::new();
    place.write("s.yaml", &study(24, GP, BOWL));
    place.ok(&["run", "s.yaml", "--no-plots", "--workers", "4"]);
    let mut params: Vec<String> =
        params_and_values(&place.show("s")).into_iter().map(|(_, p, _)| p).collect();
    params.sort();
    params.dedup();
    assert_eq!(params.len(), 24, "no two trials share parameters");
    let replay = place.ok(&["replay", "s"]);
    assert!(replay.contains("24 of 24 suggestions are bit-equal"), "{replay}");
}

fn interrupt(run: &Child) {
    let pid = rustix::process::Pid::from_child(run);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

#[test]
fn what_a_killed_program_started_ends_before_the_trial_is_run_again() {
    let place = Place::new();
    // A wrapper's child goes on when the wrapper is killed; the second attempt must not meet it.
    let program = "import os, subprocess, time
if not os.path.exists('first'):
    subprocess.Popen(['sh', '-c', 'echo $$$$ > first; sleep 1000']).wait()
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(1, "sobol", program));
    let mut run = start(&place);
    let pid = || std::fs::read_to_string(place.path().join("first")).unwrap_or_default();
    wait_until("the wrapper has a child", || pid().ends_with('\n'));
    let child: u32 = pid().trim().parse().unwrap();
    // First the worker, which then cannot clean up, then the run.
    let worker = place.output(&["show", "s", "--json"]);
    let shown: Value = serde_json::from_slice(&worker.stdout).unwrap();
    let worker = shown["trials"][0]["worker"]["pid"].as_i64().unwrap();
    kill(i32::try_from(worker).unwrap(), rustix::process::Signal::STOP);
    run.kill().unwrap();
    run.wait().unwrap();
    kill(i32::try_from(worker).unwrap(), rustix::process::Signal::KILL);
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert_eq!(place.show("s")["trials"][0]["attempts"].as_array().unwrap().len(), 2);
    wait_until("the first attempt's process is gone", || {
        surmise::process::identify(child).is_none()
    });
}

#[test]
fn a_folder_that_cannot_be_made_costs_no_trial() {
    let place = Place::new();
    place.write("s.yaml", &study(5, "random", BOWL));
    place.write("runs", "a file where the folder should be");
    let error = place.fails(&["run", "s.yaml", "--no-plots"], 1);
    assert!(error.contains("cannot make the trial's folder"), "{error}");
    std::fs::remove_file(place.path().join("runs")).unwrap();
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    assert!(shown["trials"].as_array().unwrap().iter().all(|t| t["state"] == "complete"));
}

#[test]
fn a_worker_alone_takes_up_what_a_killed_one_left() {
    let place = Place::new();
    let program = "import os, time
if not os.path.exists('killed'):
    open('killed', 'w').close()
    time.sleep(1000)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(2, "sobol", program));
    // A run stores the study; stopped in its first trial.
    let mut run = start(&place);
    wait_until("the trial runs", || place.path().join("killed").exists());
    run.kill().unwrap();
    run.wait().unwrap();
    place.ok(&["worker", "--study", "s"]);
    let shown = place.show("s");
    let trials = shown["trials"].as_array().unwrap();
    assert_eq!(trials.len(), 2);
    assert!(trials.iter().all(|t| t["state"] == "complete"), "{shown:#}");
}

fn kill(pid: i32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
