//! How workers, and a run of them, are asked to go about it.

use std::path::PathBuf;

use crate::store::{StoreLocation, StoreOptions};

/// What a worker needs to know.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Where the study lives.
    pub store: StoreLocation,
    /// How to open that.
    pub opening: StoreOptions,
    /// Name of the study.
    pub study: String,
    /// Folder under which trials keep their logs and files.
    pub runs: PathBuf,
    /// `auto`, `cpu`, `cuda` or `cuda:N`, over what the study says; `None` leaves it to the study.
    pub device: Option<String>,
    /// Whether a supervisor started this worker, speaks to it on stdin and hears it on stdout.
    pub supervised: bool,
}

/// How to run a study.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// What every worker is given.
    pub worker: WorkerOptions,
    /// Workers at once, at least 1.
    pub workers: usize,
    /// The program that evaluates trials, started as `PROGRAM worker …`.
    pub program: PathBuf,
}
