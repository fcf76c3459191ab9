//! Where studies live. The only place that knows SQL.
//!
//! A [`Store`] keeps studies, their trials, and the workers that run them. Every method is one short
//! transaction; none is held open while parameters are suggested or a trial runs, so readers never
//! block a run, and a killed process leaves no lock behind.
//!
//! Order of events in a trial's life: [`reserve`](Store::reserve) gives a number and fixes the rows
//! its suggestion sees; [`set_params`](Store::set_params) stores the suggestion;
//! [`report`](Store::report) stores intermediate values; [`finish`](Store::finish) ends it. A worker
//! that vanishes is found by [`workers`](Store::workers) and its trial goes back to the queue by
//! [`release`](Store::release), with the same number and the same rows seen, so that running it again
//! gives the same parameters.

mod sqlite;

pub use sqlite::{SqliteOptions, SqliteStore};

use std::path::PathBuf;

use thiserror::Error;

use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::{
    FinishSequence, Origin, Report, Timestamp, Trial, TrialNumber, TrialState, WorkerInfo,
};

/// Key of a study in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StudyId(pub i64);

/// Key of a worker in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkerId(pub i64);

/// A study as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyRecord {
    /// Its key.
    pub id: StudyId,
    /// Its declaration, with the budget as extended.
    pub spec: StudySpec,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A study in one line.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySummary {
    /// Its name.
    pub name: String,
    /// Its direction.
    pub direction: crate::trial::Direction,
    /// Its metric.
    pub metric: String,
    /// Its budget.
    pub budget: u64,
    /// Trials queued, running, complete, pruned and failed.
    pub counts: TrialCounts,
    /// Number and value of the best complete trial.
    pub best: Option<(TrialNumber, f64)>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When a trial last finished.
    pub last_finished_at: Option<Timestamp>,
}

/// How many trials stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialCounts {
    /// Waiting for a worker.
    pub queued: u64,
    /// With a worker.
    pub running: u64,
    /// Evaluated.
    pub complete: u64,
    /// Stopped early.
    pub pruned: u64,
    /// Without a value.
    pub failed: u64,
}

/// A process on a host, named so that a reused pid is not mistaken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// Host name.
    pub host: String,
    /// Process id.
    pub pid: u32,
    /// Start of the process, as the system tells.
    pub start: u64,
}

/// A worker that holds a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerRecord {
    /// Its key.
    pub id: WorkerId,
    /// Its process, device and engine.
    pub info: WorkerInfo,
    /// The process that started and watches it, if any.
    pub supervisor: Option<ProcessIdentity>,
    /// Until when its lease runs; it renews it while it lives.
    pub lease_until: Timestamp,
    /// The trial it holds.
    pub trial: TrialNumber,
}

/// A trial given to a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservation {
    /// The trial's number.
    pub number: TrialNumber,
    /// What its suggestion may see.
    pub rows_seen: FinishSequence,
    /// Its parameters, if they were suggested before (a trial taken up again) or chosen by a user.
    pub params: Option<Params>,
    /// Which attempt at the trial this is, from 1. `report` and `finish` are refused for an earlier
    /// attempt, so that a worker thought dead cannot overwrite its successor.
    pub attempt: u32,
}

