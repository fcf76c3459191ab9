//! A worker: takes trials from the store and evaluates them.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::objective::{Objective, ObjectiveSpec, ObjectiveTemplate, StopFlag, Unavailable};
use crate::store::{
    ProcessIdentity, SqliteOptions, SqliteStore, Store, StoreError, StudyId, WorkerId,
};
use crate::study::{Evaluated, Study, identify};
use crate::trial::Timestamp;

use super::signals::{Interrupt, Interrupts};
use super::{LEASE, RunError};

/// What a worker needs to know.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The database.
    pub database: PathBuf,
    /// How to open it.
    pub sqlite: SqliteOptions,
    /// Name of the study.
    pub study: String,
    /// Folder under which trials keep their logs and files.
    pub runs: PathBuf,
    /// `auto`, `cpu`, `cuda` or `cuda:N`, over what the study says; `None` leaves it to the study.
    pub device: Option<String>,
    /// Whether a supervisor started this worker and speaks to it on stdin.
    pub supervised: bool,
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerEnd {
    /// No trial is left.
    Done,
    /// It was asked to stop.
    Stopped,
}

/// Makes the objective of a template for a device (`auto`, `cpu`, `cuda`, `cuda:N`), if one is named.
pub type Build<'a> =
    dyn Fn(&ObjectiveTemplate, Option<&str>) -> Result<Box<dyn Objective>, Unavailable> + 'a;

/// Evaluates trials of a study, by the objective that `build` makes, until none is left or it is asked
/// to stop; `note` hears what the objective [has to say](crate::objective::Reporter::note).
///
/// # Errors
/// [`RunError::Unusable`] if the objective cannot evaluate any trial; the trial at hand goes back to
/// the queue.
pub fn work(
    options: &WorkerOptions,
    build: &Build<'_>,
    note: &mut dyn FnMut(&str),
) -> Result<WorkerEnd, RunError> {
    let orders = Orders::listen(options.supervised)?;
    let open = || SqliteStore::open(&options.database, &options.sqlite);
    let mut study = Study::open(Box::new(open()?), &options.study)?;
    let mut objective = match &study.spec().objective {
        ObjectiveSpec::External => {
            return Err(RunError::External { study: options.study.clone() });
        }
        ObjectiveSpec::Template(template) => {
            build(template, options.device.as_deref()).map_err(unavailable)?
        }
    };
    if !options.supervised {
        study.recover()?;
    }
    let supervisor = if options.supervised { supervisor() } else { None };
    #[cfg(target_os = "linux")]
    if options.supervised && !objective.has_children() {
        // The end of stdin says that the supervisor is gone; the kernel says it at once, even to a
        // worker deep in a computation. One with child processes must live to end them, too.
        let kill = rustix::process::Signal::KILL;
        let _ = rustix::process::set_parent_process_death_signal(Some(kill));
    }
    let worker = study.register(objective.device(), supervisor.as_ref(), lease_end())?;
    let _lease = Lease::keep(open()?, worker);

    let end = take_trials(&mut study, objective.as_mut(), worker, options, &orders, note);
    if end.is_err() {
        // Not the trial's fault: another worker may have better luck with it.
        let _ = release(&mut study, worker);
    }
    end
}

fn take_trials(
    study: &mut Study,
    objective: &mut dyn Objective,
    worker: WorkerId,
    options: &WorkerOptions,
    orders: &Orders,
    note: &mut dyn FnMut(&str),
) -> Result<WorkerEnd, RunError> {
    while !orders.finish.is_raised() {
        let Some(trial) = study.ask_as(worker)? else {
            // Alone, nobody else looks after the trials of workers that are gone.
            if options.supervised || study.recover()?.requeued.is_empty() {
                return Ok(WorkerEnd::Done);
            }
            continue;
        };
        match study.evaluate(objective, &trial, &options.runs, &orders.abandon, note)? {
            Evaluated::Told => {}
            Evaluated::Abandoned => release(study, worker)?,
            Evaluated::Unusable { reason } => return Err(RunError::Unusable { reason }),
        }
    }
    Ok(WorkerEnd::Stopped)
}

fn unavailable(error: Unavailable) -> RunError {
    RunError::Unusable { reason: format!("{}\n{}", error.message, error.remedy) }
}

fn supervisor() -> Option<ProcessIdentity> {
    let parent = rustix::process::getppid()?;
    identify(parent.as_raw_nonzero().get().unsigned_abs())
}

fn lease_end() -> Timestamp {
    Timestamp(Timestamp::now().0 + LEASE.as_micros() as i64)
}

fn release(study: &mut Study, worker: WorkerId) -> Result<(), StoreError> {
    let id: StudyId = study.id();
    study.store().release(id, &[worker], None, Timestamp::now()).map(|_| ())
}

/// What the worker was told to do, by its supervisor or by signals.
struct Orders {
    finish: StopFlag,
    abandon: StopFlag,
}

impl Orders {
    fn listen(supervised: bool) -> Result<Self, RunError> {
        let orders = Self { finish: StopFlag::default(), abandon: StopFlag::default() };
        let (finish, abandon) = (orders.finish.clone(), orders.abandon.clone());
        if supervised {
            thread::spawn(move || {
                for line in std::io::stdin().lock().lines() {
                    match line {
                        Ok(line) if line.trim() == "finish" => finish.raise(),
                        Ok(_) => {}
                        Err(_) => break,
                    }
                }
                finish.raise();
                abandon.raise();
            });
        } else {
            let interrupts = Interrupts::listen().map_err(|source| RunError::Io {
                what: "cannot listen for signals".into(),
                source,
            })?;
            thread::spawn(move || {
                while !abandon.is_raised() {
                    thread::sleep(Duration::from_millis(50));
                    match interrupts.get() {
                        Interrupt::None => {}
                        Interrupt::Finish => finish.raise(),
                        Interrupt::Abandon => {
                            finish.raise();
                            abandon.raise();
                        }
                    }
                }
            });
        }
        Ok(orders)
    }
}

/// Renews a worker's lease on a thread of its own until dropped.
struct Lease(Arc<AtomicBool>);

impl Lease {
    fn keep(mut store: SqliteStore, worker: WorkerId) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&over);
        thread::spawn(move || {
            while !shared.load(Ordering::Acquire) {
                // A renewal that fails is tried again; three may be missed before the lease ends.
                let _ = store.renew_lease(worker, lease_end());
                thread::park_timeout(LEASE / 4);
            }
        });
        Self(over)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
