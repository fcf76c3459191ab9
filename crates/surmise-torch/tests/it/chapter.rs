//! docs/chapter.md, run as it stands: every command in order, by a shell, on a few of the images.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{Place, checkout, programs, texts};
use surmise_torch::TrainedCnn;
use tch::Device;

/// Images of a class in each split.
const IMAGES: usize = 12;

fn page() -> String {
    fs::read_to_string(checkout().join("docs/chapter.md")).unwrap()
}

/// The blocks of commands.
fn blocks(page: &str) -> Vec<&str> {
    let fenced = page.split("```sh\n").skip(1);
    fenced.map(|rest| rest.split_once("```").unwrap().0).collect()
}

/// A checkout with a few of the images, evenly spread.
fn small_checkout() -> Place {
    let place = Place::new();
    symlink(checkout().join("experiments"), place.path().join("experiments")).unwrap();
    for split in ["train", "valid", "test"] {
        for class in ["tom", "not_tom"] {
            let part = Path::new("data/avatars").join(split).join(class);
            let all = fs::read_dir(checkout().join(&part)).unwrap();
            let mut all: Vec<PathBuf> = all.map(|entry| entry.unwrap().path()).collect();
            all.sort();
            fs::create_dir_all(place.path().join(&part)).unwrap();
            for file in all.iter().step_by(all.len() / IMAGES).take(IMAGES) {
                let there = place.path().join(&part).join(file.file_name().unwrap());
                fs::copy(file, there).unwrap();
            }
        }
    }
    let attributes = "data/avatars/attributes.csv";
    fs::copy(checkout().join(attributes), place.path().join(attributes)).unwrap();
    symlink(checkout().join("data/weights"), place.path().join("data/weights")).unwrap();
    place
}

/// Runs a block of commands, ending at the first that fails; what they print.
fn run(place: &Place, block: &str) -> String {
    let mut path = programs().into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", block]).env("PATH", path).env("OMP_NUM_THREADS", "1");
    let output = shell.current_dir(place.path()).stdin(Stdio::null()).output().unwrap();
    let (out, err) = texts(&output);
    assert!(output.status.success(), "{}\n{block}\n{out}\n{err}", output.status);
    out
}

#[test]
fn every_command_of_the_chapter_runs() {
    let page = page();
    let place = small_checkout();
    let printed: String = blocks(&page).into_iter().map(|block| run(&place, block)).collect();
    let studies = [("avatars", 20), ("transfer", 6)];
    for (study, trials) in studies {
        let shown = place.show(study);
        let trials_shown = shown["trials"].as_array().unwrap();
        assert_eq!(trials_shown.len(), trials, "{study}");
        for trial in trials_shown {
            assert_eq!(trial["state"], "complete", "{study}: {trial:#}");
        }
    }
    assert!(printed.contains("20 of 20"), "the replay:\n{printed}");
    let model = |name: &str| TrainedCnn::read(&place.path().join(name), Device::Cpu).unwrap();
    let epoch = |name: &str| model(name).provenance.unwrap().report.epoch;
    assert_eq!((epoch("tom.safetensors"), epoch("head.safetensors")), (40, 3));
    assert!(epoch("kept.safetensors") <= 40);
    let (tom, again) = (model("tom.safetensors").network, model("again.safetensors").network);
    for ((name, tensor), (_, back)) in tom.state().zip(again.state()) {
        assert!(tensor.equal(back), "{name}");
    }
    // Every file that was said to be written is there.
    let files = printed.lines().map(str::trim).filter(|line| {
        let path = Path::new(line);
        let known =
            path.extension().is_some_and(|e| e == "png" || e == "svg" || e == "safetensors");
        known && !line.contains(char::is_whitespace)
    });
    let mut count = 0;
    for file in files {
        assert!(place.path().join(file).metadata().is_ok_and(|m| m.len() > 0), "{file}");
        count += 1;
    }
    assert!(count >= 40, "{count} files:\n{printed}");
}

#[test]
fn the_chapter_shows_every_command_about_images() {
    let page = page();
    let commands: String = blocks(&page).concat();
    for command in [
        "data show",
        "data augment",
        "model summary",
        "model import",
        "model export",
        "train",
        "predict",
        "evaluate",
        "explain",
        "explain-report",
        "probe",
        "run",
        "best",
        "plot",
        "compare",
    ] {
        assert!(commands.contains(&format!("surmise {command} ")), "surmise {command}");
    }
}
