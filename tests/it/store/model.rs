//! Random operations on a store give what they give on a plain list of trials.

use proptest::prelude::*;
use surmise::store::{HistoryRow, LossPolicy, Reservation, Store, StoreError, StudyId, WorkerId};
use surmise::trial::{
    Annotations, Attempt, AttemptOutcome, EventNumber, Failure, FailureKind, Launch, Metrics,
    Origin, Report, Timestamp, Trial, TrialNumber, TrialState,
};

use super::support::{at, params, spec, sqlite, worker, worker_info};

/// Workers the operations choose from.
const WORKERS: usize = 3;
/// Budget at the beginning.
const BUDGET: u64 = 6;

#[derive(Clone, Debug)]
enum Operation {
    Reserve(Option<usize>),
    SetParams(u64, f64),
    Report(u64, u32, u64, f64),
    Finish(u64, u32, End),
    Insert(f64, Option<End>),
    Release(Vec<usize>, Option<u32>),
    SetBudget(u64),
    History(u64, u64, u64),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete(f64),
    Pruned,
    Failed,
}

impl End {
    fn state(self) -> TrialState {
        match self {
            Self::Complete(value) => TrialState::Complete { value },
            Self::Pruned => TrialState::Pruned,
            Self::Failed => TrialState::Failed(Failure {
                kind: FailureKind::TimedOut,
                reason: "after 10 s".into(),
            }),
        }
    }
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let number = || 0..9u64;
    let attempt = || 1..3u32;
    let end = || {
        prop_oneof![
            4 => (-1e9..1e9).prop_map(End::Complete),
            1 => Just(End::Pruned),
            1 => Just(End::Failed),
        ]
    };
    // Few values, so that equal parameters are stored again at times.
    let lr = || prop_oneof![Just(0.1), Just(0.25)];
    let worker = || 0..WORKERS;
    let operation = prop_oneof![
        4 => prop::option::weighted(0.8, worker()).prop_map(Operation::Reserve),
        4 => (number(), lr()).prop_map(|(n, lr)| Operation::SetParams(n, lr)),
        2 => (number(), attempt(), 0..4u64, -1.0..1.0)
            .prop_map(|(n, a, s, v)| Operation::Report(n, a, s, v)),
        4 => (number(), attempt(), end()).prop_map(|(n, a, e)| Operation::Finish(n, a, e)),
        1 => (lr(), prop::option::of(end())).prop_map(|(lr, e)| Operation::Insert(lr, e)),
        2 => (prop::collection::vec(worker(), 0..3), prop::option::of(1..3u32))
            .prop_map(|(w, b)| Operation::Release(w, b)),
        1 => (1..9u64).prop_map(Operation::SetBudget),
        2 => (number(), 0..12u64, 0..12u64).prop_map(|(n, s, k)| Operation::History(n, s, k)),
    ];
    prop::collection::vec(operation, 1..60)
}

/// What an operation gave, in a form that two implementations share.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done,
    Reserved(Option<Reservation>),
    Event(EventNumber),
    Number(TrialNumber),
    Numbers(Vec<TrialNumber>),
    Rows(Vec<HistoryRow>),
    Refused(String),
}

/// A study as a list of trials.
struct Model {
    budget: u64,
    trials: Vec<Trial>,
    holders: Vec<Option<usize>>,
    losses: Vec<u32>,
    /// Events so far; the first is the declaration.
    events: u64,
}

impl Model {
    fn event(&mut self) -> EventNumber {
        self.events += 1;
        EventNumber(self.events)
    }

    fn add(&mut self, trial: Trial, holder: Option<usize>) {
        self.trials.push(trial);
        self.holders.push(holder);
        self.losses.push(0);
    }

    fn new_trial(&self, now: Timestamp) -> Trial {
        Trial {
            number: TrialNumber(self.trials.len() as u64),
            params: None,
            origin: None,
            state: TrialState::Queued,
            engine_revision: None,
            saw: EventNumber(self.events),
            ended: None,
            asked_at: now,
            finished_at: None,
            metrics: Metrics::new(),
            reports: Vec::new(),
            attempts: Vec::new(),
            annotations: Annotations::default(),
        }
    }

