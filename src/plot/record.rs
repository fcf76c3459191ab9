//! What pictures say about trials.

use super::number::{count, drawable, significant};
use crate::space::{ParamValue, Params};
use crate::spec::StudySpec;
use crate::trial::{Direction, Trial, TrialNumber, TrialState};

/// The value of a complete trial, within what can be drawn.
pub(super) fn value(trial: &Trial) -> Option<f64> {
    trial.state.value().filter(|v| !v.is_nan()).map(drawable)
}

/// A parameter's value for people.
pub(super) fn parameter_text(value: &ParamValue) -> String {
    match value {
        ParamValue::Float(v) => significant(*v, 4),
        other => other.to_string(),
    }
}

/// `lr = 0.0032`
fn pair_text(name: &str, value: &ParamValue) -> String {
    format!("{name} = {}", parameter_text(value))
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
        lines.push(pair_text(name, value));
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

/// What pictures of one study say about it as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySummary {
    /// The study's name.
    pub study: String,
    /// The metric's name.
    pub metric: String,
    /// Whether the metric is to be small or large.
    pub direction: Direction,
    /// Number of finished trials, of any outcome.
    pub finished: usize,
    /// The best trial, if any has a value.
    pub best: Option<BestTrial>,
}

/// The complete trial with the best value; the earliest of equals.
#[derive(Clone, Debug, PartialEq)]
pub struct BestTrial {
    /// Its number.
    pub number: TrialNumber,
    /// Its value, in the user's units.
    pub value: f64,
    /// Its parameters.
    pub params: Option<Params>,
}

impl StudySummary {
    pub(super) fn new(spec: &StudySpec, trials: &[Trial]) -> Self {
        let complete = trials.iter().filter_map(|t| Some((t, value(t)?)));
        let best = complete.reduce(|best, next| {
            let earlier = next.1 == best.1 && next.0.number < best.0.number;
            let better = spec.direction.is_better(next.1, best.1);
            if better || earlier { next } else { best }
        });
        Self {
            study: spec.study.clone(),
            metric: spec.metric.clone(),
            direction: spec.direction,
            finished: trials.iter().filter(|t| t.state.is_finished()).count(),
            best: best.map(|(trial, value)| BestTrial {
                number: trial.number,
                value,
                params: trial.params.clone(),
            }),
        }
    }

    /// Whether a trial is the best one.
    pub(super) fn is_best(&self, number: TrialNumber) -> bool {
        self.best.as_ref().is_some_and(|b| b.number == number)
    }

    /// `20 finished trials · best accuracy 0.8712 in trial 17: lr = 0.0032, beta1 = 0.91`
    pub(super) fn text(&self) -> String {
        let trials = count(self.finished, "finished trial");
        let Some(best) = &self.best else {
            return format!("{trials}, none with a value");
        };
        let params = best.params.iter().flat_map(Params::iter);
        let params: Vec<String> = params.map(|(n, v)| pair_text(n, v)).collect();
        format!(
            "{trials} · best {} {} in trial {}: {}",
            self.metric,
            significant(best.value, 5),
            best.number,
            params.join(", ")
        )
    }
}

/// The finished trials that a picture over parameters leaves out, because one of these is not active in
/// them.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Number of such trials.
    pub trials: usize,
    /// The parameters some of them are without.
    pub without: Vec<String>,
}

impl LeftOut {
    /// What a picture over the `shown` parameters leaves out.
    pub(super) fn new(trials: &[Trial], shown: &[&str]) -> Self {
        let finished = trials.iter().filter(|trial| trial.state.is_finished());
        let params: Vec<&Params> = finished.filter_map(|trial| trial.params.as_ref()).collect();
        let lacks = |params: &Params, name: &str| params.get(name).is_none();
        let without = shown.iter().filter(|name| params.iter().any(|p| lacks(p, name)));
        Self {
            trials: params.iter().filter(|p| shown.iter().any(|name| lacks(p, name))).count(),
            without: without.map(|name| (*name).to_owned()).collect(),
        }
    }

    /// `3 trials without momentum left out`; `None` if there are none.
    pub(super) fn text(&self) -> Option<String> {
        let names = self.without.join(" or ");
        (self.trials > 0)
            .then(|| format!("{} without {names} left out", count(self.trials, "trial")))
    }
}

/// The parameters a picture does not show, and where they are held.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    /// Names and values, in order of declaration.
    pub values: Vec<(String, ParamValue)>,
    /// Whether these are the best trial's values.
    pub at_best: bool,
}

impl Fixed {
    /// The parameters of `at` but for the `shown` ones.
    pub(super) fn new(summary: &StudySummary, shown: &[&str], at: &Params) -> Self {
        let others = at.iter().filter(|(name, _)| !shown.contains(name));
        let values: Vec<_> = others.map(|(name, v)| (name.to_owned(), v.clone())).collect();
        let best = summary.best.as_ref().and_then(|b| b.params.as_ref());
        let at_best = best.is_some_and(|b| values.iter().all(|(n, v)| b.get(n) == Some(v)));
        Self { values, at_best }
    }

    /// `others fixed as in the best trial: depth = 3 (trials shown at their own)`; `None` if there are no
    /// others.
    pub(super) fn text(&self) -> Option<String> {
        let pairs: Vec<String> = self.values.iter().map(|(n, v)| pair_text(n, v)).collect();
        let place = if self.at_best { " as in the best trial" } else { "" };
        (!pairs.is_empty()).then(|| {
            format!("others fixed{place}: {} (trials shown at their own)", pairs.join(", "))
        })
    }
}
