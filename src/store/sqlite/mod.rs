//! Studies in one SQLite file.
//!
//! Write-ahead log, so that readers and one writer never wait for each other; writers wait for each
//! other, politely, up to a time-out. `synchronous = NORMAL`: a killed process loses nothing it was
//! told is stored; a power cut can undo the last transactions, but never damages the file.

mod annotations;
mod attempts;
mod copy;
mod error;
mod events;
mod history;
mod network;
mod open;
mod retry;
mod rows;
mod schema;
mod studies;
#[cfg(test)]
mod tests;
mod trials;
mod workers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use self::error::Failure;
use super::back_end::{BackEnd, Missing, StoreOptions};
use super::{
    AnnotationChange, HistoryRow, LossPolicy, ProcessIdentity, Reservation, Store, StoreError,
    StoreLocation, StudyId, StudyRecord, StudySummary, TrialProgress, WorkerId, WorkerRecord,
};
use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::{
    EventNumber, Launch, Metrics, Origin, Report, Timestamp, Trial, TrialNumber, TrialState,
    WorkerInfo,
};

/// The back end of SQLite files.
pub(super) const BACK_END: BackEnd = BackEnd {
    scheme: "sqlite",
    form: "sqlite:FILE",
    engine: || ("SQLite", rusqlite::version()),
    open,
};

fn open(
    location: &StoreLocation,
    options: &StoreOptions,
    missing: Missing,
) -> Result<Box<dyn Store>, StoreError> {
    let options =
        SqliteOptions { allow_network: options.allow_network, ..SqliteOptions::default() };
    let store = match missing {
        Missing::Make => SqliteStore::open_at(location, &options),
        Missing::Refuse => SqliteStore::open_existing_at(location, &options),
    };
    Ok(Box::new(store?))
}

/// How a file is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How long to wait for another process's transaction before
    /// [`StoreError::Locked`]. Transactions take milliseconds; 30 s outlast a stopped or swapped-out
    /// writer, too.
    pub busy_timeout: Duration,
    /// Whether a file on a network file system is opened. Safe only if all its users are on one host.
    pub allow_network: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(30), allow_network: false }
    }
}

/// A [`Store`] in one SQLite file. Open as many as there are threads or processes that need one.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    location: StoreLocation,
    busy_timeout: Duration,
    /// The file as it was before its schema was brought up to date.
    copy_of_older: Option<PathBuf>,
}

impl SqliteStore {
    /// The file, as it was given.
    pub fn path(&self) -> &Path {
        Path::new(self.location.place())
    }

    /// Folds the write-ahead log into the file and closes it. The last of all connections leaves the
    /// file alone behind, complete. Dropping does the same but cannot tell of errors.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and other errors of the medium; everything stored is then still there,
    /// in the file and its `-wal` together.
    pub fn close(self) -> Result<(), StoreError> {
        let Self { connection, location, busy_timeout, copy_of_older: _ } = self;
        fold(&connection)
            .and_then(|()| connection.close().map_err(|(_, error)| error.into()))
            .map_err(|failure| failure.at(&location, busy_timeout))
    }

