//! How long the store takes: 1,000 trials of ten parameters asked, suggested and finished; 10,000 read.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use surmise::objective::ObjectiveSpec;
use surmise::sampler::SamplerSettings;
use surmise::space::{Domain, Parameter, Params, SearchSpace};
use surmise::spec::StudySpec;
use surmise::store::{SqliteOptions, SqliteStore, Store, StudyId};
use surmise::trial::{Direction, Metrics, Origin, Timestamp, TrialState};
use tempfile::TempDir;

/// Parameters of a trial.
const WIDTH: usize = 10;

fn space() -> SearchSpace {
    let parameter =
        |i: usize| Parameter::new(format!("parameter_{i}"), Domain::float(-1.0, 1.0).unwrap());
    SearchSpace::new((0..WIDTH).map(parameter).collect()).unwrap()
}

/// Parameters of a trial, each with all its digits.
fn params(space: &SearchSpace, number: u64) -> Params {
    let unit: Vec<f64> =
        (0..WIDTH).map(|i| (number as f64 * 0.618_033_988_749 + i as f64 / 7.0).fract()).collect();
    space.decode(&unit)
}

fn empty() -> (SqliteStore, StudyId, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studies.db");
    let mut store = SqliteStore::open(path, &SqliteOptions::default()).unwrap();
    let spec = StudySpec {
        study: "study".into(),
        direction: Direction::Minimize,
        metric: "loss".into(),
        trials: 1_000_000,
        seed: 1,
        sampler: SamplerSettings::Random,
        space: space(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    };
    let study = store.create_study(&spec, Timestamp::now()).unwrap();
    (store, study, folder)
}

fn run(store: &mut SqliteStore, study: StudyId, space: &SearchSpace, trials: u64) {
    for _ in 0..trials {
        let asked = store.reserve(study, None, Timestamp::now()).unwrap().unwrap();
        let params = params(space, asked.number.0);
        store.set_params(study, asked.number, &params, &Origin::Random, 1).unwrap();
        let value = 1.0 / (1.0 + asked.number.0 as f64);
        let state = TrialState::Complete { value };
        store
            .finish(study, asked.number, asked.attempt, &state, &Metrics::new(), Timestamp::now())
            .unwrap();
    }
}

fn store(c: &mut Criterion) {
    let space = space();
    let mut group = c.benchmark_group("store");
    group.sample_size(10);
    group.bench_function("1,000 trials asked, suggested, finished", |b| {
        b.iter_batched_ref(
            empty,
            |(store, study, _)| run(store, *study, &space, 1_000),
            BatchSize::PerIteration,
        );
    });
    let (mut store, study, _folder) = empty();
    run(&mut store, study, &space, 10_000);
    group.bench_function("10,000 trials read", |b| {
        b.iter(|| store.trials(study).unwrap());
    });
    group.bench_function("summary of 10,000 trials", |b| {
        b.iter(|| store.summary(study).unwrap());
    });
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);
