//! The supervisor: starts workers, watches them, tells what happens.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::thread;
use std::time::Duration;

use crate::objective;
use crate::store::{Blame, StudySummary, WorkerId};
use crate::study::{Recovery, Study, StudyError};
use crate::trial::{
    Failure, FailureKind, FinishSequence, Timestamp, Trial, TrialNumber, TrialState,
};

use super::process::Worker;
use super::signals::{Interrupt, Interrupts};
use super::{EXIT_UNUSABLE, RunError, WorkerOptions};

/// How often the store and the workers are looked at.
const TICK: Duration = Duration::from_millis(50);
/// Workers a trial may lose before it counts as failed: the second time is no accident.
const MAX_LOSSES: u32 = 2;
/// Workers that may end in a row without any trial finishing.
const MAX_DEATHS_IN_A_ROW: u32 = 5;

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

/// What happens during a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// Trials of vanished workers went back to the queue; others are evaluated by another run.
    Recovered {
        /// Trials in the queue again.
        requeued: &'a [TrialNumber],
        /// Trials that another run holds.
        elsewhere: &'a [TrialNumber],
    },
    /// A trial finished.
    Finished {
        /// The trial.
        trial: &'a Trial,
        /// The study with it.
        summary: &'a StudySummary,
    },
    /// Nothing finished; this is where things stand. Comes a few times a second.
    Progress {
        /// Trials being evaluated, with their reports so far.
        running: &'a [Trial],
        /// The study.
        summary: &'a StudySummary,
    },
    /// Nothing is left to start; other runs are at the last trials.
    Waiting {
        /// Those trials.
        trials: &'a [TrialNumber],
    },
    /// A worker has something to say that none said before.
    Note {
        /// In a line.
        text: &'a str,
    },
    /// A worker died with its trial; another takes its place.
    WorkerLost {
        /// How it ended.
        reason: &'a str,
    },
    /// The first interrupt: current trials are finished first.
    Finishing,
    /// The second interrupt: current trials are abandoned.
    Abandoning,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// The budget or a finite space is used up.
    Done,
    /// It was interrupted; running it again resumes.
    Interrupted,
}

/// Runs a study's trials with local worker processes until its budget is used up.
///
/// # Errors
/// [`RunError::Unusable`] if no trial can be evaluated, [`RunError::WorkersKeepDying`] if workers
/// crash without any trial finishing. Workers are stopped before an error is returned.
pub fn run(
    study: &mut Study,
    options: &RunOptions,
    interrupts: &Interrupts,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<RunEnd, RunError> {
    let recovery = study.recover()?;
    if !recovery.requeued.is_empty() || !recovery.elsewhere.is_empty() {
        observe(Event::Recovered { requeued: &recovery.requeued, elsewhere: &recovery.elsewhere });
    }
    let seen = FinishSequence(study.summary()?.counts.finished());
    let mut supervisor = Supervisor {
        study,
        options,
        observe,
        workers: Vec::new(),
        seen,
        deaths_in_a_row: 0,
        asked: Interrupt::None,
        waiting: false,
        noted: BTreeSet::new(),
    };
    let end = supervisor.supervise(interrupts);
    // After an error, all at once: each may take a while to let go of its trial.
    supervisor.workers.iter_mut().for_each(Worker::abandon);
    end
}

struct Supervisor<'a> {
    study: &'a mut Study,
    options: &'a RunOptions,
    observe: &'a mut dyn FnMut(Event<'_>),
    workers: Vec<Worker>,
    seen: FinishSequence,
    deaths_in_a_row: u32,
    asked: Interrupt,
    /// Whether it was told that other runs hold the last trials.
    waiting: bool,
    /// What workers said so far.
    noted: BTreeSet<String>,
}

