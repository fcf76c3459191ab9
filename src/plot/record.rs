//! What pictures say about trials.

use super::number::{count, drawable, significant};
use crate::space::{ParamValue, Params};
use crate::trial::{Direction, Trial, TrialNumber, TrialState};

/// The value of a complete trial, within what can be drawn.
pub(super) fn value(trial: &Trial) -> Option<f64> {
    trial.state.value().filter(|v| !v.is_nan()).map(drawable)
}

/// The complete trial with the best value; the earliest of equals.
pub(super) fn best(trials: &[Trial], direction: Direction) -> Option<&Trial> {
    let complete = trials.iter().filter_map(|t| Some((t, value(t)?)));
    complete
        .reduce(|best, next| {
            let earlier = next.1 == best.1 && next.0.number < best.0.number;
            if direction.is_better(next.1, best.1) || earlier { next } else { best }
        })
        .map(|(trial, _)| trial)
}

/// A parameter's value for people.
pub(super) fn parameter_text(value: &ParamValue) -> String {
    match value {
        ParamValue::Float(v) => significant(*v, 4),
        other => other.to_string(),
    }
}

/// `lr 0.00032 · beta1 0.91`
pub(super) fn params_text(params: &Params) -> String {
    let pairs = params.iter().map(|(name, v)| format!("{name} {}", parameter_text(v)));
    pairs.collect::<Vec<_>>().join(" · ")
}

/// Everything worth telling about a trial, one line each: its number and value (or what became of
/// it), its parameters, where they came from.
pub(super) fn hover(trial: &Trial, metric: &str) -> String {
    let number = trial.number;
    let mut lines = vec![match &trial.state {
        TrialState::Complete { value } => {
            format!("trial {number}: {metric} {}", significant(*value, 6))
        }
        TrialState::Failed(failure) => format!("trial {number}: failed ({})", failure.kind),
        state => format!("trial {number}: {}", state.name()),
    }];
    for (name, value) in trial.params.iter().flat_map(Params::iter) {
        lines.push(format!("{name} = {}", parameter_text(value)));
    }
    lines.extend(trial.origin.as_ref().map(|o| format!("from {}", o.kind())));
    lines.join("\n")
}

/// A trial in a picture over parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The trial's number.
    pub number: TrialNumber,
    /// Position along the horizontal axis, in `[0, 1]`.
    pub x: f64,
    /// Position along the vertical axis, in `[0, 1]`.
    pub y: f64,
    /// What became of it.
    pub state: MarkState,
    /// Everything about it, one line each.
    pub hover: String,
}

/// What became of a finished trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MarkState {
    /// Evaluated, with its value in the user's units.
    Complete(f64),
    /// Stopped early.
    Pruned,
    /// Ended without a value.
    Failed,
}

impl MarkState {
    /// The state of a finished trial, `None` for one that is not.
    pub(super) fn of(trial: &Trial) -> Option<Self> {
        match &trial.state {
            TrialState::Complete { .. } => value(trial).map(Self::Complete),
            TrialState::Pruned => Some(Self::Pruned),
            TrialState::Failed(_) => Some(Self::Failed),
            TrialState::Queued | TrialState::Running => None,
        }
    }
}

/// The best trial's number, value and parameters as text.
pub(super) fn best_text(best: Option<&Trial>) -> Option<(TrialNumber, f64, String)> {
    let trial = best?;
    let params = trial.params.as_ref().map(params_text);
    Some((trial.number, value(trial)?, params.unwrap_or_default()))
}

/// `20 trials · best accuracy 0.8712 at lr 0.00032 · beta1 0.91 (trial 17)`
pub(super) fn summary(
    finished: usize,
    metric: &str,
    best: Option<&(TrialNumber, f64, String)>,
) -> String {
    let trials = count(finished, "finished trial");
    match best {
        Some((number, value, params)) => {
            let value = significant(*value, 5);
            format!("{trials}  ·  best {metric} {value} in trial {number}: {params}")
        }
        None => format!("{trials}, none with a value"),
    }
}

/// `depth 3, activation relu fixed at the best trial`
pub(super) fn fixed_text(fixed: &[(String, String)], at_best: bool) -> Option<String> {
    if fixed.is_empty() {
        return None;
    }
    let pairs: Vec<String> = fixed.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    let place = if at_best { " as in the best trial" } else { "" };
    Some(format!("others fixed{place}: {}", pairs.join(", ")))
}
