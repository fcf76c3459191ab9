//! Every study in `experiments/` runs, as the README starts it: from the checkout's root.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::Place;

fn experiments() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|f| f.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

/// Runs a few trials of a study, with its database in a place of its own.
fn run(place: &Place, file: &Path, name: &str) {
    let db = place.path().join("studies.db");
    let plots = place.path().join("plots");
    let arguments = [
        "run",
        file.to_str().unwrap(),
        "--trials",
        "10",
        "--db",
        db.to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
    ];
    let mut command = place.surmise(&arguments);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let (out, err) = crate::common::texts(&output);
    assert!(output.status.success(), "{}:\n{out}\n{err}", file.display());
    let shown = place.show(name);
    let trials = shown["trials"].as_array().unwrap();
    for trial in trials {
        assert_eq!(trial["state"], "complete", "{}: {trial:#}", file.display());
    }
    // What the user enqueued is no suggestion.
    let n = trials.iter().filter(|t| t["origin"]["type"] != "user").count();
    assert!(place.ok(&["replay", name]).contains(&format!("{n} of {n}")), "{}", file.display());
}

#[test]
fn every_command_study_runs() {
    let mut count = 0;
    for file in experiments() {
        let text = fs::read_to_string(&file).unwrap();
        if text.contains("type: command") {
            let name = file.file_stem().unwrap().to_str().unwrap();
            run(&Place::new(), &file, name);
            count += 1;
        }
    }
    assert!(count >= 3);
}

/// The whole way of the CNN studies, with one epoch.
#[cfg(feature = "torch")]
#[test]
fn every_cnn_study_runs() {
    let mut count = 0;
    for file in experiments() {
        let text = fs::read_to_string(&file).unwrap();
        if text.contains("type: cnn") {
            let short = text.replace("epochs: 20", "epochs: 1").replace("epochs: 3", "epochs: 1");
            assert_ne!(short, text, "{} has as many epochs", file.display());
            // A large network on large images takes its time.
            let short = short.replace("image_size: 128", "image_size: 32");
            let place = Place::new();
            let short = place.write("short.yaml", &short);
            run(&place, &short, file.file_stem().unwrap().to_str().unwrap());
            let shown = place.show(file.file_stem().unwrap().to_str().unwrap());
            assert_eq!(shown["trials"][9]["reports"][0]["step"], 1);
            assert!(shown["trials"][0]["worker"]["device"].is_string());
            count += 1;
        }
    }
    assert!(count >= 1);
}
