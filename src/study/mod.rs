//! Ask, tell, report, best: the heart of the library.
//!
//! A [`Study`] joins a store, a declaration and a sampler. It holds no state of its own but a cache of
//! finished trials, which never change: several processes may work at one study at once.

mod evaluate;
mod exhaustion;
mod git;
mod recommend;
mod recover;
mod replay;
mod suggest;
mod user;

pub use evaluate::{Evaluated, News, trial_folder};
pub use recommend::{Candidate, Recommendation};
pub use recover::Recovery;
pub use replay::{Mismatch, Replay};

use std::collections::BTreeMap;
use std::time::Duration;

use thiserror::Error;

use crate::gp::GpError;
use crate::model::{Model, Purpose};
use crate::numeric::hash::splitmix64_stream;
use crate::objective::Outcome;
use crate::process::{ProcessScope, identify};
use crate::sampler::{self, Sampler, SamplerError};
use crate::space::{Params, SpaceError};
use crate::spec::{Difference, StudySpec};
use crate::store::{
    self, AnnotationChange, ProcessIdentity, Reservation, Store, StoreError, StudyId, StudyRecord,
    StudySummary, WorkerId,
};
use crate::trial::{
    Annotations, Direction, EventNumber, Failure, FailureKind, History, Metrics, Origin, Report,
    Timestamp, Trial, TrialNumber, TrialState, WorkerInfo,
};

use exhaustion::Tried;
use git::Git;
use suggest::Finished;