    fn end(&mut self, i: usize, state: TrialState, now: Timestamp) -> EventNumber {
        let event = self.event();
        let outcome = match &state {
            TrialState::Complete { .. } => AttemptOutcome::Complete,
            TrialState::Pruned => AttemptOutcome::Pruned,
            TrialState::Failed(f) if f.kind == FailureKind::WorkerLost => {
                AttemptOutcome::WorkerLost
            }
            _ => AttemptOutcome::Failed,
        };
        self.end_attempt(i, outcome, now);
        let trial = &mut self.trials[i];
        trial.metrics = metrics(&state);
        trial.state = state;
        trial.ended = Some(event);
        trial.finished_at = Some(now);
        event
    }

    fn end_attempt(&mut self, i: usize, outcome: AttemptOutcome, now: Timestamp) {
        if let Some(attempt) = self.trials[i].attempts.last_mut() {
            (attempt.outcome, attempt.ended_at) = (Some(outcome), Some(now));
        }
    }

    fn running(&self, n: u64, attempt: u32) -> Result<usize, Outcome> {
        let refused = |name: &str| Err(Outcome::Refused(name.into()));
        match self.trials.get(n as usize) {
            None => refused("NoSuchTrial"),
            Some(t) if t.state.is_finished() => refused("Finished"),
            Some(t) if t.state == TrialState::Queued => refused("NotRunning"),
            Some(t) if t.attempts.len() as u32 != attempt => refused("Superseded"),
            Some(_) => Ok(n as usize),
        }
    }

    fn reserve(&mut self, holder: Option<usize>, now: Timestamp) -> Option<Reservation> {
        let queued = self.trials.iter().position(|t| t.state == TrialState::Queued);
        let i = match queued {
            Some(i) => i,
            None if self.trials.len() as u64 >= self.budget => return None,
            None => {
                self.add(self.new_trial(now), None);
                self.trials.len() - 1
            }
        };
        self.holders[i] = holder;
        let trial = &mut self.trials[i];
        trial.state = TrialState::Running;
        trial.attempts.push(Attempt {
            number: trial.attempts.len() as u32 + 1,
            worker: holder.map(|w| worker_info(w as u32)),
            started_at: Some(now),
            ended_at: None,
            outcome: None,
            launch: Launch::default(),
        });
        trial.reports.clear();
        Some(Reservation {
            number: trial.number,
            saw: trial.saw,
            params: trial.params.clone(),
            attempt: trial.attempts.len() as u32,
        })
    }

    fn history(&self, number: u64, seen: u64, known: u64) -> Vec<HistoryRow> {
        let row = |t: &Trial, shown: bool| HistoryRow {
            number: t.number,
            params: t.params.clone(),
            saw: t.saw,
            ended: t.ended.filter(|_| shown),
            value: t.state.value().filter(|_| shown),
        };
        let place = |t: &Trial| t.ended.map_or(u64::MAX, |s| s.0);
        let mut finished: Vec<&Trial> =
            self.trials.iter().filter(|t| place(t) > known && place(t) <= seen).collect();
        finished.sort_by_key(|t| place(t));
        let pending = self.trials.iter().filter(|t| t.number.0 < number && place(t) > seen);
        let finished = finished.into_iter().map(|t| row(t, true));
        finished.chain(pending.map(|t| row(t, false))).collect()
    }

    fn apply(&mut self, operation: &Operation, now: Timestamp) -> Outcome {
        self.try_apply(operation, now).unwrap_or_else(|refused| refused)
    }

