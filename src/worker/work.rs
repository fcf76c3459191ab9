//! A worker: takes trials from the store and evaluates them.

use std::io;

use crate::objective::{Objective, ObjectiveSpec, ObjectiveTemplate, Unavailable};
use crate::process::{ProcessIdentity, identify};
use crate::store::{self, StoreError, StudyId, WorkerId};
use crate::study::{Evaluated, News, Study};
use crate::trial::Timestamp;

use super::RunError;
use super::lease::{Lease, lease_end};
use super::message;
use super::options::WorkerOptions;
use super::stop::StopSignals;

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
/// to stop. What the objective [has to say](crate::objective::Reporter::note) goes to the supervisor, or
/// to `note` where there is none.
///
/// # Errors
/// [`RunError::Unusable`] if the objective cannot evaluate any trial; the trial at hand goes back to
/// the queue.
pub fn work(
    options: &WorkerOptions,
    build: &Build<'_>,
    note: &mut dyn FnMut(&str),
) -> Result<WorkerEnd, RunError> {
    let stop = StopSignals::listen(options.supervised)?;
    let open = || store::open(&options.store, &options.opening);
    let mut study = Study::open(open()?, &options.study)?;
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

    let mut tell = |news: News<'_>| match news {
        // A supervisor that is gone shows by stdin, too.
        news if options.supervised => drop(message::write(&mut io::stdout().lock(), news)),
        News::Note(text) => note(text),
        News::Stored => {}
    };
    let end = take_trials(&mut study, objective.as_mut(), worker, options, &stop, &mut tell);
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
    stop: &StopSignals,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<WorkerEnd, RunError> {
    while !stop.finish.is_raised() {
        let Some(trial) = study.ask_as(worker)? else {
            // Alone, nobody else looks after the trials of workers that are gone.
            if options.supervised || study.recover()?.requeued.is_empty() {
                return Ok(WorkerEnd::Done);
            }
            continue;
        };
        tell(News::Stored);
        match study.evaluate(objective, &trial, Some(&options.runs), &stop.abandon, tell)? {
            Evaluated::Told => tell(News::Stored),
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

fn release(study: &mut Study, worker: WorkerId) -> Result<(), StoreError> {
    let id: StudyId = study.id();
    study.store().release(id, &[worker], None, Timestamp::now()).map(|_| ())
}