impl Supervisor<'_> {
    fn supervise(&mut self, interrupts: &Interrupts) -> Result<RunEnd, RunError> {
        loop {
            let summary = self.study.summary()?;
            if self.asked == Interrupt::None {
                self.hire(&summary)?;
            }
            self.tell_news(&summary)?;
            if self.workers.is_empty() {
                self.tell_finished()?;
                if let Some(end) = self.end()? {
                    return Ok(end);
                }
            }
            self.pass_on(interrupts.get());
            thread::sleep(TICK);
            self.look_after_workers()?;
        }
    }

    /// How the run ends, now that no worker is left; `None` if it does not: other runs hold the last
    /// trials, and either finish them or turn out to be gone.
    fn end(&mut self) -> Result<Option<RunEnd>, RunError> {
        let summary = self.study.summary()?;
        let counts = summary.counts;
        let most = self.study.most_trials(&summary)?;
        if counts.queued + counts.running == 0 && counts.total() >= most {
            return Ok(Some(RunEnd::Done));
        }
        if self.asked != Interrupt::None {
            return Ok(Some(RunEnd::Interrupted));
        }
        let Recovery { requeued, elsewhere } = self.study.recover()?;
        if !requeued.is_empty() {
            (self.observe)(Event::Recovered { requeued: &requeued, elsewhere: &[] });
        } else if !elsewhere.is_empty() && !self.waiting {
            self.waiting = true;
            (self.observe)(Event::Waiting { trials: &elsewhere });
        }
        Ok(None)
    }

    /// Starts workers for the trials that are left, up to the number allowed.
    fn hire(&mut self, summary: &StudySummary) -> Result<(), RunError> {
        let free = self.options.workers.max(1).saturating_sub(self.workers.len());
        if free == 0 {
            return Ok(());
        }
        let most = self.study.most_trials(summary)?;
        let left = summary.counts.queued + most.saturating_sub(summary.counts.total());
        for _ in 0..free.min(usize::try_from(left).unwrap_or(usize::MAX)) {
            self.workers.push(Worker::start(self.options, self.study)?);
        }
        Ok(())
    }

    fn tell_news(&mut self, summary: &StudySummary) -> Result<(), RunError> {
        if self.tell_finished()? {
            return Ok(());
        }
        let id = self.study.id();
        let mut running = Vec::new();
        for worker in self.study.store().workers(id)? {
            running.extend(self.study.store().trial(id, worker.trial)?);
        }
        (self.observe)(Event::Progress { running: &running, summary });
        Ok(())
    }

    /// Tells of the trials that finished since the last look; whether there were any.
    fn tell_finished(&mut self) -> Result<bool, RunError> {
        let id = self.study.id();
        let (last, all) = (TrialNumber(0), FinishSequence(i64::MAX as u64));
        let rows = self.study.store().history(id, last, all, self.seen)?;
        let summary = if rows.is_empty() { None } else { Some(self.study.summary()?) };
        for row in &rows {
            let trial = self.study.store().trial(id, row.number)?;
            if let (Some(trial), Some(summary)) = (&trial, &summary) {
                (self.observe)(Event::Finished { trial, summary });
            }
            self.seen = row.finish_sequence.unwrap_or(self.seen);
            let lost = matches!(
                trial.map(|t| t.state),
                Some(TrialState::Failed(Failure { kind: FailureKind::WorkerLost, .. }))
            );
            if !lost {
                self.deaths_in_a_row = 0;
            }
        }
        Ok(!rows.is_empty())
    }

    /// Passes a new interrupt on to the workers.
    fn pass_on(&mut self, interrupt: Interrupt) {
        if interrupt <= self.asked {
            return;
        }
        self.asked = interrupt;
        let abandon = interrupt == Interrupt::Abandon;
        (self.observe)(if abandon { Event::Abandoning } else { Event::Finishing });
        for worker in &mut self.workers {
            if abandon { worker.abandon() } else { worker.finish() }
        }
    }

    /// Sees which workers have ended, and why.
    fn look_after_workers(&mut self) -> Result<(), RunError> {
        let mut i = 0;
        while i < self.workers.len() {
            let ended = self.workers[i].ended();
            for text in self.workers[i].notes(ended.is_some()) {
                if self.noted.insert(text.clone()) {
                    (self.observe)(Event::Note { text: &text });
                }
            }
            match ended {
                None => i += 1,
                Some(status) => {
                    let worker = self.workers.swap_remove(i);
                    if !status.success() {
                        self.bury(&worker, status)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A worker ended with an error: the trial it held goes back to the queue, or fails.
    fn bury(&mut self, worker: &Worker, status: ExitStatus) -> Result<(), RunError> {
        let stderr = worker.last_words();
        if status.code() == Some(i32::from(EXIT_UNUSABLE)) {
            return Err(RunError::Unusable { reason: stderr.trim_end().to_owned() });
        }
        let how = objective::describe_exit(status);
        let reason = if stderr.is_empty() { how } else { format!("{how}\n{stderr}") };
        let held: Vec<WorkerId> = self.held_by(worker.pid())?;
        let blame = (self.asked != Interrupt::Abandon).then(|| Blame {
            max_losses: MAX_LOSSES,
            reason: format!("its worker died: {reason}"),
        });
        let id = self.study.id();
        self.study.store().release(id, &held, blame.as_ref(), Timestamp::now())?;
        self.deaths_in_a_row += 1;
        if self.deaths_in_a_row >= MAX_DEATHS_IN_A_ROW {
            return Err(RunError::WorkersKeepDying { reason });
        }
        if self.asked != Interrupt::Abandon {
            (self.observe)(Event::WorkerLost { reason: &reason });
        }
        Ok(())
    }

    fn held_by(&mut self, pid: u32) -> Result<Vec<WorkerId>, StudyError> {
        let (id, host) = (self.study.id(), crate::study::host());
        let workers = self.study.store().workers(id)?;
        let mine = workers.iter().filter(|w| w.info.pid == pid && w.info.host == host);
        Ok(mine.map(|w| w.id).collect())
    }
}