/// Why a study could not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sampler could not.
    #[error(transparent)]
    Sampler(#[from] SamplerError),
    /// The surrogate could not be fitted.
    #[error("the model could not be fitted: {0}")]
    Model(#[from] GpError),
    /// The objective cannot evaluate any trial.
    #[error("{reason}")]
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// Parameters are not in the space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The store has no study of that name.
    #[error("there is no study named `{name}`")]
    NotFound {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The stored study of that name was declared differently.
    #[error("study `{name}` is stored with another declaration")]
    Changed {
        /// The study.
        name: String,
        /// What differs.
        differences: Vec<Difference>,
    },
}

/// How long other hosts leave the trials of a process alone that asks by the library and renews no
/// lease.
const UNWATCHED_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// A trial asked for and not yet told.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedTrial {
    /// Its number in the study.
    pub number: TrialNumber,
    /// The parameters to evaluate.
    pub params: Params,
    /// Seed for everything random in its evaluation, below 2³¹.
    pub seed: u32,
    attempt: u32,
}

/// A stored study, its sampler, and what is known of its history.
pub struct Study {
    store: Box<dyn Store>,
    record: StudyRecord,
    sampler: Box<dyn Sampler>,
    finished: Finished,
    tried: Tried,
    git: Git,
    /// This process as a worker of the study, once it has asked for a trial.
    worker: Option<WorkerId>,
}

impl Study {
    /// Opens the study that `spec` names, or creates it. The same declaration resumes; a larger
    /// budget extends; a smaller one leaves the stored budget as it is. As long as no trial has
    /// finished or runs and the user has added none, the declaration may change.
    ///
    /// # Errors
    /// [`StudyError::Changed`] if the stored study was declared otherwise, with the differences;
    /// [`StudyError::Space`] if no point satisfies the constraints.
    pub fn open_or_create(mut store: Box<dyn Store>, spec: StudySpec) -> Result<Self, StudyError> {
        spec.space.feasible_point()?;
        let mut record = match store.study(&spec.study)? {
            Some(record) => record,
            None => match store.create_study(&spec, Timestamp::now()) {
                Ok(id) => created(id, &spec),
                // Another process created it just now.
                Err(StoreError::StudyExists { name }) => {
                    store.study(&name)?.ok_or(StudyError::NotFound { name, known: Vec::new() })?
                }
                Err(error) => return Err(error.into()),
            },
        };
        let differences = spec.differences(&record.spec);
        if !differences.is_empty() {
            if !is_blank(store.as_mut(), &record)? {
                return Err(StudyError::Changed { name: spec.study, differences });
            }
            // A first attempt with a mistake in it: nothing would be lost.
            let Annotations { note, tags } = store.summary(record.id)?.annotations;
            store.delete_study(record.id)?;
            let id = store.create_study(&spec, Timestamp::now())?;
            let add = tags.into_iter().collect();
            store.annotate(
                id,
                None,
                &AnnotationChange { note: Some(note), add, ..Default::default() },
            )?;
            record = created(id, &spec);
        }
        if spec.trials > record.spec.trials {
            store.set_budget(record.id, spec.trials)?;
            record.spec.trials = spec.trials;
        }
        Ok(Self::new(store, record))
    }

    /// A study that lives in memory alone, and ends with the program.
    ///
    /// # Errors
    /// [`StudyError::Space`] if no point satisfies the constraints.
    pub fn in_memory(spec: StudySpec) -> Result<Self, StudyError> {
        Self::open_or_create(store::in_memory()?, spec)
    }

    /// Opens a stored study.
    ///
    /// # Errors
    /// [`StudyError::NotFound`], with the names there are.
    pub fn open(mut store: Box<dyn Store>, name: &str) -> Result<Self, StudyError> {
        match store.study(name)? {
            Some(record) => Ok(Self::new(store, record)),
            None => {
                let known = store.studies()?.into_iter().map(|s| s.name).collect();
                Err(StudyError::NotFound { name: name.to_owned(), known })
            }
        }
    }

    fn new(store: Box<dyn Store>, record: StudyRecord) -> Self {
        let sampler = sampler::build(&record.spec.sampler, record.spec.seed);
        Self {
            store,
            record,
            sampler,
            finished: Finished::default(),
            tried: Tried::default(),
            git: Git::default(),
            worker: None,
        }
    }

    /// Changes the budget, to no less than the trials there are.
    ///
    /// # Errors
    /// From the store.
    pub fn set_budget(&mut self, trials: u64) -> Result<(), StudyError> {
        let budget = trials.max(self.summary()?.counts.total()).max(1);
        self.store.set_budget(self.record.id, budget)?;
        self.record.spec.trials = budget;
        Ok(())
    }

    /// The study's declaration, with its budget as extended.
    pub fn spec(&self) -> &StudySpec {
        &self.record.spec
    }

    /// The study's key in its store.
    pub fn id(&self) -> StudyId {
        self.record.id
    }

    /// The store the study lives in.
    pub fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// The next trial to evaluate: one left over from a process that is gone, one the user enqueued,
    /// else a new one with suggested parameters. `None` when the budget is used up, or every point of
    /// a finite space has been tried.
    ///
    /// # Errors
    /// From the store or the sampler. A number reserved before the error stays reserved.
    pub fn ask(&mut self) -> Result<Option<AskedTrial>, StudyError> {
        let worker = match self.worker {
            Some(worker) => worker,
            None => {
                self.recover()?;
                // Nobody renews this lease: that the process is gone shows on its own host.
                let lease_until =
                    Timestamp(Timestamp::now().0 + UNWATCHED_LEASE.as_micros() as i64);
                self.register("cpu", None, lease_until)?
            }
        };
        self.ask_as(worker)
    }

    /// Enters this process as a worker of the study.
    pub(crate) fn register(
        &mut self,
        device: &str,
        supervisor: Option<&ProcessIdentity>,
        lease_until: Timestamp,
    ) -> Result<WorkerId, StudyError> {
        let pid = std::process::id();
        let ProcessScope { host, boot, pid_namespace } = ProcessScope::here();
        let info = WorkerInfo {
            host,
            boot,
            pid_namespace,
            pid,
            process_start: identify(pid).map_or(0, |process| process.start),
            device: device.to_owned(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let id = self.store.register_worker(self.record.id, &info, supervisor, lease_until)?;
        self.worker = Some(id);
        Ok(id)
    }

    /// [`ask`](Self::ask) for a registered worker, which then holds the trial.
    pub(crate) fn ask_as(&mut self, worker: WorkerId) -> Result<Option<AskedTrial>, StudyError> {
        let now = Timestamp::now();
        let Some(reservation) = self.reserve(worker, now)? else {
            return Ok(None);
        };
        let Reservation { number, saw, params, attempt } = reservation;
        let params = match params {
            Some(params) => params,
            None => {
                let mut known = BTreeMap::new();
                self.suggest_and_store(number, saw, &mut known)?.params
            }
        };
        let seed = self.trial_seed(number);
        Ok(Some(AskedTrial { number, params, seed, attempt }))
    }

    /// The seed that a trial is evaluated with, below 2³¹; the same whenever it is run again.
    pub fn trial_seed(&self, number: TrialNumber) -> u32 {
        trial_seed(self.record.spec.seed, number)
    }

    /// Ends a trial: with its outcome, or as failed. An outcome in which the study's metric is missing
    /// or not finite makes it failed.
    ///
    /// # Errors
    /// [`StoreError::Finished`] if it ended before, [`StoreError::Superseded`] if another worker has
    /// taken it up since.
    pub fn tell(
        &mut self,
        trial: &AskedTrial,
        outcome: Result<Outcome, Failure>,
    ) -> Result<(), StudyError> {
        let (state, metrics) = match outcome {
            Ok(Outcome::Complete { metrics }) => self.measured(metrics),
            Ok(Outcome::Pruned) => (TrialState::Pruned, Metrics::new()),
            Err(failure) => (TrialState::Failed(failure), Metrics::new()),
        };
        let (id, now) = (self.record.id, Timestamp::now());
        self.store.finish(id, trial.number, trial.attempt, &state, &metrics, now)?;
        Ok(())
    }

    /// [`tell`](Self::tell) of a trial that measured the study's metric and nothing else.
    ///
    /// # Errors
    /// As [`tell`](Self::tell).
    pub fn tell_value(&mut self, trial: &AskedTrial, value: f64) -> Result<(), StudyError> {
        let metrics = Metrics::from([(self.record.spec.metric.as_str(), value)]);
        self.tell(trial, Ok(Outcome::Complete { metrics }))
    }

    /// The state of a trial that measured these final metrics, and those of them that can be stored.
    fn measured(&self, mut metrics: Metrics) -> (TrialState, Metrics) {
        let metric = &self.record.spec.metric;
        let failed = |kind, reason| TrialState::Failed(Failure { kind, reason });
        let state = match metrics.get(metric) {
            Some(value) if value.is_finite() => TrialState::Complete { value },
            Some(value) => failed(FailureKind::NotANumber, format!("`{metric}` was {value}")),
            None => failed(FailureKind::NoMetric, format!("no value of `{metric}` was told")),
        };
        metrics.keep_finite();
        (state, metrics)
    }

    /// Stores what a running trial measured at a step. Values that are not finite are left out.
    ///
    /// # Errors
    /// As [`tell`](Self::tell).
    pub fn report(&mut self, trial: &AskedTrial, mut report: Report) -> Result<(), StudyError> {
        report.metrics.keep_finite();
        if !report.metrics.is_empty() {
            let (id, now) = (self.record.id, Timestamp::now());
            self.store.report(id, trial.number, trial.attempt, &report, now)?;
        }
        Ok(())
    }

    /// What people wrote about the study, or about one of its trials.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`], and others from the store.
    pub fn annotations(&mut self, trial: Option<TrialNumber>) -> Result<Annotations, StudyError> {
        let Some(number) = trial else { return Ok(self.summary()?.annotations) };
        let trial = self.trial(number)?.ok_or(StoreError::NoSuchTrial { number })?;
        Ok(trial.annotations)
    }

    /// Changes what people wrote about the study, or about one of its trials, finished or not.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`], and others from the store.
    pub fn annotate(
        &mut self,
        trial: Option<TrialNumber>,
        change: &AnnotationChange,
    ) -> Result<(), StudyError> {
        Ok(self.store.annotate(self.record.id, trial, change)?)
    }

    /// All trials, in the order of numbers.
    ///
    /// # Errors
    /// From the store.
    pub fn trials(&mut self) -> Result<Vec<Trial>, StudyError> {
        Ok(self.store.trials(self.record.id)?)
    }

    /// One trial; `None` if there is none of that number.
    ///
    /// # Errors
    /// From the store.
    pub fn trial(&mut self, number: TrialNumber) -> Result<Option<Trial>, StudyError> {
        Ok(self.store.trial(self.record.id, number)?)
    }

    /// The study in one line.
    ///
    /// # Errors
    /// From the store.
    pub fn summary(&mut self) -> Result<StudySummary, StudyError> {
        Ok(self.store.summary(self.record.id)?)
    }

    /// The complete trial with the best measured value; the earliest of equals. Where measurements are
    /// noisy, [`recommend`](Self::recommend) chooses better.
    ///
    /// # Errors
    /// From the store.
    pub fn best(&mut self) -> Result<Option<Trial>, StudyError> {
        match self.summary()?.best {
            Some((number, _)) => Ok(self.store.trial(self.record.id, number)?),
            None => Ok(None),
        }
    }

    /// The surrogate fitted to everything finished; `None` without a complete trial.
    ///
    /// # Errors
    /// From the store, or [`StudyError::Model`] if the fit breaks down.
    pub fn model(&mut self) -> Result<Option<Model>, StudyError> {
        self.fitted(Purpose::Describe)
    }

    /// A model fitted to everything finished; `None` without a complete trial.
    fn fitted(&mut self, purpose: Purpose) -> Result<Option<Model>, StudyError> {
        self.refresh(TrialNumber(i64::MAX as u64), EventNumber::LAST)?;
        let observations = self.finished.observations.clone();
        let history = History { observations, pending: Vec::new() };
        let (space, direction) = (&self.record.spec.space, self.record.spec.direction);
        match Model::fit(space, direction, &history, purpose) {
            Ok(model) => Ok(Some(model)),
            Err(GpError::NoObservations) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A study that was created just now.
fn created(id: StudyId, spec: &StudySpec) -> StudyRecord {
    StudyRecord { id, spec: spec.clone(), created_at: Timestamp::now() }
}

/// Whether a study has nothing that would be lost with it.
fn is_blank(store: &mut dyn Store, record: &StudyRecord) -> Result<bool, StoreError> {
    let counts = store.summary(record.id)?.counts;
    // The first ones are the declaration's own.
    let declared = record.spec.enqueue.len() as u64;
    let added =
        |trial: &Trial| matches!(trial.origin, Some(Origin::User)) && trial.number.0 >= declared;
    Ok(counts.total() == counts.queued && !store.trials(record.id)?.iter().any(added))
}

/// The seed of a trial's evaluation: SplitMix64's output for the study's seed and the trial's number,
/// cut to 31 bits.
fn trial_seed(seed: u64, number: TrialNumber) -> u32 {
    (splitmix64_stream(seed, number.0) >> 33) as u32
}

/// The best of some trials: the earliest complete one with the best value.
pub fn best_of(trials: &[Trial], direction: Direction) -> Option<&Trial> {
    let mut best: Option<(&Trial, f64)> = None;
    for trial in trials {
        if let Some(value) = trial.state.value()
            && best.is_none_or(|(_, b)| direction.is_better(value, b))
        {
            best = Some((trial, value));
        }
    }
    best.map(|(trial, _)| trial)
}
