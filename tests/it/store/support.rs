//! Studies, workers and stores to test with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use surmise::objective::ObjectiveSpec;
use surmise::sampler::{GpSettings, SamplerSettings};
use surmise::space::{
    CategoricalDomain, Domain, FloatDomain, IntDomain, ParamValue, Parameter, Params, Scale,
    SearchSpace,
};
use surmise::spec::StudySpec;
use surmise::store::{SqliteOptions, SqliteStore, Store, StudyId, WorkerId};
use surmise::trial::{Direction, Metrics, Origin, Timestamp, TrialNumber, TrialState, WorkerInfo};
use tempfile::TempDir;

/// An empty store in a folder of its own.
pub(crate) fn sqlite() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open(&database(&folder)), folder)
}

pub(crate) fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("studies.db")
}

pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &SqliteOptions::default()).unwrap()
}

pub(crate) fn impatient() -> SqliteOptions {
    SqliteOptions { busy_timeout: Duration::from_millis(100), ..SqliteOptions::default() }
}

/// One parameter of each kind.
pub(crate) fn space() -> SearchSpace {
    let parameter = |name: &str, domain| Parameter::new(name, domain);
    let float = FloatDomain::new(1e-6, 0.4, Scale::Log, None).unwrap();
    let int = IntDomain::new(1, 64, Scale::Linear, 1).unwrap();
    let choices = ["adam", "sgd"].map(|c| ParamValue::Text(c.into()));
    SearchSpace::new(vec![
        parameter("lr", Domain::Float(float)),
        parameter("layers", Domain::Int(int)),
        parameter(
            "optimizer",
            Domain::Categorical(CategoricalDomain::new(choices.to_vec()).unwrap()),
        ),
        parameter("augment", Domain::Bool),
    ])
    .unwrap()
}

pub(crate) fn spec(name: &str) -> StudySpec {
    StudySpec {
        study: name.into(),
        direction: Direction::Maximize,
        metric: "accuracy".into(),
        trials: 100,
        seed: u64::MAX,
        sampler: SamplerSettings::Gp(GpSettings { sobol: Some(5), ..GpSettings::default() }),
        space: space(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    }
}

/// Parameters that differ by `lr`.
pub(crate) fn params(lr: f64) -> Params {
    space()
        .check([
            ("lr", ParamValue::Float(lr)),
            ("layers", ParamValue::Int(3)),
            ("optimizer", ParamValue::Text("adam".into())),
            ("augment", ParamValue::Bool(true)),
        ])
        .unwrap()
}

pub(crate) fn worker_info(pid: u32) -> WorkerInfo {
    WorkerInfo {
        host: "node".into(),
        pid,
        process_start: 17,
        device: "cpu".into(),
        engine: "0.1.0".into(),
    }
}

pub(crate) fn at(microseconds: i64) -> Timestamp {
    Timestamp(microseconds)
}

pub(crate) fn worker(store: &mut dyn Store, study: StudyId, pid: u32) -> WorkerId {
    store.register_worker(study, &worker_info(pid), None, at(1_000)).unwrap()
}

/// Asks for a trial and gives it parameters.
pub(crate) fn ask(store: &mut dyn Store, study: StudyId) -> TrialNumber {
    let asked = store.reserve(study, None, at(1)).unwrap().unwrap();
    store.set_params(study, asked.number, &params(0.1), &Origin::Sobol, 1).unwrap();
    asked.number
}

/// Ends the first attempt at a trial with a value.
pub(crate) fn tell(store: &mut dyn Store, study: StudyId, number: TrialNumber, value: f64) -> u64 {
    let state = TrialState::Complete { value };
    let metrics = Metrics::from([("accuracy", value)]);
    store.finish(study, number, 1, &state, &metrics, at(2)).unwrap().0
}
