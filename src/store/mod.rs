//! Where studies live. The only place that knows SQL.
//!
//! A new back end is a folder here, a `mod` line and a line in the list of back ends below. The folder
//! holds an implementation of [`Store`], which `tests/it/store` runs its suites against, and `BACK_END`,
//! which says how a [`StoreLocation`] of it begins and how it is opened.
//!
//! A [`Store`] keeps studies, their trials, and the workers that run them. Every method is one short
//! transaction; none is held open while parameters are suggested or a trial runs, so readers never
//! block a run, and a killed process leaves no lock behind.
//!
//! Order of calls in a trial's life: [`reserve`](Store::reserve) gives a number and fixes the events
//! its suggestion sees; [`set_params`](Store::set_params) stores the suggestion;
//! [`launch`](Store::launch) what is run; [`report`](Store::report) stores what is measured at a step;
//! [`finish`](Store::finish) ends it. A worker
//! that vanishes is found by [`workers`](Store::workers) and its trial goes back to the queue by
//! [`release`](Store::release), with the same number and the same events seen, so that running it again
//! gives the same parameters.

mod back_end;
mod error;
mod location;
mod open;
mod records;
mod sqlite;

pub use back_end::StoreOptions;
pub use error::StoreError;
pub use location::{NoScheme, StoreLocation};
pub use open::{check, engines, forms, in_memory, open, open_existing};
pub use records::{
    AnnotationChange, HistoryRow, LossPolicy, Reservation, StudyId, StudyRecord, StudySummary,
    TrialCounts, TrialProgress, WorkerId, WorkerRecord,
};
pub use sqlite::{SqliteOptions, SqliteStore};

use std::path::PathBuf;

pub use crate::process::ProcessIdentity;
use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::{
    EventNumber, Launch, Metrics, Origin, Report, Timestamp, Trial, TrialNumber, TrialState,
    WorkerInfo,
};

use back_end::BackEnd;

/// The back ends, one a line.
const BACK_ENDS: &[BackEnd] = &[
    sqlite::BACK_END, //
];

/// Keeps studies, trials and workers. Cut so that a database server can be its second implementor:
/// every method is one short transaction and safe against other processes doing the same.
///
/// Every method can fail with the errors of the medium ([`CannotOpen`](StoreError::CannotOpen),
/// [`ReadOnly`](StoreError::ReadOnly), [`DiskFull`](StoreError::DiskFull),
/// [`Locked`](StoreError::Locked), [`Corrupt`](StoreError::Corrupt),
/// [`Database`](StoreError::Database)); every method that writes to a study with
/// [`NoSuchStudy`](StoreError::NoSuchStudy), while a list of what a missing study has is empty. A failed
/// method has changed nothing.
pub trait Store: Send {
    /// Stores a new study, its declaration as the first event, and the points that the declaration
    /// enqueues as the first trials.
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

    /// Changes what people wrote about a study, or about one of its trials, finished or not.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`].
    fn annotate(
        &mut self,
        study: StudyId,
        trial: Option<TrialNumber>,
        change: &AnnotationChange,
    ) -> Result<(), StoreError>;

    /// Removes a study with all its trials and workers.
    fn delete_study(&mut self, study: StudyId) -> Result<(), StoreError>;

    /// Enters a worker of a study, with its lease. Its supervisor is its parent, and so on the same host,
    /// of the same boot and in the same pid namespace.
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

    /// The running trials of the study, by number, each with its last report. Unlike whole trials, they
    /// cost the same however much was reported.
    fn running(&mut self, study: StudyId) -> Result<Vec<TrialProgress>, StoreError>;

    /// Takes the trials of these workers away from them: back to the queue with number, parameters
    /// and what it saw as they were. With `policy`, the trial counts one more lost worker, and one that
    /// has lost `max_losses` fails as [`WorkerLost`](crate::trial::FailureKind::WorkerLost).
    /// Gives the numbers of the trials touched, ascending.
    fn release(
        &mut self,
        study: StudyId,
        workers: &[WorkerId],
        policy: Option<&LossPolicy>,
        now: Timestamp,
    ) -> Result<Vec<TrialNumber>, StoreError>;

    /// Gives a worker the queued trial of the lowest number, else a new one with the next number and
    /// all events so far to see; `None` when nothing is queued and the study has as many trials as its
    /// budget allows, or more. A trial taken up again begins anew, as a further attempt: the reports of
    /// the attempt before stay events, but are no longer among the trial's.
    ///
    /// # Errors
    /// [`StoreError::NoSuchWorker`] for one that is not this study's.
    fn reserve(
        &mut self,
        study: StudyId,
        worker: Option<WorkerId>,
        now: Timestamp,
    ) -> Result<Option<Reservation>, StoreError> {
        self.reserve_within(study, worker, u64::MAX, now)
    }

    /// As [`reserve`](Self::reserve), but begins no new trial either when the study has `most` trials
    /// or more.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    fn reserve_within(
        &mut self,
        study: StudyId,
        worker: Option<WorkerId>,
        most: u64,
        now: Timestamp,
    ) -> Result<Option<Reservation>, StoreError>;

    /// What trial `number` may see of the events up to `saw`, but for the rows ended up to `known`,
    /// which the caller has: ended rows in the order of ending, then pending ones (smaller number, not
    /// ended up to `saw`) in the order of numbers.
    fn history(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        saw: EventNumber,
        known: EventNumber,
    ) -> Result<Vec<HistoryRow>, StoreError>;

    /// Stores a suggestion of the engine's `engine_revision`. Storing equal parameters again is no error (two workers may compute the
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
        engine_revision: u32,
    ) -> Result<(), StoreError>;

    /// Stores what an attempt runs.
    ///
    /// # Errors
    /// [`StoreError::NoSuchTrial`], [`StoreError::Finished`], [`StoreError::Superseded`],
    /// [`StoreError::NotRunning`].
    fn launch(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        launch: &Launch,
    ) -> Result<(), StoreError>;

    /// Stores what a trial measured at a step, as the study's next event. Of several values of one
    /// metric at one step the last counts; the others stay in the sequence of events.
    ///
    /// # Errors
    /// As [`launch`](Self::launch); [`StoreError::Invalid`] for a value that is not finite.
    fn report(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        report: &Report,
        now: Timestamp,
    ) -> Result<EventNumber, StoreError>;

    /// Ends a trial, as the study's next event, with its final metrics. `state` must be a finished one.
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
        metrics: &Metrics,
        now: Timestamp,
    ) -> Result<EventNumber, StoreError>;

    /// Adds a trial the user chose: queued if `state` is [`TrialState::Queued`], else finished
    /// with these metrics. The budget does not bound it, but counts it from then on.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a running state or a number that is not finite.
    fn insert(
        &mut self,
        study: StudyId,
        params: &Params,
        state: &TrialState,
        metrics: &Metrics,
        now: Timestamp,
    ) -> Result<TrialNumber, StoreError>;

    /// One trial, whole.
    fn trial(&mut self, study: StudyId, number: TrialNumber) -> Result<Option<Trial>, StoreError>;

    /// All trials, whole, in the order of numbers.
    fn trials(&mut self, study: StudyId) -> Result<Vec<Trial>, StoreError>;

    /// The copy of the database as it was, if opening it brought an older schema up to date and the back
    /// end makes such copies.
    fn copy_of_older(&self) -> Option<PathBuf> {
        None
    }
}
