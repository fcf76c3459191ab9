//! What every store promises, written against the trait so that each back end runs it.

use surmise::process::ProcessScope;
use surmise::space::ParamValue;
use surmise::spec::StudySpec;
use surmise::store::{
    AnnotationChange, HistoryRow, LossPolicy, ProcessIdentity, Store, StoreError, StudyId, WorkerId,
};
use surmise::trial::{
    Annotations, Attempt, AttemptOutcome, Direction, EventNumber, Failure, FailureKind, GitState,
    Launch, Metrics, Origin, Report, Trial, TrialNumber, TrialState, WorkerInfo,
};

use super::support::{ask, at, params, space, spec, tell, worker, worker_info};

fn study(store: &mut dyn Store) -> StudyId {
    store.create_study(&spec("study"), at(7)).unwrap()
}

fn numbers(rows: &[HistoryRow]) -> Vec<u64> {
    rows.iter().map(|row| row.number.0).collect()
}

pub(crate) fn a_study_is_found_as_declared(store: &mut dyn Store) {
    let id = study(store);
    let found = store.study("study").unwrap().unwrap();
    assert_eq!(found.id, id);
    assert_eq!(found.spec, spec("study"));
    assert_eq!(found.created_at, at(7));
    assert_eq!(store.study("stud").unwrap(), None);
}

pub(crate) fn a_name_is_taken_once(store: &mut dyn Store) {
    study(store);
    let again = store.create_study(&spec("study"), at(8));
    assert!(matches!(again, Err(StoreError::StudyExists { name }) if name == "study"));
    store.create_study(&spec("Study"), at(8)).unwrap();
    assert_eq!(store.studies().unwrap().len(), 2);
}

pub(crate) fn studies_come_by_name_with_their_counts(store: &mut dyn Store) {
    let b = store.create_study(&spec("b"), at(1)).unwrap();
    store.create_study(&spec("a"), at(2)).unwrap();
    let states = [
        TrialState::Complete { value: 0.25 },
        TrialState::Complete { value: 0.75 },
        TrialState::Complete { value: 0.5 },
        TrialState::Pruned,
        TrialState::Failed(Failure { kind: FailureKind::Exit, reason: "exit code 3".into() }),
    ];
    for (i, state) in states.iter().enumerate() {
        let number = ask(store, b);
        let now = at(100 + i as i64);
        store.finish(b, number, 1, state, &Metrics::new(), now).unwrap();
    }
    store.insert(b, &params(0.1), &TrialState::Queued, &Metrics::new(), at(9)).unwrap();
    store.insert(b, &params(0.1), &TrialState::Queued, &Metrics::new(), at(9)).unwrap();
    ask(store, b);

    let all = store.studies().unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].name, "a");
    assert_eq!(all[0].best, None);
    assert_eq!(all[0].counts, Default::default());
    assert_eq!(all[0].last_finished_at, None);
    let summary = &all[1];
    assert_eq!(*summary, store.summary(b).unwrap());
    assert_eq!(summary.name, "b");
    assert_eq!(summary.direction, Direction::Maximize);
    assert_eq!(summary.metric, "accuracy");
    assert_eq!(summary.budget, 100);
    assert_eq!(summary.created_at, at(1));
    assert_eq!(summary.best, Some((TrialNumber(1), 0.75)));
    assert_eq!(summary.last_finished_at, Some(at(104)));
    let counts = summary.counts;
    assert_eq!((counts.queued, counts.running), (1, 1));
    assert_eq!((counts.complete, counts.pruned, counts.failed), (3, 1, 1));
}

pub(crate) fn ties_go_to_the_lower_number_in_both_directions(store: &mut dyn Store) {
    for (direction, best) in [(Direction::Minimize, 1), (Direction::Maximize, 0)] {
        let spec = StudySpec { direction, ..spec(&direction.to_string()) };
        let id = store.create_study(&spec, at(1)).unwrap();
        for value in [2.0, -1.0, 2.0, -1.0, 0.5] {
            let number = ask(store, id);
            tell(store, id, number, value);
        }
        assert_eq!(store.summary(id).unwrap().best.unwrap().0, TrialNumber(best));
    }
}

