//! What survives what, where no other test holds it, and the page that says which test does.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::common::{BOWL, Place, study, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use surmise::process::identify;

/// Starts a run whose stderr goes to a file.
fn start(place: &Place, said: &str) -> Child {
    let mut command = place.surmise(&["run", "s.yaml", "--no-plots"]);
    let said = File::create(place.path().join(said)).unwrap();
    command.stdout(Stdio::null()).stderr(said).spawn().unwrap()
}

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap_or_default()
}

fn worker_of(trial: &Value) -> u32 {
    trial["worker"]["pid"].as_u64().unwrap().try_into().unwrap()
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn trials(shown: &Value) -> &Vec<Value> {
    shown["trials"].as_array().unwrap()
}

fn all_complete(shown: &Value) -> bool {
    trials(shown).iter().all(|t| t["state"] == "complete")
}

#[test]
fn a_killed_run_takes_its_worker_and_program_along() {
    let place = Place::new();
    let program = "import os, time
if not os.path.exists('first'):
    open('pid', 'w').write(str(os.getpid()) + ' ')
    os.rename('pid', 'first')
    time.sleep(1000)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(2, "random", program));
    let mut run = start(&place, "said");
    wait_until("the program runs", || place.path().join("first").exists());
    let program: u32 = read(&place, "first").trim().parse().unwrap();
    let before = place.show("s");
    let worker = worker_of(&before["trials"][0]);
    run.kill().unwrap();
    run.wait().unwrap();
    wait_until("the worker is gone", || identify(worker).is_none());
    wait_until("the program is gone", || identify(program).is_none());
    assert_eq!(place.show("s")["trials"][0]["state"], "queued");

    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    assert!(trials(&shown).len() == 2 && all_complete(&shown), "{shown:#}");
    assert_eq!(shown["trials"][0]["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(shown["trials"][0]["params"], before["trials"][0]["params"]);
}

#[test]
fn a_stopped_worker_keeps_its_trial_and_goes_on() {
    let place = Place::new();
    let program = "import os, time
open('began' + os.environ['SURMISE_TRIAL'], 'w').close()
while os.environ['SURMISE_TRIAL'] == '0' and not os.path.exists('go'): time.sleep(0.01)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(3, "random", program));
    let mut first = start(&place, "first");
    wait_until("trial 0 runs", || place.path().join("began0").exists());
    let worker = worker_of(&place.show("s")["trials"][0]);
    signal(worker, Signal::STOP);
    // Its program ends meanwhile, and another run comes and works at the rest.
    place.write("go", "");
    let mut second = start(&place, "second");
    wait_until("the second run has nothing left but to wait", || {
        read(&place, "second").contains("waiting for trial 0 of another run")
    });
    assert_eq!(place.show("s")["trials"][0]["state"], "running");
    signal(worker, Signal::CONT);
    assert!(first.wait().unwrap().success(), "{}", read(&place, "first"));
    assert!(second.wait().unwrap().success(), "{}", read(&place, "second"));
    let shown = place.show("s");
    assert!(trials(&shown).len() == 3 && all_complete(&shown), "{shown:#}");
    assert!(
        trials(&shown).iter().all(|t| t["attempts"].as_array().unwrap().len() == 1),
        "{shown:#}"
    );
}

#[test]
fn what_a_killed_run_held_another_run_finishes() {
    let place = Place::new();
    place.write("s.yaml", &study(40, "random", BOWL));
    let (mut first, mut second) = (start(&place, "first"), start(&place, "second"));
    // In a pipe, a run says a line for each trial that is finished, whoever ran it.
    wait_until("some trials are finished", || read(&place, "first").lines().count() >= 5);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(second.wait().unwrap().success(), "{}", read(&place, "second"));
    let shown = place.show("s");
    let numbers = trials(&shown).iter().map(|t| t["number"].as_u64().unwrap());
    assert!(numbers.eq(0..40) && all_complete(&shown), "{shown:#}");
}

#[test]
fn a_killed_program_fails_its_trial_alone() {
    let place = Place::new();
    let program = "import os, signal, sys
if os.environ['SURMISE_TRIAL'] == '0':
    print('no memory', file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
print('{\"loss\": 1}')";
    place.write("s.yaml", &study(2, "random", program));
    place.ok(&["run", "s.yaml", "--no-plots"]);
    let shown = place.show("s");
    let failure = &shown["trials"][0]["failure"];
    assert_eq!(failure["kind"], "exit");
    let reason = failure["reason"].as_str().unwrap();
    assert!(reason.starts_with("killed by signal 9") && reason.ends_with("no memory"), "{reason}");
    assert_eq!(shown["trials"][1]["state"], "complete");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_costs_a_log_and_not_its_trial() {
    let place = Place::new();
    place.write("s.yaml", &study(1, "random", "print('talk')\nprint('{\"loss\": 1}')"));
    let folder = place.path().join("runs/s/0");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.join("trial.log")).unwrap();
    place.ok(&["run", "s.yaml", "--no-plots"]);
    assert!(all_complete(&place.show("s")));
}

#[test]
fn a_moved_database_goes_on_where_it_was() {
    let place = Place::new();
    place.write("s.yaml", &study(3, "sobol", BOWL));
    place.ok(&["run", "s.yaml", "--no-plots", "--trials", "2"]);
    let before = place.show("s");
    fs::create_dir(place.path().join("elsewhere")).unwrap();
    let moved = place.path().join("elsewhere/other.db");
    fs::rename(place.path().join("studies.db"), &moved).unwrap();
    let moved = moved.to_str().unwrap();
    place.ok(&["run", "s.yaml", "--no-plots", "--db", moved]);
    let shown: Value =
        serde_json::from_str(&place.ok(&["show", "s", "--json", "--db", moved])).unwrap();
    assert_eq!(trials(&shown).len(), 3);
    assert_eq!(trials(&shown)[..2], trials(&before)[..]);
}

/// The tests that a file defines, by the names of its modules: what follows `#[test]`, and the list of
/// a conformance suite, for each back end that it is run on.
fn tests_in(text: &str, module: &str, found: &mut BTreeSet<String>) {
    let mut modules: Vec<(usize, String)> = Vec::new();
    let (mut marked, mut listed) = (false, false);
    for line in text.lines() {
        let (code, indent) = (line.trim(), line.len() - line.trim_start().len());
        let path = || {
            let inner = modules.iter().map(|(_, name)| name.as_str());
            let all = (!module.is_empty()).then_some(module).into_iter().chain(inner);
            all.collect::<Vec<_>>().join("::")
        };
        if let Some(name) = code.strip_prefix("mod ").and_then(|c| c.strip_suffix(" {")) {
            modules.push((indent, name.to_owned()));
        } else if code == "}" {
            modules.retain(|(depth, _)| *depth < indent);
        } else if code.starts_with("tests!(") {
            listed = true;
        } else if let Some(rest) = code.strip_prefix("conforms!(") {
            let back_end = rest.split(':').next().unwrap_or_default();
            let suite = found.iter().filter(|name| name.contains("$back_end"));
            let named: Vec<_> = suite.map(|name| name.replace("$back_end", back_end)).collect();
            found.extend(named);
        } else if code == ");" {
            listed = false;
        } else if listed {
            found.insert(format!("{}::{}", path(), code.trim_end_matches(',')));
        } else if code == "#[test]" {
            marked = true;
        } else if let Some(rest) = code.strip_prefix("fn ").filter(|_| marked) {
            let name = rest.split('(').next().unwrap_or_default();
            found.insert(format!("{}::{name}", path()));
            marked = false;
        }
    }
}

/// The tests under a folder of sources, as `cargo test` prints them.
fn tests_under(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path());
        let (inner, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
        folders.extend(inner);
        for file in files.iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
            let module = file.strip_prefix(folder).unwrap().with_extension("");
            let parts = module.iter().map(|part| part.to_str().unwrap());
            let parts = parts.filter(|part| !matches!(*part, "mod" | "main" | "lib"));
            let module = parts.collect::<Vec<_>>().join("::");
            tests_in(&fs::read_to_string(file).unwrap(), &module, &mut found);
        }
    }
    found
}

#[test]
fn every_line_of_the_page_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = tests_under(&root.join("tests/it"));
    tests.extend(tests_under(&root.join("src")));
    let page = fs::read_to_string(root.join("docs/durability.md")).unwrap();
    let mut lines = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, _, held] = cells[..] else { panic!("not three cells: {line}") };
        if held == "test" {
            continue;
        }
        lines += 1;
        let named: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() || held == "no test", "neither a test nor `no test`: {line}");
        for name in named {
            assert!(tests.contains(name), "there is no test `{name}`");
        }
    }
    assert!(lines > 20, "only {lines} lines were read");
}
