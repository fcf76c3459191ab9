//! The supervisor: starts workers, watches them, tells what happens.

use std::collections::BTreeSet;
use std::process::ExitStatus;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use crate::process::{self, ProcessScope};
use crate::store::{LossPolicy, StudySummary, WorkerId};
use crate::study::{Recovery, Study, StudyError};
use crate::trial::{EventNumber, Failure, FailureKind, Timestamp, TrialNumber, TrialState};

use super::child::{Happening, Worker};
use super::signals::{Interrupt, Interrupts};
use super::{EXIT_UNUSABLE, Event, RunError, RunOptions};

/// How long at least from one look at the store to the next, however much happens.
const BUSY: Duration = Duration::from_millis(50);
/// How long at most: other runs, and whoever adds trials, send no messages.
const IDLE: Duration = Duration::from_secs(1);
/// Workers a trial may lose before it counts as failed: the second time is no accident.
const MAX_LOSSES: u32 = 2;
/// Workers that may end in a row without any trial finishing.
const MAX_DEATHS_IN_A_ROW: u32 = 5;

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
    let seen = study.summary()?.last_event;
    let (sender, happenings) = mpsc::channel();
    let signals = sender.clone();
    interrupts.notify(move |asked| signals.send(Happening::Interrupt(asked)).is_ok());
    let now = Instant::now();
    let mut supervisor = Supervisor {
        study,
        options,
        observe,
        workers: Vec::new(),
        sender,
        happenings,
        looked: now,
        next_look: now,
        seen,
        deaths_in_a_row: 0,
        asked: Interrupt::None,
        waiting: false,
        noted: BTreeSet::new(),
    };
    let end = supervisor.supervise();
    // After an error, all at once: each may take a while to let go of its trial.
    supervisor.workers.iter_mut().for_each(Worker::abandon);
    end
}

struct Supervisor<'a> {
    study: &'a mut Study,
    options: &'a RunOptions,
    observe: &'a mut dyn FnMut(Event<'_>),
    workers: Vec<Worker>,
    /// For what happens to workers.
    sender: Sender<Happening>,
    happenings: Receiver<Happening>,
    /// When the store was last looked at.
    looked: Instant,
    next_look: Instant,
    seen: EventNumber,
    deaths_in_a_row: u32,
    asked: Interrupt,
    /// Whether it was told that other runs hold the last trials.
    waiting: bool,
    /// What workers said so far.
    noted: BTreeSet<String>,
}

impl Supervisor<'_> {
    fn supervise(&mut self) -> Result<RunEnd, RunError> {
        loop {
            if Instant::now() >= self.next_look {
                self.look()?;
            }
            if self.workers.is_empty() {
                self.tell_finished()?;
                if let Some(end) = self.end()? {
                    return Ok(end);
                }
            }
            let wait = self.next_look.saturating_duration_since(Instant::now());
            let mut happening = self.happenings.recv_timeout(wait).ok();
            while let Some(happened) = happening {
                self.take(happened);
                happening = self.happenings.try_recv().ok();
            }
            self.look_after_workers()?;
        }
    }

    /// Looks at the store: starts the workers that are wanted and tells what is new.
    fn look(&mut self) -> Result<(), RunError> {
        let summary = self.study.summary()?;
        if self.asked == Interrupt::None {
            self.spawn(&summary)?;
        }
        let finished = self.tell_news(&summary)?;
        self.looked = Instant::now();
        self.next_look = self.looked + if finished { BUSY } else { IDLE };
        Ok(())
    }

    fn look_soon(&mut self) {
        self.next_look = self.next_look.min(self.looked + BUSY);
    }

    fn take(&mut self, happened: Happening) {
        match happened {
            Happening::Stored | Happening::Ended => self.look_soon(),
            Happening::Note(text) => {
                if !self.noted.contains(&text) {
                    (self.observe)(Event::Note { text: &text });
                    self.noted.insert(text);
                }
            }
            Happening::Interrupt(asked) => self.pass_on(asked),
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
            self.look_soon();
        } else if !elsewhere.is_empty() && !self.waiting {
            self.waiting = true;
            (self.observe)(Event::Waiting { trials: &elsewhere });
        }
        Ok(None)
    }

    /// Starts workers for the trials that are left, up to the number allowed.
    fn spawn(&mut self, summary: &StudySummary) -> Result<(), RunError> {
        let free = self.options.workers.max(1).saturating_sub(self.workers.len());
        if free == 0 {
            return Ok(());
        }
        let most = self.study.most_trials(summary)?;
        let left = summary.counts.queued + most.saturating_sub(summary.counts.total());
        for _ in 0..free.min(usize::try_from(left).unwrap_or(usize::MAX)) {
            self.workers.push(Worker::spawn(self.options, self.study, &self.sender)?);
        }
        Ok(())
    }

    /// Tells of the trials that finished, else where things stand; whether there were any.
    fn tell_news(&mut self, summary: &StudySummary) -> Result<bool, RunError> {
        if self.tell_finished()? {
            return Ok(true);
        }
        let id = self.study.id();
        let running = self.study.store().running(id)?;
        (self.observe)(Event::Progress { running: &running, summary });
        Ok(false)
    }

    /// Tells of the trials that finished since the last look; whether there were any.
    fn tell_finished(&mut self) -> Result<bool, RunError> {
        let id = self.study.id();
        let rows = self.study.store().history(id, TrialNumber(0), EventNumber::LAST, self.seen)?;
        let summary = if rows.is_empty() { None } else { Some(self.study.summary()?) };
        for row in &rows {
            let trial = self.study.store().trial(id, row.number)?;
            if let (Some(trial), Some(summary)) = (&trial, &summary) {
                (self.observe)(Event::Finished { trial, summary });
            }
            self.seen = row.ended.unwrap_or(self.seen);
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
            match self.workers[i].ended() {
                None => i += 1,
                Some(status) => {
                    let worker = self.workers.swap_remove(i);
                    if !status.success() {
                        self.reap(&worker, status)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A worker ended with an error: the trial it held goes back to the queue, or fails.
    fn reap(&mut self, worker: &Worker, status: ExitStatus) -> Result<(), RunError> {
        let stderr = worker.stderr_tail();
        if status.code() == Some(i32::from(EXIT_UNUSABLE)) {
            return Err(RunError::Unusable { reason: stderr.trim_end().to_owned() });
        }
        let how = process::describe_exit(status);
        let reason = if stderr.is_empty() { how } else { format!("{how}\n{stderr}") };
        let held: Vec<WorkerId> = self.held_by(worker.pid())?;
        let policy = (self.asked != Interrupt::Abandon).then(|| LossPolicy {
            max_losses: MAX_LOSSES,
            reason: format!("its worker died: {reason}"),
        });
        let id = self.study.id();
        self.study.store().release(id, &held, policy.as_ref(), Timestamp::now())?;
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
        let (id, here) = (self.study.id(), ProcessScope::here());
        let workers = self.study.store().workers(id)?;
        let processes = workers.iter().map(|w| (w, w.process()));
        let mine =
            processes.filter(|(_, process)| process.pid == pid && here.same_as(&process.scope));
        Ok(mine.map(|(w, _)| w.id).collect())
    }
}