    fn try_apply(&mut self, operation: &Operation, now: Timestamp) -> Result<Outcome, Outcome> {
        let refused = |name: &str| Err(Outcome::Refused(name.into()));
        Ok(match operation {
            Operation::Reserve(holder) => Outcome::Reserved(self.reserve(*holder, now)),
            Operation::SetParams(n, lr) => {
                let Some(trial) = self.trials.get_mut(*n as usize) else {
                    return refused("NoSuchTrial");
                };
                match &trial.params {
                    Some(stored) if *stored == params(*lr) => {}
                    Some(_) => return refused("OtherParams"),
                    None if trial.state.is_finished() => return refused("Finished"),
                    None => {
                        trial.params = Some(params(*lr));
                        trial.origin = Some(Origin::Sobol);
                        trial.engine_revision = Some(1);
                    }
                }
                Outcome::Done
            }
            Operation::Report(n, attempt, step, value) => {
                let i = self.running(*n, *attempt)?;
                let event = self.event();
                let reports = &mut self.trials[i].reports;
                reports.retain(|r| r.step != *step);
                reports.push(Report::one(*step, "accuracy", *value));
                reports.sort_by_key(|r| r.step);
                Outcome::Event(event)
            }
            Operation::Finish(n, attempt, end) => {
                let i = self.running(*n, *attempt)?;
                if matches!(end, End::Complete(_)) && self.trials[i].params.is_none() {
                    return refused("Invalid");
                }
                Outcome::Event(self.end(i, end.state(), now))
            }
            Operation::Insert(lr, end) => {
                let trial = Trial {
                    params: Some(params(*lr)),
                    origin: Some(Origin::User),
                    ..self.new_trial(now)
                };
                self.add(trial, None);
                let i = self.trials.len() - 1;
                if let Some(end) = end {
                    self.end(i, end.state(), now);
                }
                Outcome::Number(TrialNumber(i as u64))
            }
            Operation::Release(workers, max_losses) => {
                let held = |holder: &Option<usize>| holder.is_some_and(|w| workers.contains(&w));
                let touched: Vec<usize> = (0..self.trials.len())
                    .filter(|&i| self.trials[i].state == TrialState::Running)
                    .filter(|&i| held(&self.holders[i]))
                    .collect();
                for &i in &touched {
                    self.losses[i] += u32::from(max_losses.is_some());
                    if max_losses.is_some_and(|max| self.losses[i] >= max) {
                        let failure =
                            Failure { kind: FailureKind::WorkerLost, reason: "gone".into() };
                        self.end(i, TrialState::Failed(failure), now);
                    } else {
                        let outcome = match max_losses {
                            Some(_) => AttemptOutcome::WorkerLost,
                            None => AttemptOutcome::Released,
                        };
                        self.end_attempt(i, outcome, now);
                        self.holders[i] = None;
                        self.trials[i].state = TrialState::Queued;
                    }
                }
                let numbers = touched.iter().map(|&i| TrialNumber(i as u64));
                Outcome::Numbers(numbers.collect())
            }
            Operation::SetBudget(trials) => {
                self.budget = *trials;
                Outcome::Done
            }
            Operation::History(n, seen, known) => Outcome::Rows(self.history(*n, *seen, *known)),
        })
    }
}

/// Final metrics that go with a state.
fn metrics(state: &TrialState) -> Metrics {
    let value = state.value().into_iter();
    value.flat_map(|value| [("accuracy", value), ("twice", 2.0 * value)]).collect()
}

