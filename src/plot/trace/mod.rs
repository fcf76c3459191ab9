//! The course of an optimisation: every trial's value and the best so far.

mod draw;

use super::record::{self, MarkState, StudySummary};
use super::{Picture, PlotError};
use crate::spec::StudySpec;
use crate::trial::{Origin, Timestamp, Trial, TrialNumber};

/// What the horizontal axis of a trace counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceAxis {
    /// The trial's number.
    #[default]
    Number,
    /// Seconds from the first trial's asking to the trial's end. Trials without an end time are
    /// left out.
    Time,
}

/// Everything a trace picture shows, in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceData {
    /// The study and its best trial.
    pub summary: StudySummary,
    /// What the horizontal axis counts.
    pub axis: TraceAxis,
    /// Finished trials, ascending by `x`.
    pub points: Vec<TracePoint>,
    /// Corners of the best so far: it takes the value from this `x` on.
    pub best_so_far: Vec<(f64, f64)>,
    /// Where the model takes over, and the kinds of origin before, if both are there.
    pub model_begins: Option<(f64, Vec<&'static str>)>,
    /// Kinds of origin, but for the model, of the points with a value.
    pub others: Vec<&'static str>,
}

/// A finished trial in a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TracePoint {
    /// The trial's number.
    pub number: TrialNumber,
    /// Trial number or seconds.
    pub x: f64,
    /// What became of it.
    pub state: MarkState,
    /// Whether the model suggested it.
    pub by_model: bool,
    /// Everything about it, one line each.
    pub hover: String,
}

impl TraceData {
    /// The trace of a study's trials, in any order.
    pub fn new(spec: &StudySpec, trials: &[Trial], axis: TraceAxis) -> Self {
        let start = trials.iter().map(|t| t.asked_at).min();
        let seconds = |time: Timestamp| start.map_or(0.0, |s| time.seconds_since(s));
        let mut points: Vec<TracePoint> = trials
            .iter()
            .filter_map(|trial| {
                Some(TracePoint {
                    number: trial.number,
                    x: match axis {
                        TraceAxis::Number => trial.number.0 as f64,
                        TraceAxis::Time => seconds(trial.finished_at?),
                    },
                    state: MarkState::of(trial)?,
                    by_model: by_model(trial),
                    hover: record::hover(trial, &spec.metric),
                })
            })
            .collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.number.cmp(&b.number)));

        let mut best_so_far: Vec<(f64, f64)> = Vec::new();
        for point in &points {
            if let MarkState::Complete(value) = point.state
                && best_so_far.last().is_none_or(|b| spec.direction.is_better(value, b.1))
            {
                best_so_far.push((point.x, value));
            }
        }
        let first_model =
            trials.iter().filter(|t| by_model(t)).min_by_key(|t| t.number).filter(|model| {
                trials.iter().any(|t| t.number < model.number && t.origin.is_some())
            });
        let model_begins = first_model.map(|model| {
            let x = match axis {
                TraceAxis::Number => model.number.0 as f64 - 0.5,
                TraceAxis::Time => seconds(model.asked_at),
            };
            (x, kinds(trials.iter().filter(|t| t.number < model.number)))
        });
        let others = kinds(trials.iter().filter(|t| !by_model(t) && t.state.value().is_some()));
        let summary = StudySummary::new(spec, trials);
        Self { summary, axis, points, best_so_far, model_begins, others }
    }

    /// Draws the picture, 1000 × 560 pixels.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}

fn by_model(trial: &Trial) -> bool {
    matches!(trial.origin, Some(Origin::Model { .. }))
}

/// The kinds of origin of some trials, each once, in the order of numbers.
fn kinds<'a>(trials: impl Iterator<Item = &'a Trial>) -> Vec<&'static str> {
    let mut trials: Vec<&Trial> = trials.collect();
    trials.sort_by_key(|t| t.number);
    let mut kinds = Vec::new();
    for kind in trials.iter().filter_map(|t| t.origin.as_ref()).map(Origin::kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}