/// A trial as one later trial sees it: a row that finished after the later one's rows seen is pending
/// here, whatever became of it since.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// The trial's number.
    pub number: TrialNumber,
    /// Its parameters; `None` if its suggestion is not stored yet, or never will be because it failed
    /// before. Being pure in the number and `rows_seen`, the suggestion can be computed.
    pub params: Option<Params>,
    /// What its own suggestion saw.
    pub rows_seen: FinishSequence,
    /// Its place in the order of finishing; `None` while pending.
    pub finish_sequence: Option<FinishSequence>,
    /// Its value; `None` while pending, pruned or failed.
    pub value: Option<f64>,
}

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("cannot open database {}: {reason}", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// There is no such file, and none was to be made.
    #[error("there is no database {}", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a database of surmise's.
    #[error("{} is not a surmise database: {reason}", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// The database was made by a newer surmise.
    #[error("{} has schema version {found}, this surmise knows up to {supported}", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Version found.
        found: i64,
        /// Highest version this build knows.
        supported: i64,
    },
    /// The file or its folder cannot be written.
    #[error("database {} is read-only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No space is left to write.
    #[error("the disk that holds {} is full", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// Another process held the database for longer than the busy time-out.
    #[error("database {} stayed locked by another process for {seconds} s", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        seconds: f64,
    },
    /// The file lies on a network file system, where SQLite's locks do not hold.
    #[error("{} lies on a network file system ({kind}), where SQLite cannot lock safely", path.display())]
    NetworkFileSystem {
        /// The file.
        path: PathBuf,
        /// Kind of file system, e.g. `nfs`.
        kind: String,
    },
    /// A study of that name exists.
    #[error("a study named `{name}` exists already")]
    StudyExists {
        /// The name.
        name: String,
    },
    /// The study was deleted, perhaps by another process.
    #[error("the study is not in the store, or no longer")]
    NoSuchStudy {
        /// Its key.
        study: StudyId,
    },
    /// The worker is not one of the study's; it went with a deleted study.
    #[error("the worker is not in the store, or no longer")]
    NoSuchWorker {
        /// Its key.
        worker: WorkerId,
    },
    /// No such trial.
    #[error("the study has no trial {number}")]
    NoSuchTrial {
        /// The number.
        number: TrialNumber,
    },
    /// The trial is finished, and finished trials never change.
    #[error("trial {number} is finished ({state}) and can no longer change")]
    Finished {
        /// The number.
        number: TrialNumber,
        /// Its state.
        state: String,
    },
    /// The trial was given to another worker since.
    #[error(
        "trial {number} was taken up again by another worker (attempt {current}, not {attempt})"
    )]
    Superseded {
        /// The number.
        number: TrialNumber,
        /// The attempt that spoke.
        attempt: u32,
        /// The attempt that holds the trial now.
        current: u32,
    },
    /// No worker has the trial: it was taken away from one thought dead and waits in the queue.
    #[error("trial {number} was taken away from its worker and waits for another")]
    NotRunning {
        /// The number.
        number: TrialNumber,
    },
    /// The trial has other parameters already. Suggestions are pure, so this is a sampler's defect or
    /// another version of it.
    #[error("trial {number} has other parameters already: {stored}")]
    OtherParams {
        /// The number.
        number: TrialNumber,
        /// The parameters it has, as stored.
        stored: String,
    },
    /// What was to be stored is not allowed: a value that is not finite, a state that cannot be.
    #[error("cannot store {what}: {reason}")]
    Invalid {
        /// What was to be stored.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What is stored cannot be understood, or the file is damaged.
    #[error("{what} in {} cannot be read: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Which row, or the whole.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else the database engine reports.
    #[error("database error in {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The engine's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Keeps studies, trials and workers. Cut so that a database server can be its second implementor:
/// every method is one short transaction and safe against other processes doing the same.
///
/// Every method can fail with the errors of the medium ([`CannotOpen`](StoreError::CannotOpen),
/// [`ReadOnly`](StoreError::ReadOnly), [`DiskFull`](StoreError::DiskFull),
/// [`Locked`](StoreError::Locked), [`Corrupt`](StoreError::Corrupt),
/// [`Database`](StoreError::Database)); every method given a [`StudyId`] but the lists with
/// [`NoSuchStudy`](StoreError::NoSuchStudy) if it writes. A failed method has changed nothing.
pub trait Store: Send {
    /// Stores a new study.
    ///
    /// # Errors
    /// [`StoreError::StudyExists`].
    fn create_study(&mut self, spec: &StudySpec, now: Timestamp) -> Result<StudyId, StoreError>;

    /// The study of that name.
    fn study(&mut self, name: &str) -> Result<Option<StudyRecord>, StoreError>;

    /// All studies, by name.
    fn studies(&mut self) -> Result<Vec<StudySummary>, StoreError>;

    /// One study in one line.
    ///
    /// # Errors
    /// [`StoreError::NoSuchStudy`].
    fn summary(&mut self, study: StudyId) -> Result<StudySummary, StoreError>;

    /// Changes a study's budget. One below the number of trials means that no new one begins.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for 0.
    fn set_budget(&mut self, study: StudyId, trials: u64) -> Result<(), StoreError>;

    /// Removes a study with all its trials and workers.
    fn delete_study(&mut self, study: StudyId) -> Result<(), StoreError>;

    /// Enters a worker of a study, with its lease.
    fn register_worker(
        &mut self,
        study: StudyId,
        info: &WorkerInfo,
        supervisor: Option<&ProcessIdentity>,
        lease_until: Timestamp,
    ) -> Result<WorkerId, StoreError>;

    /// Extends a worker's lease.
    ///
    /// # Errors
    /// [`StoreError::NoSuchWorker`].
    fn renew_lease(&mut self, worker: WorkerId, until: Timestamp) -> Result<(), StoreError>;

    /// The workers that hold a running trial of the study, by trial: a worker that holds two comes
    /// twice. A running trial reserved without a worker has none.
    fn workers(&mut self, study: StudyId) -> Result<Vec<WorkerRecord>, StoreError>;

    /// Takes the trials of these workers away from them: back to the queue with number, parameters
    /// and rows seen as they were. With `blame`, the trial counts one more lost worker, and one that
    /// has lost `max_losses` fails as [`WorkerLost`](crate::trial::FailureKind::WorkerLost).
    /// Gives the numbers of the trials touched, ascending.
    fn release(
        &mut self,
        study: StudyId,
        workers: &[WorkerId],
        blame: Option<&Blame>,
        now: Timestamp,
    ) -> Result<Vec<TrialNumber>, StoreError>;

    /// Gives a worker the queued trial of the lowest number, else a new one with the next number and
    /// all rows finished so far to see; `None` when nothing is queued and the study has as many
    /// trials as its budget allows, or more. A trial taken up again begins anew: the reports of the
    /// attempt before are removed.
    ///
    /// # Errors
    /// [`StoreError::NoSuchWorker`] for one that is not this study's.
    fn reserve(
        &mut self,
        study: StudyId,
        worker: Option<WorkerId>,
        now: Timestamp,
    ) -> Result<Option<Reservation>, StoreError>;

    /// What trial `number` may see with `rows_seen`, but for the rows finished up to `known`, which
    /// the caller has: finished rows in the order of finishing, then pending ones (smaller number,
    /// not finished within `rows_seen`) in the order of numbers.
    fn history(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        rows_seen: FinishSequence,
        known: FinishSequence,
    ) -> Result<Vec<HistoryRow>, StoreError>;

    /// Stores a suggestion. Storing equal parameters again is no error (two workers may compute the
    /// same) and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`], [`StoreError::OtherParams`], [`StoreError::Finished`],
    /// [`StoreError::Invalid`] for a number that is not finite.
    fn set_params(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        params: &Params,
        origin: &Origin,
    ) -> Result<(), StoreError>;

    /// Stores an intermediate value; a second one for the same step replaces the first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`], [`StoreError::Finished`], [`StoreError::Superseded`],
    /// [`StoreError::NotRunning`], [`StoreError::Invalid`] for a value that is not finite.
    fn report(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        report: Report,
    ) -> Result<(), StoreError>;

    /// Ends a trial and gives it the next place in the order of finishing. `state` must be a finished
    /// one.
    ///
    /// # Errors
    /// As [`report`](Self::report); [`StoreError::Invalid`] also for a state that is not finished
    /// and for a complete trial without parameters.
    fn finish(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        state: &TrialState,
        now: Timestamp,
    ) -> Result<FinishSequence, StoreError>;

    /// Adds a trial the user chose: queued if `state` is [`TrialState::Queued`], else finished. The
    /// budget does not bound it, but counts it from then on.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a running state or a number that is not finite.
    fn insert(
        &mut self,
        study: StudyId,
        params: &Params,
        state: &TrialState,
        now: Timestamp,
    ) -> Result<TrialNumber, StoreError>;

    /// One trial, whole.
    fn trial(&mut self, study: StudyId, number: TrialNumber) -> Result<Option<Trial>, StoreError>;

    /// All trials, whole, in the order of numbers.
    fn trials(&mut self, study: StudyId) -> Result<Vec<Trial>, StoreError>;
}

/// Blame for a lost worker, laid on the trial it held.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// Lost workers after which the trial fails.
    pub max_losses: u32,
    /// How the worker ended, for the failure's reason.
    pub reason: String,
}