pub(crate) fn a_budget_bounds_new_trials_and_can_be_extended(store: &mut dyn Store) {
    let spec = StudySpec { trials: 2, ..spec("short") };
    let id = store.create_study(&spec, at(1)).unwrap();
    ask(store, id);
    ask(store, id);
    assert_eq!(store.reserve(id, None, at(1)).unwrap(), None);
    store.set_budget(id, 3).unwrap();
    assert_eq!(store.study("short").unwrap().unwrap().spec.trials, 3);
    assert_eq!(store.summary(id).unwrap().budget, 3);
    assert_eq!(ask(store, id), TrialNumber(2));
    assert_eq!(store.reserve(id, None, at(1)).unwrap(), None);

    // What is queued counts already, so it is given out beyond the budget.
    store.set_budget(id, 1).unwrap();
    let queued =
        store.insert(id, &params(0.1), &TrialState::Queued, &Metrics::new(), at(1)).unwrap();
    let asked = store.reserve(id, None, at(1)).unwrap().unwrap();
    assert_eq!(asked.number, queued);
    assert_eq!(store.reserve(id, None, at(1)).unwrap(), None);

    let nothing = store.set_budget(id, 0);
    assert!(matches!(nothing, Err(StoreError::Invalid { .. })));
}

pub(crate) fn a_bound_below_the_budget_holds_new_trials_back(store: &mut dyn Store) {
    let id = store.create_study(&StudySpec { trials: 4, ..spec("short") }, at(1)).unwrap();
    let mut within = |most| store.reserve_within(id, None, most, at(1)).unwrap().map(|r| r.number);
    assert_eq!(within(0), None);
    assert_eq!(within(1), Some(TrialNumber(0)));
    assert_eq!(within(1), None);
    assert_eq!(within(2), Some(TrialNumber(1)));
    // What is queued is given out whatever the bound, as it is beyond the budget.
    store.insert(id, &params(0.1), &TrialState::Queued, &Metrics::new(), at(1)).unwrap();
    let mut within = |most| store.reserve_within(id, None, most, at(1)).unwrap().map(|r| r.number);
    assert_eq!(within(0), Some(TrialNumber(2)));
    assert_eq!(within(u64::MAX), Some(TrialNumber(3)));
    assert_eq!(within(u64::MAX), None);
}

pub(crate) fn enqueued_points_are_the_first_trials(store: &mut dyn Store) {
    let points = vec![params(0.1), params(0.2)];
    let spec = StudySpec { enqueue: points.clone(), ..spec("enqueued") };
    let id = store.create_study(&spec, at(1)).unwrap();
    assert_eq!(store.study("enqueued").unwrap().unwrap().spec, spec);
    assert_eq!(store.summary(id).unwrap().counts.queued, 2);
    for (number, point) in points.into_iter().enumerate() {
        let asked = store.reserve(id, None, at(2)).unwrap().unwrap();
        assert_eq!((asked.number, asked.params), (TrialNumber(number as u64), Some(point)));
        let trial = store.trial(id, asked.number).unwrap().unwrap();
        assert_eq!(trial.origin, Some(Origin::User));
    }
    assert_eq!(store.reserve(id, None, at(2)).unwrap().unwrap().params, None);
    // A name that is taken leaves no trials behind.
    assert!(store.create_study(&spec, at(3)).is_err());
    assert_eq!(store.trials(id).unwrap().len(), 3);
}

pub(crate) fn a_deleted_study_leaves_nothing(store: &mut dyn Store) {
    let id = study(store);
    let other = store.create_study(&spec("other"), at(1)).unwrap();
    for study in [id, other] {
        let worker = worker(store, study, 1);
        let asked = store.reserve(study, Some(worker), at(1)).unwrap().unwrap();
        let report = Report::one(1, "accuracy", 0.5);
        store.report(study, asked.number, 1, &report, at(1)).unwrap();
        store.finish(study, asked.number, 1, &TrialState::Pruned, &Metrics::new(), at(2)).unwrap();
        store.reserve(study, Some(worker), at(1)).unwrap().unwrap();
    }
    store.delete_study(id).unwrap();
    assert_eq!(store.study("study").unwrap(), None);
    assert!(store.trials(id).unwrap().is_empty());
    assert!(store.workers(id).unwrap().is_empty());
    assert_eq!(store.trials(other).unwrap().len(), 2);
    assert_eq!(store.workers(other).unwrap().len(), 1);

    // The name is free again, the key is not.
    let again = study(store);
    assert_ne!(again, id);
    assert!(store.trials(again).unwrap().is_empty());
}