    /// One transaction that reads one state of the database throughout.
    fn read<T>(
        &mut self,
        work: impl FnMut(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.transaction(TransactionBehavior::Deferred, work)
    }

    /// One transaction that holds the write lock from its beginning, so that what it reads stays true
    /// until it commits.
    fn write<T>(
        &mut self,
        work: impl FnMut(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.transaction(TransactionBehavior::Immediate, work)
    }

    fn transaction<T>(
        &mut self,
        behavior: TransactionBehavior,
        mut work: impl FnMut(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let connection = &self.connection;
        retry::retry(self.busy_timeout, || {
            // Unchecked: `&mut self` already keeps transactions from nesting. Dropped, it rolls back.
            let transaction = Transaction::new_unchecked(connection, behavior)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
        .map_err(|failure| failure.at(&self.location, self.busy_timeout))
    }
}

/// Folds the write-ahead log into the file, unless others use it: then the last of them does.
fn fold(connection: &Connection) -> Result<(), Failure> {
    if !connection.is_readonly(rusqlite::MAIN_DB)? {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}

impl Store for SqliteStore {
    fn create_study(&mut self, spec: &StudySpec, now: Timestamp) -> Result<StudyId, StoreError> {
        self.write(|c| {
            let study = studies::create(c, spec, now)?;
            for params in &spec.enqueue {
                trials::insert(c, study, params, (&TrialState::Queued, &Metrics::new()), now)?;
            }
            Ok(study)
        })
    }

    fn study(&mut self, name: &str) -> Result<Option<StudyRecord>, StoreError> {
        self.read(|c| studies::find(c, name))
    }

    fn studies(&mut self) -> Result<Vec<StudySummary>, StoreError> {
        self.read(studies::summaries)
    }

    fn summary(&mut self, study: StudyId) -> Result<StudySummary, StoreError> {
        self.read(|c| studies::summary(c, study))
    }

    fn set_budget(&mut self, study: StudyId, trials: u64) -> Result<(), StoreError> {
        self.write(|c| studies::set_budget(c, study, trials))
    }

    fn annotate(
        &mut self,
        study: StudyId,
        trial: Option<TrialNumber>,
        change: &AnnotationChange,
    ) -> Result<(), StoreError> {
        self.write(|c| match trial {
            Some(number) => trials::annotate(c, study, number, change),
            None => studies::annotate(c, study, change),
        })
    }

    fn delete_study(&mut self, study: StudyId) -> Result<(), StoreError> {
        self.write(|c| studies::delete(c, study))
    }

    fn register_worker(
        &mut self,
        study: StudyId,
        info: &WorkerInfo,
        supervisor: Option<&ProcessIdentity>,
        lease_until: Timestamp,
    ) -> Result<WorkerId, StoreError> {
        self.write(|c| workers::register(c, study, info, supervisor, lease_until))
    }

    fn renew_lease(&mut self, worker: WorkerId, until: Timestamp) -> Result<(), StoreError> {
        self.write(|c| workers::renew(c, worker, until))
    }

    fn workers(&mut self, study: StudyId) -> Result<Vec<WorkerRecord>, StoreError> {
        self.read(|c| workers::holding(c, study))
    }

    fn running(&mut self, study: StudyId) -> Result<Vec<TrialProgress>, StoreError> {
        self.read(|c| history::running(c, study))
    }

    fn release(
        &mut self,
        study: StudyId,
        workers: &[WorkerId],
        policy: Option<&LossPolicy>,
        now: Timestamp,
    ) -> Result<Vec<TrialNumber>, StoreError> {
        self.write(|c| trials::release(c, study, workers, policy, now))
    }

    fn reserve_within(
        &mut self,
        study: StudyId,
        worker: Option<WorkerId>,
        most: u64,
        now: Timestamp,
    ) -> Result<Option<Reservation>, StoreError> {
        self.write(|c| trials::reserve(c, study, worker, most, now))
    }

    fn history(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        saw: EventNumber,
        known: EventNumber,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        self.read(|c| history::history(c, study, number, saw, known))
    }

    fn set_params(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        params: &Params,
        origin: &Origin,
        engine_revision: u32,
    ) -> Result<(), StoreError> {
        self.write(|c| trials::set_params(c, study, number, (params, origin), engine_revision))
    }

    fn launch(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        launch: &Launch,
    ) -> Result<(), StoreError> {
        self.write(|c| trials::launch(c, study, number, attempt, launch))
    }

    fn report(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        report: &Report,
        now: Timestamp,
    ) -> Result<EventNumber, StoreError> {
        self.write(|c| trials::report(c, study, number, attempt, report, now))
    }

    fn finish(
        &mut self,
        study: StudyId,
        number: TrialNumber,
        attempt: u32,
        state: &TrialState,
        metrics: &Metrics,
        now: Timestamp,
    ) -> Result<EventNumber, StoreError> {
        self.write(|c| trials::finish(c, study, number, attempt, (state, metrics), now))
    }

    fn insert(
        &mut self,
        study: StudyId,
        params: &Params,
        state: &TrialState,
        metrics: &Metrics,
        now: Timestamp,
    ) -> Result<TrialNumber, StoreError> {
        self.write(|c| trials::insert(c, study, params, (state, metrics), now))
    }

    fn trial(&mut self, study: StudyId, number: TrialNumber) -> Result<Option<Trial>, StoreError> {
        self.read(|c| history::trials(c, study, Some(number)).map(|mut all| all.pop()))
    }

    fn trials(&mut self, study: StudyId) -> Result<Vec<Trial>, StoreError> {
        self.read(|c| history::trials(c, study, None))
    }

    fn copy_of_older(&self) -> Option<PathBuf> {
        self.copy_of_older.clone()
    }
}
