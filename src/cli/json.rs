//! Studies and trials as JSON, for machines.

use serde_json::{Value, json};

use crate::spec::StudySpec;
use crate::store::StudySummary;
use crate::study::best_of;
use crate::trial::{Timestamp, Trial, TrialState};

use super::origins::Origins;

/// A study with all its trials.
pub(super) fn study(spec: &StudySpec, trials: &[Trial]) -> Value {
    let origins = Origins::of(trials);
    json!({
        "study": spec.study,
        "direction": spec.direction,
        "metric": spec.metric,
        "budget": spec.trials,
        "seed": spec.seed,
        "best": best_of(trials, spec.direction).map(trial),
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
        "origin": trial.origin,
        "failure": failure,
        "reports": trial.reports,
        "asked_at": time(Some(trial.asked_at)),
        "started_at": time(trial.started_at),
        "finished_at": time(trial.finished_at),
        "seconds": trial.seconds(),
        "rows_seen": trial.rows_seen,
        "finish_sequence": trial.finish_sequence,
        "attempts": trial.attempts,
        "worker": trial.worker,
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
        "created_at": time(Some(summary.created_at)),
        "last_finished_at": time(summary.last_finished_at),
    })
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|t| t.to_string())
}
