//! The cases of the ledger: what `benchmarks/ledger.py` counts the instructions of.
//!
//! `ledger CASE` prepares the case and then runs it once, in [`measured`]: valgrind's callgrind counts
//! inside that function alone. Without a case it does nothing.

use std::hint::black_box;

use surmise::plot::ContourData;
use surmise::sampler::{self, SamplerSettings};
use surmise::trial::TrialNumber;
use surmise::{
    Direction, Domain, ObjectiveSpec, Parameter, SearchSpace, SqliteOptions, SqliteStore, Study,
    StudySpec,
};

mod problem;

/// Runs what is counted. Its name is what callgrind is told to look for.
#[inline(never)]
fn measured(work: impl FnOnce()) {
    work();
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("suggest-50") => suggest(50),
        Some("suggest-100") => suggest(100),
        Some("suggest-500") => suggest(500),
        Some("best-50") => best(50),
        Some("store-1000") => store(1000),
        Some("contour-50") => contour(50),
        Some(other) if !other.starts_with('-') => panic!("no case `{other}`"),
        _ => {}
    }
}

/// A suggestion in ten dimensions after `n` trials.
fn suggest(n: usize) {
    let sampler = sampler::build(&SamplerSettings::Gp(problem::settings()), 7);
    let (space, history) = problem::history(n);
    measured(|| {
        black_box(sampler.suggest(&space, &history, TrialNumber(n as u64)).unwrap());
    });
}

/// What `surmise best` recommends after `n` trials of two parameters.
fn best(n: u64) {
    let (mut study, _folder) = told(n, 2);
    measured(|| {
        black_box(study.recommend().unwrap());
    });
}

/// The contour of two parameters after `n` trials, as a document.
fn contour(n: u64) {
    let (mut study, _folder) = told(n, 2);
    let model = study.model().unwrap().unwrap();
    let (trials, spec) = (study.trials().unwrap(), study.spec().clone());
    let at = trials[0].params.clone().unwrap();
    measured(|| {
        let data = ContourData::new(&spec, &trials, (0, 1), &at, &model, 61).unwrap();
        black_box(data.draw().unwrap());
    });
}

/// `n` trials of ten parameters asked, told and stored in a file.
fn store(n: u64) {
    let (mut study, _folder) = study(n, 10);
    measured(|| tell_all(&mut study));
}

fn told(n: u64, dimensions: usize) -> (Study, tempfile::TempDir) {
    let (mut study, folder) = study(n, dimensions);
    tell_all(&mut study);
    (study, folder)
}

/// A study of random trials in a file.
fn study(trials: u64, dimensions: usize) -> (Study, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let parameter = |k| Parameter::new(format!("x{k}"), Domain::float(0.0, 1.0).unwrap());
    let spec = StudySpec {
        study: "ledger".into(),
        direction: Direction::Minimize,
        metric: "loss".into(),
        trials,
        seed: 7,
        sampler: SamplerSettings::Random,
        space: SearchSpace::new((0..dimensions).map(parameter).collect()).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    };
    (Study::open_or_create(Box::new(store), spec).unwrap(), folder)
}

fn tell_all(study: &mut Study) {
    while let Some(trial) = study.ask().unwrap() {
        let [x, y] = ["x0", "x1"].map(|name| trial.params.f64(name).unwrap());
        study.tell_value(&trial, (x - 0.7).powi(2) + (3.0 * y).sin()).unwrap();
    }
}
