//! Studies and trials as JSON, for machines.

use serde_json::{Value, json};

use crate::spec::StudySpec;
use crate::store::StudySummary;
use crate::study::best_of;
use crate::trial::{Annotations, Attempt, Timestamp, Trial, TrialState};

use super::origins::Origins;

/// A study with all its trials.
pub(super) fn study(spec: &StudySpec, annotations: &Annotations, trials: &[Trial]) -> Value {
    let origins = Origins::of(trials);
    json!({
        "study": spec.study,
        "direction": spec.direction,
        "metric": spec.metric,
        "budget": spec.trials,
        "seed": spec.seed,
        "best": best_of(trials, spec.direction).map(trial),
        "note": annotations.note,
        "tags": annotations.tags,
        "origins": origins.kinds(),
        "fallbacks": origins.fallbacks(),
        "trials": trials.iter().map(trial).collect::<Vec<_>>(),
        "declaration": spec.to_json(),
    })
}

/// A trial, whole.
pub(super) fn trial(trial: &Trial) -> Value {
    let failure = match &trial.state {
        TrialState::Failed(f) => json!({ "kind": f.kind, "reason": f.reason }),
        _ => Value::Null,
    };
    json!({
        "number": trial.number,
        "state": trial.state.name(),
        "params": trial.params,
        "value": trial.state.value(),
        "metrics": trial.metrics,
        "origin": trial.origin,
        "engine_revision": trial.engine_revision,
        "failure": failure,
        "reports": trial.reports,
        "asked_at": time(Some(trial.asked_at)),
        "started_at": time(trial.started_at()),
        "finished_at": time(trial.finished_at),
        "seconds": trial.seconds(),
        "saw": trial.saw,
        "ended": trial.ended,
        "attempts": trial.attempts.iter().map(attempt).collect::<Vec<_>>(),
        "worker": trial.worker(),
        "note": trial.annotations.note,
        "tags": trial.annotations.tags,
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "outcome": attempt.outcome,
        "started_at": time(attempt.started_at),
        "ended_at": time(attempt.ended_at),
        "argv": attempt.launch.argv,
        "git": attempt.launch.git,
        "worker": attempt.worker,
    })
}

/// A study in one line.
pub(super) fn summary(summary: &StudySummary) -> Value {
    let c = summary.counts;
    json!({
        "study": summary.name,
        "direction": summary.direction,
        "metric": summary.metric,
        "budget": summary.budget,
        "queued": c.queued,
        "running": c.running,
        "complete": c.complete,
        "pruned": c.pruned,
        "failed": c.failed,
        "best": summary.best.map(|(number, value)| json!({ "number": number, "value": value })),
        "note": summary.annotations.note,
        "tags": summary.annotations.tags,
        "created_at": time(Some(summary.created_at)),
        "last_finished_at": time(summary.last_finished_at),
    })
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|t| t.to_string())
}