pub(crate) fn numbers_count_up_and_what_is_seen_is_fixed_when_asked(store: &mut dyn Store) {
    let id = study(store);
    let first = store.reserve(id, None, at(1)).unwrap().unwrap();
    assert_eq!(first.number, TrialNumber(0));
    assert_eq!(first.saw, EventNumber(1), "the declaration");
    assert_eq!((first.params, first.attempt), (None, 1));
    let second = ask(store, id);
    let third = ask(store, id);
    assert_eq!((second.0, third.0), (1, 2));
    assert_eq!(tell(store, id, third, 0.5), 2);
    let report = Report::one(1, "accuracy", 0.5);
    assert_eq!(store.report(id, second, 1, &report, at(1)).unwrap(), EventNumber(3));
    assert_eq!(tell(store, id, second, 0.5), 4);
    assert_eq!(store.summary(id).unwrap().last_event, EventNumber(4));
    let fourth = store.reserve(id, None, at(1)).unwrap().unwrap();
    assert_eq!(fourth.number, TrialNumber(3));
    assert_eq!(fourth.saw, EventNumber(4));
    let stored = store.trial(id, fourth.number).unwrap().unwrap();
    assert_eq!(stored.saw, EventNumber(4));
}

pub(crate) fn parameters_come_back_to_the_bit(store: &mut dyn Store) {
    let id = study(store);
    let awkward =
        [0.1 + 0.2, 1e-6, f64::from_bits(0x3FB9_9999_9999_999B), 4.0 / 30.0, 5e-6_f64.next_up()];
    for lr in awkward {
        let number = store.reserve(id, None, at(1)).unwrap().unwrap().number;
        let origin = Origin::Model {
            acquisition: "log_ei".into(),
            acquisition_value: -1e6 * lr,
            observations: 12,
        };
        store.set_params(id, number, &params(lr), &origin, 1).unwrap();
        tell(store, id, number, lr / 3.0);
        let trial = store.trial(id, number).unwrap().unwrap();
        assert_eq!(trial.params.as_ref(), Some(&params(lr)));
        let found = trial.params.unwrap().f64("lr").unwrap();
        assert_eq!(found.to_bits(), lr.to_bits());
        assert_eq!(trial.origin, Some(origin));
        assert_eq!(trial.state.value().unwrap().to_bits(), (lr / 3.0).to_bits());
    }
}

pub(crate) fn parameters_are_stored_once(store: &mut dyn Store) {
    let id = study(store);
    let number = ask(store, id);
    store.set_params(id, number, &params(0.1), &Origin::Sobol, 1).unwrap();
    let other = store.set_params(id, number, &params(0.2), &Origin::Sobol, 1);
    assert!(matches!(other, Err(StoreError::OtherParams { .. })));
    let trial = store.trial(id, number).unwrap().unwrap();
    assert_eq!(trial.params, Some(params(0.1)));
    // Equal ones are no change, even when the trial is over.
    tell(store, id, number, 0.5);
    store.set_params(id, number, &params(0.1), &Origin::Sobol, 1).unwrap();
}

pub(crate) fn a_trial_keeps_all_it_was_told(store: &mut dyn Store) {
    let id = study(store);
    let holder = worker(store, id, 42);
    let asked = store.reserve(id, Some(holder), at(10)).unwrap().unwrap();
    let trial = store.trial(id, asked.number).unwrap().unwrap();
    assert_eq!(trial.state, TrialState::Running);
    assert_eq!((&trial.params, &trial.origin), (&None, &None));
    assert_eq!((trial.asked_at, trial.started_at()), (at(10), Some(at(10))));
    assert_eq!(trial.ended, None);

    store.set_params(id, asked.number, &params(0.3), &Origin::Random, 1).unwrap();
    let argv = Some(vec!["train".to_owned(), "--lr=0.3".into(), "a 'b'".into()]);
    let git = Some(GitState { commit: "8bfb069".repeat(6)[..40].into(), dirty: true });
    let launch = Launch { argv, git };
    store.launch(id, asked.number, 1, &launch).unwrap();
    let value = TrialState::Complete { value: 0.875 };
    let metrics = Metrics::from([("accuracy", 0.875), ("läuft \"in\" s", 1e-300)]);
    store.finish(id, asked.number, 1, &value, &metrics, at(2_500_010)).unwrap();
    let trial = store.trial(id, asked.number).unwrap().unwrap();
    assert_eq!(trial.state, value);
    assert_eq!(trial.params, Some(params(0.3)));
    assert_eq!(trial.origin, Some(Origin::Random));
    assert_eq!(trial.engine_revision, Some(1));
    assert_eq!(trial.metrics, metrics);
    assert_eq!(trial.ended, Some(EventNumber(2)));
    assert_eq!(trial.finished_at, Some(at(2_500_010)));
    assert_eq!(trial.seconds(), Some(2.5));
    assert_eq!(trial.worker(), Some(&worker_info(42)));
    let attempt = Attempt {
        number: 1,
        worker: Some(worker_info(42)),
        started_at: Some(at(10)),
        ended_at: Some(at(2_500_010)),
        outcome: Some(AttemptOutcome::Complete),
        launch,
    };
    assert_eq!(trial.attempts, [attempt]);
    assert_eq!(store.trials(id).unwrap(), [trial]);
    assert_eq!(store.trial(id, TrialNumber(1)).unwrap(), None);
}