fn perform(
    store: &mut dyn Store,
    id: StudyId,
    workers: &[WorkerId],
    operation: &Operation,
    now: Timestamp,
) -> Outcome {
    let result = match operation {
        Operation::Reserve(holder) => {
            store.reserve(id, holder.map(|w| workers[w]), now).map(Outcome::Reserved)
        }
        Operation::SetParams(n, lr) => store
            .set_params(id, TrialNumber(*n), &params(*lr), &Origin::Sobol, 1)
            .map(|()| Outcome::Done),
        Operation::Report(n, attempt, step, value) => {
            let report = Report::one(*step, "accuracy", *value);
            store.report(id, TrialNumber(*n), *attempt, &report, now).map(Outcome::Event)
        }
        Operation::Finish(n, attempt, end) => {
            let state = end.state();
            store
                .finish(id, TrialNumber(*n), *attempt, &state, &metrics(&state), now)
                .map(Outcome::Event)
        }
        Operation::Insert(lr, end) => {
            let state = end.map_or(TrialState::Queued, End::state);
            store.insert(id, &params(*lr), &state, &metrics(&state), now).map(Outcome::Number)
        }
        Operation::Release(chosen, max_losses) => {
            let chosen: Vec<WorkerId> = chosen.iter().map(|&w| workers[w]).collect();
            let policy =
                max_losses.map(|max_losses| LossPolicy { max_losses, reason: "gone".into() });
            store.release(id, &chosen, policy.as_ref(), now).map(Outcome::Numbers)
        }
        Operation::SetBudget(trials) => store.set_budget(id, *trials).map(|()| Outcome::Done),
        Operation::History(n, seen, known) => store
            .history(id, TrialNumber(*n), EventNumber(*seen), EventNumber(*known))
            .map(Outcome::Rows),
    };
    result.unwrap_or_else(|error| {
        Outcome::Refused(
            match error {
                StoreError::NoSuchTrial { .. } => "NoSuchTrial",
                StoreError::Finished { .. } => "Finished",
                StoreError::NotRunning { .. } => "NotRunning",
                StoreError::Superseded { .. } => "Superseded",
                StoreError::OtherParams { .. } => "OtherParams",
                StoreError::Invalid { .. } => "Invalid",
                other => panic!("{other:?}"),
            }
            .into(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_store_does_what_a_list_of_trials_does(operations in operations()) {
        let (mut store, _alive) = sqlite();
        let mut declared = spec("study");
        declared.trials = BUDGET;
        let id = store.create_study(&declared, at(0)).unwrap();
        // Another study beside it, which nothing may touch.
        let other = store.create_study(&spec("other"), at(0)).unwrap();
        let bystander = worker(&mut store, other, 0);
        store.reserve(other, Some(bystander), at(0)).unwrap();
        let untouched = store.trials(other).unwrap();

        let workers: Vec<WorkerId> =
            (0..WORKERS).map(|w| worker(&mut store, id, w as u32)).collect();
        let mut model = Model {
            budget: BUDGET,
            trials: Vec::new(),
            holders: Vec::new(),
            losses: Vec::new(),
            events: 1,
        };
        for (i, operation) in operations.iter().enumerate() {
            let now = at(1 + i as i64);
            let expected = model.apply(operation, now);
            let found = perform(&mut store, id, &workers, operation, now);
            prop_assert_eq!(found, expected, "operation {}: {:?}", i, operation);
        }

        prop_assert_eq!(&store.trials(id).unwrap(), &model.trials);
        prop_assert_eq!(store.trials(other).unwrap(), untouched);
        let holding: Vec<(WorkerId, TrialNumber)> = store
            .workers(id)
            .unwrap()
            .into_iter()
            .map(|w| (w.id, w.trial))
            .collect();
        let running = model.trials.iter().zip(&model.holders);
        let expected: Vec<(WorkerId, TrialNumber)> = running
            .filter(|(t, _)| t.state == TrialState::Running)
            .filter_map(|(t, holder)| Some((workers[(*holder)?], t.number)))
            .collect();
        prop_assert_eq!(holding, expected);
        let summary = store.summary(id).unwrap();
        let count = |name: &str| {
            model.trials.iter().filter(|t| t.state.name() == name).count() as u64
        };
        prop_assert_eq!(summary.budget, model.budget);
        prop_assert_eq!(summary.last_event, EventNumber(model.events));
        prop_assert_eq!(summary.counts.queued, count("queued"));
        prop_assert_eq!(summary.counts.running, count("running"));
        prop_assert_eq!(summary.counts.complete, count("complete"));
        prop_assert_eq!(summary.counts.pruned, count("pruned"));
        prop_assert_eq!(summary.counts.failed, count("failed"));
        let best = model
            .trials
            .iter()
            .filter_map(|t| Some((t.number, t.state.value()?)))
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        prop_assert_eq!(summary.best, best);
    }
}
