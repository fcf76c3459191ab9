//! What goes into a store and comes out of it.

use crate::process::{ProcessIdentity, ProcessScope};
use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::{
    Annotations, Direction, EventNumber, Report, Timestamp, TrialNumber, WorkerInfo,
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

/// A change of what people wrote about a study or a trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnnotationChange {
    /// The new note, in place of the old one; an empty one removes it.
    pub note: Option<String>,
    /// Tags to add.
    pub add: Vec<String>,
    /// Tags to remove; one that is not there is no error.
    pub remove: Vec<String>,
}

impl AnnotationChange {
    /// Makes the change: the note, then the tags to add, then those to remove.
    pub fn apply(&self, annotations: &mut Annotations) {
        if let Some(note) = &self.note {
            annotations.note.clone_from(note);
        }
        annotations.tags.extend(self.add.iter().cloned());
        annotations.tags.retain(|tag| !self.remove.contains(tag));
    }
}

/// A study in one line.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySummary {
    /// Its name.
    pub name: String,
    /// Its direction.
    pub direction: Direction,
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
    /// The last event of the study.
    pub last_event: EventNumber,
    /// What people wrote about it.
    pub annotations: Annotations,
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

impl TrialCounts {
    /// Trials that are over.
    pub fn finished(&self) -> u64 {
        self.complete + self.pruned + self.failed
    }

    /// All trials; what the budget counts.
    pub fn total(&self) -> u64 {
        self.queued + self.running + self.finished()
    }
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

impl WorkerRecord {
    /// The worker's process.
    pub fn process(&self) -> ProcessIdentity {
        let info = &self.info;
        ProcessIdentity { scope: scope(info), pid: info.pid, start: info.process_start }
    }
}

/// Within what a worker's process id names it.
pub(super) fn scope(info: &WorkerInfo) -> ProcessScope {
    ProcessScope {
        host: info.host.clone(),
        boot: info.boot.clone(),
        pid_namespace: info.pid_namespace,
    }
}

/// A running trial and what it reported last.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialProgress {
    /// Number of the trial.
    pub number: TrialNumber,
    /// The last report of its attempt, as it was told; `None` before the first.
    pub last: Option<Report>,
}

/// A trial given to a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Reservation {
    /// The trial's number.
    pub number: TrialNumber,
    /// The last event that its suggestion may see.
    pub saw: EventNumber,
    /// Its parameters, if they were suggested before (a trial taken up again) or chosen by a user.
    pub params: Option<Params>,
    /// Which attempt at the trial this is, from 1. `report` and `finish` are refused for an earlier
    /// attempt, so that a worker thought dead cannot overwrite its successor.
    pub attempt: u32,
}

/// A trial as one later trial sees it: a row that ended after what the later one saw is pending
/// here, whatever became of it since.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// The trial's number.
    pub number: TrialNumber,
    /// Its parameters; `None` if its suggestion is not stored yet, or never will be because it failed
    /// before. Being pure in the number and `saw`, the suggestion can be computed.
    pub params: Option<Params>,
    /// The last event that its own suggestion saw.
    pub saw: EventNumber,
    /// The event that ended it; `None` while pending.
    pub ended: Option<EventNumber>,
    /// Its value; `None` while pending, pruned or failed.
    pub value: Option<f64>,
}

/// What becomes of a trial whose worker is lost through a fault that may be the trial's.
#[derive(Clone, Debug, PartialEq)]
pub struct LossPolicy {
    /// Lost workers after which the trial fails.
    pub max_losses: u32,
    /// How the worker ended, for the failure's reason.
    pub reason: String,
}
