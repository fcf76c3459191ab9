//! Several studies side by side: the best so far by number of finished trials, the seeds of one
//! study as a band.

mod draw;
mod table;

use super::record;
use super::{Picture, PlotError};
use crate::trial::{Direction, Trial};

/// One study of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct CompareRun<'a> {
    /// What it is shown as; runs of equal label are seeds of one thing and form a band.
    pub label: &'a str,
    /// The metric's name, equal for all runs.
    pub metric: &'a str,
    /// Whether the metric is to be small or large, equal for all runs.
    pub direction: Direction,
    /// The study's trials, in any order.
    pub trials: &'a [Trial],
}

/// Everything a comparison shows, in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareData {
    /// The metric's name.
    pub metric: String,
    /// Whether the metric is to be small or large.
    pub direction: Direction,
    /// One per label, in the order of first appearance.
    pub groups: Vec<CompareGroup>,
}

/// The runs of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareGroup {
    /// What it is shown as.
    pub label: String,
    /// Number of runs.
    pub runs: usize,
    /// Runs with a value; the others take no part in what follows.
    pub valued: usize,
    /// Finished trials of the shortest and of the longest run with a value.
    pub trials: (usize, usize),
    /// Best so far after each number of finished trials, from where every run with a value has one
    /// to where the shortest of them ends: quartiles over one and the same set of runs throughout.
    pub steps: Vec<CompareStep>,
    /// Quartiles of the runs' final best values, each at its own end; `None` without values.
    pub last: Option<Quartiles>,
}

/// Quartiles after a number of finished trials, of any outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareStep {
    /// The number of finished trials, from 1.
    pub finished: usize,
    /// The runs' best values so far.
    pub best: Quartiles,
}

/// Quartiles over runs, by linear interpolation between order statistics (R. Hyndman, Y. Fan,
/// "Sample quantiles in statistical packages", 1996, definition 7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter of the runs lies below.
    pub lower: f64,
    /// Half of the runs lies below.
    pub median: f64,
    /// Three quarters of the runs lie below.
    pub upper: f64,
}

impl CompareData {
    /// Groups runs by label.
    ///
    /// # Errors
    /// [`PlotError::NoStudies`], [`PlotError::MixedMetrics`], [`PlotError::MixedDirections`].
    pub fn new(runs: &[CompareRun<'_>]) -> Result<Self, PlotError> {
        let first = runs.first().ok_or(PlotError::NoStudies)?;
        for run in runs {
            if run.metric != first.metric {
                return Err(PlotError::MixedMetrics {
                    first: first.metric.to_owned(),
                    second: run.metric.to_owned(),
                });
            }
            if run.direction != first.direction {
                return Err(PlotError::MixedDirections {
                    first: first.direction,
                    second: run.direction,
                });
            }
        }
        let mut labels: Vec<&str> = Vec::new();
        for run in runs {
            if !labels.contains(&run.label) {
                labels.push(run.label);
            }
        }
        let group = |label: &str| {
            let members = runs.iter().filter(|r| r.label == label);
            let traces = members.map(|r| best_so_far(r.trials, first.direction));
            CompareGroup::new(label, &traces.collect::<Vec<_>>())
        };
        Ok(Self {
            metric: first.metric.to_owned(),
            direction: first.direction,
            groups: labels.into_iter().map(group).collect(),
        })
    }

    /// Final values as a text table: one line per label with its runs, trials, median, quartiles.
    pub fn table(&self) -> String {
        table::table(self)
    }

    /// Draws the picture, 1000 pixels wide.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}

impl CompareGroup {
    /// `traces`: per run the best so far after each finished trial, `None` before the first value.
    fn new(label: &str, traces: &[Vec<Option<f64>>]) -> Self {
        let valued: Vec<&Vec<Option<f64>>> =
            traces.iter().filter(|t| t.iter().any(Option::is_some)).collect();
        let shortest = valued.iter().map(|t| t.len()).min().unwrap_or(0);
        let longest = valued.iter().map(|t| t.len()).max().unwrap_or(0);
        let steps = (0..shortest).filter_map(|k| {
            let values: Option<Vec<f64>> = valued.iter().map(|t| t[k]).collect();
            let best = Quartiles::over(values?)?;
            Some(CompareStep { finished: k + 1, best })
        });
        let finals = valued.iter().filter_map(|t| t.last().copied().flatten());
        Self {
            label: label.to_owned(),
            runs: traces.len(),
            valued: valued.len(),
            steps: steps.collect(),
            trials: (shortest, longest),
            last: Quartiles::over(finals.collect()),
        }
    }
}

impl Quartiles {
    /// `None` without values.
    fn over(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        Some(Self {
            lower: quantile(&values, 0.25)?,
            median: quantile(&values, 0.5)?,
            upper: quantile(&values, 0.75)?,
        })
    }
}

/// Quantile of ascending values; `None` without values.
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p * sorted.len().checked_sub(1)? as f64;
    let (low, t) = (place.floor() as usize, place.fract());
    let (a, b) = (sorted[low], sorted[(low + 1).min(sorted.len() - 1)]);
    Some(a + t * (b - a))
}

/// The best value after each finished trial, in the order of finishing; `None` before the first.
fn best_so_far(trials: &[Trial], direction: Direction) -> Vec<Option<f64>> {
    let mut finished: Vec<&Trial> = trials.iter().filter(|t| t.state.is_finished()).collect();
    finished.sort_by_key(|t| (t.ended.is_none(), t.ended, t.number));
    let mut best: Option<f64> = None;
    let steps = finished.into_iter().map(|trial| {
        if let Some(value) = record::value(trial)
            && best.is_none_or(|b| direction.is_better(value, b))
        {
            best = Some(value);
        }
        best
    });
    steps.collect()
}