pub(crate) fn reports_replace_one_another_by_step(store: &mut dyn Store) {
    let id = study(store);
    let (first, second) = (ask(store, id), ask(store, id));
    let mut report = |number, step, value| {
        store.report(id, number, 1, &Report::one(step, "accuracy", value), at(1)).unwrap();
    };
    report(second, 1, -1.0);
    report(first, 3, 0.3);
    report(first, 1, 0.1);
    report(first, 3, 0.35);
    let trials = store.trials(id).unwrap();
    let pairs = |i: usize| -> Vec<(u64, f64)> {
        let reports = trials[i].reports.iter();
        reports.map(|r| (r.step, r.metrics.get("accuracy").unwrap())).collect()
    };
    assert_eq!(pairs(0), [(1, 0.1), (3, 0.35)]);
    assert_eq!(pairs(1), [(1, -1.0)]);
    assert_eq!(store.trial(id, first).unwrap().unwrap(), trials[0]);
}

pub(crate) fn a_report_keeps_every_metric(store: &mut dyn Store) {
    let id = study(store);
    let number = ask(store, id);
    let mut report = |step, metrics: Metrics| {
        store.report(id, number, 1, &Report { step, metrics }, at(1)).unwrap();
    };
    report(1, Metrics::from([("loss", 0.4), ("accuracy", 0.81)]));
    report(2, Metrics::from([("accuracy", 0.82)]));
    // What comes later about a step adds to it.
    report(2, Metrics::from([("loss", 0.3)]));
    let trial = store.trial(id, number).unwrap().unwrap();
    let expected = [
        Report { step: 1, metrics: Metrics::from([("accuracy", 0.81), ("loss", 0.4)]) },
        Report { step: 2, metrics: Metrics::from([("accuracy", 0.82), ("loss", 0.3)]) },
    ];
    assert_eq!(trial.reports, expected);
    assert!(trial.metrics.is_empty());
}

pub(crate) fn running_trials_come_with_their_last_report(store: &mut dyn Store) {
    let id = study(store);
    assert!(store.running(id).unwrap().is_empty());
    let holder = worker(store, id, 1);
    let (first, second) = (ask(store, id), ask(store, id));
    let held = store.reserve(id, Some(holder), at(1)).unwrap().unwrap().number;
    let mut report = |number, step, metrics: Metrics| {
        store.report(id, number, 1, &Report { step, metrics }, at(1)).unwrap();
    };
    report(first, 7, Metrics::from([("accuracy", 0.7)]));
    report(first, 2, Metrics::from([("accuracy", 0.2), ("loss", 2.0)]));
    report(held, 1, Metrics::from([("accuracy", 0.1)]));
    tell(store, id, second, 0.5);
    let last = Report { step: 2, metrics: Metrics::from([("accuracy", 0.2), ("loss", 2.0)]) };
    let running = |store: &mut dyn Store| -> Vec<(TrialNumber, Option<Report>)> {
        store.running(id).unwrap().into_iter().map(|trial| (trial.number, trial.last)).collect()
    };
    let of_held = Some(Report::one(1, "accuracy", 0.1));
    assert_eq!(running(store), [(first, Some(last.clone())), (held, of_held)]);
    // Another attempt begins anew.
    store.release(id, &[holder], None, at(2)).unwrap();
    assert_eq!(running(store), [(first, Some(last.clone()))]);
    store.reserve(id, None, at(3)).unwrap();
    assert_eq!(running(store), [(first, Some(last)), (held, None)]);
}

