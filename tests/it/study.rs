//! The library's study: ask, tell, and what its model says.

use std::path::Path;

use surmise::Metrics;
use surmise::study::Replay;
use surmise::{
    Direction, Domain, ObjectiveSpec, Parameter, SamplerSettings, SearchSpace, SqliteOptions,
    SqliteStore, Study, StudySpec,
};

/// Final metrics of a study that measures `loss`.
fn measured(loss: f64) -> Metrics {
    Metrics::from([("loss", loss)])
}

fn bowl_spec(trials: u64) -> StudySpec {
    let unit = |name: &str| Parameter::new(name, Domain::float(0.0, 1.0).unwrap());
    StudySpec {
        study: "bowl".into(),
        direction: Direction::Minimize,
        metric: "loss".into(),
        trials,
        seed: 7,
        sampler: SamplerSettings::default(),
        space: SearchSpace::new(vec![unit("x"), unit("y")]).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    }
}

fn bowl(x: f64, y: f64) -> f64 {
    (x - 0.5).powi(2) + (y - 0.6).powi(2)
}

fn open(folder: &Path, spec: StudySpec) -> Study {
    let store = SqliteStore::open(folder.join("studies.db"), &SqliteOptions::default()).unwrap();
    Study::open_or_create(Box::new(store), spec).unwrap()
}

fn run(study: &mut Study) {
    study.optimize(|trial| Ok(bowl(trial.f64("x")?, trial.f64("y")?))).unwrap();
}

/// Most trials of a converged study lie at the optimum. The model must still know the rest, or its
/// pictures mean nothing.
#[test]
fn the_model_of_a_converged_study_describes_the_whole_space() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = open(folder.path(), bowl_spec(40));
    run(&mut study);
    let trials = study.trials().unwrap();
    let model = study.model().unwrap().unwrap();
    let space = study.spec().space.clone();
    let measured = trials
        .iter()
        .map(|t| model.predict(t.params.as_ref().unwrap()).standard_error)
        .fold(0.0, f64::max);
    let mut elsewhere: f64 = 0.0;
    for i in 0..=10 {
        for j in 0..=10 {
            let params = space.decode(&[f64::from(i) / 10.0, f64::from(j) / 10.0]);
            let p = model.predict(&params);
            let truth = bowl(params.f64("x").unwrap(), params.f64("y").unwrap());
            assert!(
                (p.mean - truth).abs() < 4.0 * p.standard_error + 0.01,
                "{params}: {truth} but {p:?}"
            );
            elsewhere = elsewhere.max(p.standard_error);
        }
    }
    assert!(measured < elsewhere, "{measured} at measured points, {elsewhere} elsewhere");
}

#[test]
fn a_trial_left_by_a_process_that_is_gone_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    // A process of this host that is surely gone.
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let (here, pid) = (surmise::process::ProcessScope::here(), child.id());
    child.wait().unwrap();
    let mut study = open(folder.path(), bowl_spec(5));
    let id = study.id();
    let info = surmise::trial::WorkerInfo {
        host: here.host,
        boot: here.boot,
        pid_namespace: here.pid_namespace,
        pid,
        process_start: 1,
        device: "cpu".into(),
        engine: "0".into(),
    };
    let far = surmise::trial::Timestamp(i64::MAX);
    let now = surmise::trial::Timestamp::now();
    let gone = study.store().register_worker(id, &info, None, far).unwrap();
    let left = study.store().reserve(id, Some(gone), now).unwrap().unwrap();
    let asked = study.ask().unwrap().unwrap();
    assert_eq!(asked.number, left.number);
}

#[test]
fn what_the_user_adds_counts_and_what_is_outside_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = open(folder.path(), bowl_spec(8));
    study.add([("x", 0.5.into()), ("y", 0.6.into())], measured(0.0)).unwrap();
    let enqueued = study.enqueue([("y", 0.25.into()), ("x", 1.0.into())]).unwrap();
    assert!(study.add([("x", 2.0.into()), ("y", 0.0.into())], measured(0.0)).is_err());
    assert!(study.enqueue([("x", 0.5.into())]).is_err());
    let first = study.ask().unwrap().unwrap();
    assert_eq!((first.number, first.params.f64("x")), (enqueued, Some(1.0)));
    study.tell_value(&first, f64::NAN).unwrap();
    run(&mut study);
    let trials = study.trials().unwrap();
    assert_eq!(trials.len(), 8);
    assert_eq!(study.best().unwrap().unwrap().number, trials[0].number);
    let failure = &trials[1].state;
    assert!(matches!(failure, surmise::TrialState::Failed(f) if f.reason == "`loss` was NaN"));
    let Replay { compared, mismatches, .. } = study.replay(|_| {}).unwrap();
    assert_eq!((compared, mismatches.len()), (6, 0));
}

