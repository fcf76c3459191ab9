//! The model along one parameter: its mean with a band of ±2 standard errors.

mod draw;

use super::axis::Axis;
use super::contour::ask;
use super::record::{self, Fixed, LeftOut, MarkState, StudySummary};
use super::{Picture, PlotError, Predict, parameter};
use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::{Trial, TrialNumber};

/// Everything a slice picture shows, in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceData {
    /// The study and its best trial.
    pub summary: StudySummary,
    /// The parameter.
    pub x: Axis,
    /// Ascending positions where the model was asked, in `[0, 1]`.
    pub positions: Vec<f64>,
    /// Expected values there.
    pub mean: Vec<f64>,
    /// Standard errors there, at least 0.
    pub standard_error: Vec<f64>,
    /// Finished trials, in the order given.
    pub points: Vec<SlicePoint>,
    /// Trials in which the parameter is not active.
    pub left_out: LeftOut,
    /// The other parameters.
    pub fixed: Fixed,
}

/// A finished trial along the parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct SlicePoint {
    /// The trial's number.
    pub number: TrialNumber,
    /// Position along the parameter's axis, in `[0, 1]`.
    pub x: f64,
    /// What became of it.
    pub state: MarkState,
    /// Everything about it, one line each.
    pub hover: String,
}

impl SliceData {
    /// Asks the model at about `resolution` values (at least 2) of the parameter in column `x`,
    /// the other parameters fixed at those of `at`, which belongs to the study's space.
    ///
    /// # Errors
    /// [`PlotError::NoSuchColumn`], [`PlotError::PredictionCount`], [`PlotError::NotANumber`].
    pub fn new(
        spec: &StudySpec,
        trials: &[Trial],
        x: usize,
        at: &Params,
        model: &dyn Predict,
        resolution: usize,
    ) -> Result<Self, PlotError> {
        let shown = parameter::column(&spec.space, x)?;
        let axis = parameter::axis(shown);
        let samples = parameter::samples(&axis, &shown.domain, resolution);
        let mut unit = spec.space.encode(at);
        let points: Vec<Params> = samples
            .iter()
            .map(|sample| {
                unit[x] = sample.unit;
                spec.space.decode(&unit)
            })
            .collect();
        let (mean, standard_error) = ask(model, &points)?.into_iter().unzip();
        let points = trials.iter().filter_map(|trial| {
            let value = trial.params.as_ref()?.get(&shown.name)?;
            Some(SlicePoint {
                number: trial.number,
                x: parameter::position(&axis, &shown.domain, value),
                state: MarkState::of(trial)?,
                hover: record::hover(trial, &spec.metric),
            })
        });
        let summary = StudySummary::new(spec, trials);
        Ok(Self {
            fixed: Fixed::new(&summary, &[&shown.name], at),
            left_out: LeftOut::new(trials, &[&shown.name]),
            summary,
            positions: samples.iter().map(|s| s.position).collect(),
            mean,
            standard_error,
            points: points.collect(),
            x: axis,
        })
    }

    /// Draws the picture, 1000 × 560 pixels.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}
