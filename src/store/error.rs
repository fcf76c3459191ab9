//! What a store says when it cannot do what was asked.

use thiserror::Error;

use super::{StoreLocation, StudyId, WorkerId};
use crate::trial::TrialNumber;

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No back end of this build has that scheme.
    #[error("this build of surmise has no store `{}`", location.scheme())]
    NoSuchBackEnd {
        /// Where the store would live.
        location: StoreLocation,
        /// The schemes there are.
        known: Vec<&'static str>,
    },
    /// The store cannot be opened or made.
    #[error("cannot open database {location}: {reason}")]
    CannotOpen {
        /// Where the store lives.
        location: StoreLocation,
        /// What the system says.
        reason: String,
    },
    /// There is no such store, and none was to be made.
    #[error("there is no database {location}")]
    NotFound {
        /// Where the store lives.
        location: StoreLocation,
    },
    /// What is there is not a database of surmise's.
    #[error("{location} is not a surmise database: {reason}")]
    NotADatabase {
        /// Where the store lives.
        location: StoreLocation,
        /// How that shows.
        reason: String,
    },
    /// The database was made by a newer surmise.
    #[error("{location} has schema version {found}, this surmise knows up to {supported}")]
    NewerSchema {
        /// Where the store lives.
        location: StoreLocation,
        /// Version found.
        found: i64,
        /// Highest version this build knows.
        supported: i64,
    },
    /// The store cannot be written.
    #[error("database {location} is read-only")]
    ReadOnly {
        /// Where the store lives.
        location: StoreLocation,
    },
    /// No space is left to write.
    #[error("the disk that holds {location} is full")]
    DiskFull {
        /// Where the store lives.
        location: StoreLocation,
    },
    /// Another process held the database for longer than the busy time-out.
    #[error("database {location} stayed locked by another process for {seconds} s")]
    Locked {
        /// Where the store lives.
        location: StoreLocation,
        /// How long was waited.
        seconds: f64,
    },
    /// The file lies on a network file system, where SQLite's locks do not hold.
    #[error("{location} lies on a network file system ({kind}), where SQLite cannot lock safely")]
    NetworkFileSystem {
        /// Where the store lives.
        location: StoreLocation,
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
    #[error("{what} in {location} cannot be read: {reason}")]
    Corrupt {
        /// Where the store lives.
        location: StoreLocation,
        /// Which row, or the whole.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Anything else the database engine reports.
    #[error("database error in {location}: {source}")]
    Database {
        /// Where the store lives.
        location: StoreLocation,
        /// The engine's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
