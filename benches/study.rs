//! Asking and telling with a study in a file: what every trial costs beside its objective.

use criterion::{Criterion, criterion_group, criterion_main};
use surmise::{
    Direction, Domain, ObjectiveSpec, Parameter, SamplerSettings, SearchSpace, SqliteOptions,
    SqliteStore, Study, StudySpec,
};

const TRIALS: u64 = 1000;

fn spec() -> StudySpec {
    let parameter = |k| Parameter::new(format!("x{k}"), Domain::float(0.0, 1.0).unwrap());
    StudySpec {
        study: "random".into(),
        direction: Direction::Minimize,
        metric: "value".into(),
        trials: TRIALS,
        seed: 7,
        sampler: SamplerSettings::Random,
        space: SearchSpace::new((0..10).map(parameter).collect()).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    }
}

fn ask_and_tell(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("study");
    group.sample_size(10);
    group.bench_function("1,000 random trials of 10 parameters asked, told, stored", |bencher| {
        bencher.iter(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("studies.db");
            let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
            let mut study = Study::open_or_create(Box::new(store), spec()).unwrap();
            while let Some(trial) = study.ask().unwrap() {
                let value = trial.params.f64("x0").unwrap();
                study.tell_value(&trial, value).unwrap();
            }
            assert_eq!(study.summary().unwrap().counts.complete, TRIALS);
        });
    });
}

criterion_group!(benches, ask_and_tell);
criterion_main!(benches);