/// A tree of seven feasible points: kinds with settings of their own, and a limit.
fn finite_spec(sampler: SamplerSettings, trials: u64) -> StudySpec {
    let text = "
study: finite
direction: minimize
trials: 1
space:
  kind: [a, b, c]
  size: { low: 1, high: 3, when: { kind: [b, c] } }
  deep: { type: bool, when: \"kind == 'c' and size > 1\" }
constraints: [\"size < 3 or not deep\", \"size != 2 or kind != 'b'\"]
objective: { type: external }
";
    let spec = StudySpec::parse(text, "finite.yaml").unwrap();
    assert_eq!(spec.space.cardinality(), Some(7));
    StudySpec { trials, sampler, ..spec }
}

fn all_samplers() -> [SamplerSettings; 3] {
    [SamplerSettings::Sobol, SamplerSettings::Random, SamplerSettings::default()]
}

#[test]
fn a_finite_study_ends_when_all_points_have_been_tried() {
    for sampler in all_samplers() {
        let folder = tempfile::tempdir().unwrap();
        let mut study = open(folder.path(), finite_spec(sampler, 50));
        // A point the user adds is tried, one that is tried twice counts once.
        study.add([("kind", "a".into())], measured(1.0)).unwrap();
        study.enqueue([("kind", "a".into())]).unwrap();
        let mut asked = Vec::new();
        while let Some(trial) = study.ask().unwrap() {
            assert!(asked.len() < 7, "{} once more", trial.params);
            study.tell_value(&trial, 2.0).unwrap();
            asked.push(trial.params);
        }
        assert_eq!(asked.len(), 7, "the enqueued one and the six others");
        assert_eq!(study.used_up().unwrap(), Some(7));
        let summary = study.summary().unwrap();
        assert_eq!((summary.counts.total(), study.most_trials(&summary).unwrap()), (8, 8));
        let Replay { compared, mismatches, .. } = study.replay(|_| {}).unwrap();
        assert_eq!((compared, mismatches.len()), (6, 0));
    }
}

/// Several processes ask at once, each holding its trials for a while: no point is given out twice and
/// none is left.
#[test]
fn a_finite_space_is_shared_by_all_who_ask() {
    for sampler in all_samplers() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), finite_spec(sampler.clone(), 50));
        let work = || {
            let mut study = open(folder.path(), finite_spec(sampler.clone(), 50));
            let (mut held, mut points) = (Vec::new(), Vec::new());
            while let Some(trial) = study.ask().unwrap() {
                points.push(trial.params.to_string());
                held.push(trial);
                if held.len() == 2 {
                    study.tell(&held.remove(0), Ok(surmise::Outcome::Pruned)).unwrap();
                }
            }
            for trial in held {
                study.tell_value(&trial, 1.0).unwrap();
            }
            points
        };
        let mut points: Vec<String> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        points.sort();
        assert_eq!(points.len(), 7, "{points:?}");
        points.dedup();
        assert_eq!(points.len(), 7, "{points:?}");
    }
}

#[test]
fn a_conditional_constrained_study_replays() {
    let text = "
study: tree
direction: minimize
trials: 24
seed: 9
space:
  kind: [a, b]
  x: { low: 1e-3, high: 1.0, log: true }
  y: { low: 0.0, high: 1.0, when: { kind: b } }
constraints: [\"x * y < 0.1\", \"log10(x) < -0.5\"]
enqueue:
  - { kind: b, x: 0.01, y: 0.5 }
objective: { type: external }
";
    for sampler in [SamplerSettings::Sobol, SamplerSettings::Random] {
        let folder = tempfile::tempdir().unwrap();
        let spec = StudySpec::parse(text, "tree.yaml").unwrap();
        let mut study = open(folder.path(), StudySpec { sampler, ..spec });
        while let Some(trial) = study.ask().unwrap() {
            let (x, y) = (trial.params.f64("x").unwrap(), trial.params.f64("y"));
            assert_eq!(y.is_some(), trial.params.str("kind") == Some("b"));
            assert!(x * y.unwrap_or(0.0) < 0.1 && x.log10() < -0.5, "{}", trial.params);
            study.tell_value(&trial, x).unwrap();
        }
        let Replay { compared, mismatches, .. } = study.replay(|_| {}).unwrap();
        assert_eq!((compared, mismatches.len()), (23, 0));
        assert_eq!(study.used_up().unwrap(), None);
    }
}

#[test]
fn a_study_without_a_feasible_point_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let unit = Parameter::new("x", Domain::float(0.0, 1.0).unwrap());
    let space = SearchSpace::with_constraints(vec![unit], vec!["x > 2".into()]).unwrap();
    let spec = StudySpec { space, ..bowl_spec(5) };
    let store = SqliteStore::open(folder.path().join("studies.db"), &SqliteOptions::default());
    let error = Study::open_or_create(Box::new(store.unwrap()), spec).err().unwrap().to_string();
    assert!(error.contains("none of 131072 quasi-random points"), "{error}");
    let mut store =
        SqliteStore::open(folder.path().join("studies.db"), &SqliteOptions::default()).unwrap();
    assert!(surmise::Store::studies(&mut store).unwrap().is_empty());
}