pub(crate) fn annotations_change_and_nothing_else(store: &mut dyn Store) {
    let id = study(store);
    let number = ask(store, id);
    tell(store, id, number, 0.5);
    let before = store.trial(id, number).unwrap().unwrap();
    let change = |note: Option<&str>, add: &[&str], remove: &[&str]| AnnotationChange {
        note: note.map(String::from),
        add: add.iter().map(|t| (*t).into()).collect(),
        remove: remove.iter().map(|t| (*t).into()).collect(),
    };
    store.annotate(id, Some(number), &change(Some("Ω 'odd'"), &["b", "a", "b"], &[])).unwrap();
    store.annotate(id, Some(number), &change(None, &["c"], &["b", "none"])).unwrap();
    let after = store.trial(id, number).unwrap().unwrap();
    assert_eq!(after.annotations.note, "Ω 'odd'");
    assert_eq!(after.annotations.tags, ["a", "c"].map(String::from).into());
    assert_eq!(Trial { annotations: Annotations::default(), ..after }, before);

    store.annotate(id, None, &change(Some("of the study"), &["x"], &[])).unwrap();
    let annotations = store.summary(id).unwrap().annotations;
    assert_eq!(annotations.note, "of the study");
    assert_eq!(annotations.tags, ["x"].map(String::from).into());
    store.annotate(id, None, &change(Some(""), &[], &["x"])).unwrap();
    assert_eq!(store.summary(id).unwrap().annotations, Annotations::default());

    let missing = store.annotate(id, Some(TrialNumber(9)), &change(None, &["x"], &[]));
    assert!(matches!(missing, Err(StoreError::NoSuchTrial { .. })));
}

pub(crate) fn every_end_is_kept(store: &mut dyn Store) {
    let id = study(store);
    let kinds = [
        FailureKind::NotStarted,
        FailureKind::Exit,
        FailureKind::NoMetric,
        FailureKind::NotANumber,
        FailureKind::TimedOut,
        FailureKind::Diverged,
        FailureKind::OutOfMemory,
        FailureKind::Error,
        FailureKind::WorkerLost,
    ];
    let mut states = vec![
        TrialState::Complete { value: -0.0 },
        TrialState::Complete { value: f64::MAX },
        TrialState::Complete { value: f64::MIN },
        TrialState::Complete { value: f64::from_bits(1) },
        TrialState::Pruned,
    ];
    states.extend(kinds.map(|kind| {
        TrialState::Failed(Failure {
            kind,
            reason: format!("{kind}: 'Traceback'\nΩ \u{0} {}", "x".repeat(10_000)),
        })
    }));
    for state in &states {
        let number = ask(store, id);
        store.finish(id, number, 1, state, &Metrics::new(), at(5)).unwrap();
    }
    let found: Vec<TrialState> =
        store.trials(id).unwrap().into_iter().map(|trial| trial.state).collect();
    assert_eq!(found, states);
}

pub(crate) fn a_finished_trial_never_changes(store: &mut dyn Store) {
    let id = study(store);
    let holder = worker(store, id, 1);
    let asked = store.reserve(id, Some(holder), at(1)).unwrap().unwrap();
    let number = asked.number;
    let lost =
        TrialState::Failed(Failure { kind: FailureKind::Error, reason: "no suggestion".into() });
    store.finish(id, number, 1, &lost, &Metrics::new(), at(2)).unwrap();
    let before = store.trial(id, number).unwrap();

    let report = Report::one(9, "accuracy", 0.5);
    let complete = TrialState::Complete { value: 1.0 };
    let refusals = [
        store.report(id, number, 1, &report, at(1)).map(drop),
        store.launch(id, number, 1, &Launch::default()),
        store.finish(id, number, 1, &complete, &Metrics::new(), at(3)).map(drop),
        store.set_params(id, number, &params(0.1), &Origin::Sobol, 1),
    ];
    for refusal in refusals {
        match refusal {
            Err(StoreError::Finished { number: n, state }) => {
                assert_eq!((n, state.as_str()), (number, "failed"));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(store.release(id, &[holder], None, at(4)).unwrap().is_empty());
    assert_eq!(store.trial(id, number).unwrap(), before);
}

pub(crate) fn a_superseded_worker_is_refused(store: &mut dyn Store) {
    let id = study(store);
    let (slow, quick) = (worker(store, id, 1), worker(store, id, 2));
    let number = store.reserve(id, Some(slow), at(1)).unwrap().unwrap().number;
    store.set_params(id, number, &params(0.1), &Origin::Sobol, 1).unwrap();
    let report = Report::one(1, "accuracy", 0.5);
    let complete = TrialState::Complete { value: 1.0 };
    store.report(id, number, 1, &report, at(1)).unwrap();

    store.release(id, &[slow], None, at(2)).unwrap();
    let waiting = store.report(id, number, 1, &report, at(1));
    assert!(matches!(waiting, Err(StoreError::NotRunning { .. })));
    let waiting = store.finish(id, number, 1, &complete, &Metrics::new(), at(3));
    assert!(matches!(waiting, Err(StoreError::NotRunning { .. })));

    let again = store.reserve(id, Some(quick), at(4)).unwrap().unwrap();
    assert_eq!((again.number, again.attempt), (number, 2));
    assert_eq!(again.params, Some(params(0.1)));
    for refusal in [
        store.report(id, number, 1, &report, at(1)).map(drop),
        store.launch(id, number, 1, &Launch::default()),
        store.finish(id, number, 1, &complete, &Metrics::new(), at(5)).map(drop),
    ] {
        match refusal {
            Err(StoreError::Superseded { attempt, current, .. }) => {
                assert_eq!((attempt, current), (1, 2))
            }
            other => panic!("{other:?}"),
        }
    }
    let trial = store.trial(id, number).unwrap().unwrap();
    assert_eq!(trial.worker(), Some(&worker_info(2)));
    assert!(trial.reports.is_empty(), "reports of the attempt before");
    let outcomes: Vec<_> = trial.attempts.iter().map(|a| (a.number, a.outcome)).collect();
    assert_eq!(outcomes, [(1, Some(AttemptOutcome::Released)), (2, None)]);
    store.finish(id, number, 2, &complete, &Metrics::new(), at(6)).unwrap();
}

pub(crate) fn a_released_trial_keeps_number_parameters_and_what_it_saw(store: &mut dyn Store) {
    let id = study(store);
    let holder = worker(store, id, 1);
    let done = ask(store, id);
    let held = store.reserve(id, Some(holder), at(1)).unwrap().unwrap();
    assert_eq!(held.saw, EventNumber(1));
    tell(store, id, done, 0.5);
    let released = store.release(id, &[holder], None, at(2)).unwrap();
    assert_eq!(released, [held.number]);
    let trial = store.trial(id, held.number).unwrap().unwrap();
    assert_eq!(trial.state, TrialState::Queued);
    assert_eq!((trial.started_at(), trial.worker()), (None, None));

    let again = store.reserve(id, None, at(3)).unwrap().unwrap();
    assert_eq!(again.number, held.number);
    assert_eq!(again.saw, EventNumber(1));
    assert_eq!((again.params, again.attempt), (None, 2));
    // Nobody's trial any longer.
    assert!(store.release(id, &[holder], None, at(4)).unwrap().is_empty());
}

pub(crate) fn a_trial_that_loses_too_many_workers_fails(store: &mut dyn Store) {
    let id = study(store);
    let policy = LossPolicy { max_losses: 2, reason: "killed by signal 9".into() };
    let other = worker(store, id, 9);
    let bystander = store.reserve(id, Some(other), at(1)).unwrap().unwrap();
    let first = worker(store, id, 1);
    let held = store.reserve(id, Some(first), at(1)).unwrap().unwrap();
    let touched = store.release(id, &[first], Some(&policy), at(2)).unwrap();
    assert_eq!(touched, [held.number]);
    // Given back without a policy, a loss is not counted.
    let second = worker(store, id, 2);
    store.reserve(id, Some(second), at(3)).unwrap().unwrap();
    store.release(id, &[second], None, at(4)).unwrap();
    store.reserve(id, Some(second), at(5)).unwrap().unwrap();
    store.release(id, &[second], Some(&policy), at(6)).unwrap();

    let trial = store.trial(id, held.number).unwrap().unwrap();
    let failure = Failure { kind: FailureKind::WorkerLost, reason: "killed by signal 9".into() };
    assert_eq!(trial.state, TrialState::Failed(failure));
    use AttemptOutcome::{Released, WorkerLost};
    let outcomes: Vec<_> = trial.attempts.iter().filter_map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [WorkerLost, Released, WorkerLost]);
    assert_eq!(trial.ended, Some(EventNumber(2)));
    assert_eq!(trial.finished_at, Some(at(6)));
    let trial = store.trial(id, bystander.number).unwrap().unwrap();
    assert_eq!(trial.state, TrialState::Running);
}

pub(crate) fn only_workers_that_hold_a_trial_are_told(store: &mut dyn Store) {
    let id = study(store);
    let supervisor = ProcessIdentity { scope: scope(&worker_info(1)), pid: 5, start: 99 };
    let supervised =
        store.register_worker(id, &worker_info(1), Some(&supervisor), at(1_000)).unwrap();
    let idle = worker(store, id, 2);
    assert!(store.workers(id).unwrap().is_empty());
    let asked = store.reserve(id, Some(supervised), at(1)).unwrap().unwrap();
    store.renew_lease(supervised, at(2_000)).unwrap();
    store.renew_lease(idle, at(3_000)).unwrap();
    let holding = store.workers(id).unwrap();
    assert_eq!(holding.len(), 1);
    assert_eq!(holding[0].id, supervised);
    assert_eq!(holding[0].info, worker_info(1));
    assert_eq!(holding[0].supervisor, Some(supervisor));
    assert_eq!(holding[0].lease_until, at(2_000));
    assert_eq!(holding[0].trial, asked.number);
    store.finish(id, asked.number, 1, &TrialState::Pruned, &Metrics::new(), at(4)).unwrap();
    assert!(store.workers(id).unwrap().is_empty());
}

fn scope(info: &WorkerInfo) -> ProcessScope {
    let WorkerInfo { host, boot, pid_namespace, .. } = info.clone();
    ProcessScope { host, boot, pid_namespace }
}

pub(crate) fn a_worker_comes_back_with_its_boot_and_pid_namespace(store: &mut dyn Store) {
    let id = study(store);
    let known = worker_info(1);
    assert!(known.boot.is_some() && known.pid_namespace.is_some());
    let unknown = WorkerInfo { boot: None, pid_namespace: None, ..known.clone() };
    for info in [known, unknown] {
        let process =
            ProcessIdentity { scope: scope(&info), pid: info.pid, start: info.process_start };
        let parent = ProcessIdentity { pid: 5, ..process.clone() };
        let worker = store.register_worker(id, &info, Some(&parent), at(1_000)).unwrap();
        let asked = store.reserve(id, Some(worker), at(1)).unwrap().unwrap();
        let holding = store.workers(id).unwrap().pop().unwrap();
        assert_eq!((holding.id, &holding.info), (worker, &info));
        assert_eq!(holding.process(), process);
        // A worker's parent is in the worker's scope.
        assert_eq!(holding.supervisor, Some(parent));
        let trial = store.trial(id, asked.number).unwrap().unwrap();
        assert_eq!(trial.worker(), Some(&info));
    }
}

pub(crate) fn history_is_what_was_finished_then_what_was_pending(store: &mut dyn Store) {
    let id = study(store);
    for _ in 0..5 {
        ask(store, id);
    }
    tell(store, id, TrialNumber(3), 0.3);
    tell(store, id, TrialNumber(1), 0.1);
    let unsuggested = store.reserve(id, None, at(1)).unwrap().unwrap(); // number 5, sees both
    let asked = store.reserve(id, None, at(1)).unwrap().unwrap(); // number 6, sees both
    let rows = store.history(id, asked.number, asked.saw, EventNumber(0)).unwrap();
    assert_eq!(numbers(&rows), [3, 1, 0, 2, 4, 5]);
    assert_eq!(
        rows[0],
        HistoryRow {
            number: TrialNumber(3),
            params: Some(params(0.1)),
            saw: EventNumber(1),
            ended: Some(EventNumber(2)),
            value: Some(0.3),
        }
    );
    assert_eq!((rows[2].ended, rows[2].value), (None, None));
    assert_eq!(rows[5].params, None);
    assert_eq!(rows[5].saw, unsuggested.saw);

    // What the caller knows is left out; pending rows come always.
    let rest = |store: &mut dyn Store, known| {
        let rows = store.history(id, asked.number, asked.saw, EventNumber(known)).unwrap();
        numbers(&rows)
    };
    assert_eq!(rest(store, 2), [1, 0, 2, 4, 5]);
    assert_eq!(rest(store, 3), [0, 2, 4, 5]);
}

pub(crate) fn history_does_not_change_when_pending_trials_finish(store: &mut dyn Store) {
    let id = study(store);
    for _ in 0..4 {
        ask(store, id);
    }
    tell(store, id, TrialNumber(2), 0.2);
    let asked = store.reserve(id, None, at(1)).unwrap().unwrap();
    let history =
        |store: &mut dyn Store| store.history(id, asked.number, asked.saw, EventNumber(0)).unwrap();
    let before = history(store);
    assert_eq!(numbers(&before), [2, 0, 1, 3]);
    tell(store, id, TrialNumber(0), 0.0);
    let pruned = TrialState::Pruned;
    store.finish(id, TrialNumber(3), 1, &pruned, &Metrics::new(), at(9)).unwrap();
    ask(store, id);
    assert_eq!(history(store), before);
}

pub(crate) fn users_trials_are_queued_or_finished(store: &mut dyn Store) {
    let id = study(store);
    let value = TrialState::Complete { value: 0.5 };
    let known = store.insert(id, &params(0.2), &value, &Metrics::new(), at(3)).unwrap();
    let queued =
        store.insert(id, &params(0.3), &TrialState::Queued, &Metrics::new(), at(4)).unwrap();
    assert_eq!((known.0, queued.0), (0, 1));
    let trial = store.trial(id, known).unwrap().unwrap();
    assert_eq!(trial.state, value);
    assert_eq!(trial.origin, Some(Origin::User));
    assert_eq!(trial.ended, Some(EventNumber(2)));
    assert_eq!((trial.asked_at, trial.finished_at), (at(3), Some(at(3))));
    assert_eq!((trial.attempts.len(), trial.started_at()), (0, None));

    let asked = store.reserve(id, None, at(5)).unwrap().unwrap();
    assert_eq!(asked.number, queued);
    assert_eq!(asked.saw, EventNumber(2));
    assert_eq!((asked.params, asked.attempt), (Some(params(0.3)), 1));
    let trial = store.trial(id, queued).unwrap().unwrap();
    assert_eq!((trial.asked_at, trial.started_at()), (at(4), Some(at(5))));

    let running = store.insert(id, &params(0.2), &TrialState::Running, &Metrics::new(), at(6));
    assert!(matches!(running, Err(StoreError::Invalid { .. })));
}

pub(crate) fn values_that_are_not_finite_are_refused(store: &mut dyn Store) {
    let id = study(store);
    let number = store.reserve(id, None, at(1)).unwrap().unwrap().number;
    let refused = |result: Result<(), StoreError>| match result {
        Err(StoreError::Invalid { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    // A complete trial has parameters.
    let complete = |value| TrialState::Complete { value };
    refused(store.finish(id, number, 1, &complete(1.0), &Metrics::new(), at(2)).map(drop));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let origin =
            Origin::Model { acquisition: "log_ei".into(), acquisition_value: bad, observations: 1 };
        refused(store.set_params(id, number, &params(0.1), &origin, 1));
        let report = Report::one(1, "accuracy", bad);
        refused(store.report(id, number, 1, &report, at(1)).map(drop));
        refused(store.finish(id, number, 1, &complete(bad), &Metrics::new(), at(2)).map(drop));
        refused(store.insert(id, &params(0.1), &complete(bad), &Metrics::new(), at(2)).map(drop));
    }
    for unfinished in [TrialState::Queued, TrialState::Running] {
        let reason =
            refused(store.finish(id, number, 1, &unfinished, &Metrics::new(), at(2)).map(drop));
        assert!(reason.contains(unfinished.name()), "{reason}");
    }
    // A space never makes such parameters.
    let nan = [("lr", ParamValue::Float(f64::NAN))];
    assert!(space().check(nan).is_err());
    let trials = store.trials(id).unwrap();
    assert_eq!(trials.len(), 1);
    assert_eq!(trials[0].params, None);
}

pub(crate) fn what_is_not_there_is_an_error(store: &mut dyn Store) {
    let id = study(store);
    let number = TrialNumber(3);
    let report = Report::one(1, "accuracy", 0.5);
    for missing in [
        store.report(id, number, 1, &report, at(1)).map(drop),
        store.finish(id, number, 1, &TrialState::Pruned, &Metrics::new(), at(1)).map(drop),
        store.set_params(id, number, &params(0.1), &Origin::Sobol, 1),
    ] {
        assert!(matches!(missing, Err(StoreError::NoSuchTrial { number: n }) if n == number));
    }

    let gone = StudyId(12345);
    let queued = TrialState::Queued;
    for missing in [
        store.summary(gone).map(drop),
        store.set_budget(gone, 1),
        store.delete_study(gone),
        store.register_worker(gone, &worker_info(1), None, at(1)).map(drop),
        store.release(gone, &[], None, at(1)).map(drop),
        store.reserve(gone, None, at(1)).map(drop),
        store.insert(gone, &params(0.1), &queued, &Metrics::new(), at(1)).map(drop),
        store.report(gone, number, 1, &report, at(1)).map(drop),
        store.finish(gone, number, 1, &TrialState::Pruned, &Metrics::new(), at(1)).map(drop),
        store.set_params(gone, number, &params(0.1), &Origin::Sobol, 1),
    ] {
        assert!(matches!(missing, Err(StoreError::NoSuchStudy { study }) if study == gone));
    }

    let nobody = WorkerId(777);
    let other = store.create_study(&spec("other"), at(1)).unwrap();
    let foreign = worker(store, other, 1);
    for missing in [
        store.renew_lease(nobody, at(1)),
        store.reserve(id, Some(nobody), at(1)).map(drop),
        store.reserve(id, Some(foreign), at(1)).map(drop),
    ] {
        assert!(matches!(missing, Err(StoreError::NoSuchWorker { .. })));
    }
    assert!(store.trials(id).unwrap().is_empty());
}
