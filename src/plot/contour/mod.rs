//! The model over two parameters: its mean and, beside it, its standard error.

mod colors;
mod draw;
mod isolines;

use super::axis::Axis;
use super::number::drawable;
use super::record::{self, Fixed, LeftOut, Mark, MarkState, StudySummary};
use super::{Picture, PlotError, Predict, parameter};
use crate::space::Params;
use crate::spec::StudySpec;
use crate::trial::Trial;

/// Everything a contour picture shows, in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub struct ContourData {
    /// The study and its best trial.
    pub summary: StudySummary,
    /// The horizontal parameter.
    pub x: Axis,
    /// The vertical parameter.
    pub y: Axis,
    /// The model's predictions.
    pub grid: Grid,
    /// Finished trials, in the order given.
    pub marks: Vec<Mark>,
    /// Trials in which one of the two parameters is not active.
    pub left_out: LeftOut,
    /// The other parameters.
    pub fixed: Fixed,
}

/// Predictions on a grid over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Ascending positions of the columns along the horizontal axis, in `[0, 1]`.
    pub x: Vec<f64>,
    /// Ascending positions of the rows along the vertical axis, in `[0, 1]`.
    pub y: Vec<f64>,
    /// Expected values, `y.len()` rows of `x.len()`, lowest row first.
    pub mean: Vec<f64>,
    /// Standard errors, laid out like `mean`, at least 0.
    pub standard_error: Vec<f64>,
}

impl ContourData {
    /// Asks the model on a grid over the parameters in columns `x` and `y`, about `resolution`
    /// places each way (60 to 100 look smooth; at least 2 are taken), the other parameters fixed
    /// at those of `at`, which belongs to the study's space.
    ///
    /// # Errors
    /// [`PlotError::NoSuchColumn`], [`PlotError::SameColumn`], [`PlotError::PredictionCount`],
    /// [`PlotError::NotANumber`].
    pub fn new(
        spec: &StudySpec,
        trials: &[Trial],
        (x, y): (usize, usize),
        at: &Params,
        model: &dyn Predict,
        resolution: usize,
    ) -> Result<Self, PlotError> {
        let space = &spec.space;
        let (px, py) = (parameter::column(space, x)?, parameter::column(space, y)?);
        if x == y {
            let name = px.name.clone();
            return Err(PlotError::SameColumn { name });
        }
        let (x_axis, y_axis) = (parameter::axis(px), parameter::axis(py));
        let columns = parameter::samples(&x_axis, &px.domain, resolution);
        let rows = parameter::samples(&y_axis, &py.domain, resolution);

        let mut unit = space.encode(at);
        let mut points = Vec::with_capacity(columns.len() * rows.len());
        for row in &rows {
            for column in &columns {
                (unit[x], unit[y]) = (column.unit, row.unit);
                points.push(space.decode(&unit));
            }
        }
        let predictions = ask(model, &points)?;
        let marks = trials.iter().filter_map(|trial| {
            let params = trial.params.as_ref()?;
            Some(Mark {
                number: trial.number,
                x: parameter::position(&x_axis, &px.domain, params.get(&px.name)?),
                y: parameter::position(&y_axis, &py.domain, params.get(&py.name)?),
                state: MarkState::of(trial)?,
                hover: record::hover(trial, &spec.metric),
            })
        });
        let summary = StudySummary::new(spec, trials);
        let shown = [px.name.as_str(), py.name.as_str()];
        Ok(Self {
            fixed: Fixed::new(&summary, &shown, at),
            left_out: LeftOut::new(trials, &shown),
            summary,
            marks: marks.collect(),
            grid: Grid {
                x: columns.iter().map(|c| c.position).collect(),
                y: rows.iter().map(|r| r.position).collect(),
                mean: predictions.iter().map(|p| p.0).collect(),
                standard_error: predictions.iter().map(|p| p.1).collect(),
            },
            x: x_axis,
            y: y_axis,
        })
    }

    /// Draws the two panels, 1200 × 620 pixels.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}

/// Mean and standard error at each point, within what can be drawn.
pub(super) fn ask(model: &dyn Predict, points: &[Params]) -> Result<Vec<(f64, f64)>, PlotError> {
    let predictions = model.predict(points);
    if predictions.len() != points.len() {
        return Err(PlotError::PredictionCount {
            expected: points.len(),
            found: predictions.len(),
        });
    }
    let checked = predictions.iter().zip(points).map(|(p, params)| {
        if p.mean.is_nan() || p.standard_error.is_nan() {
            let params = params.clone();
            return Err(PlotError::NotANumber { params });
        }
        Ok((drawable(p.mean), drawable(p.standard_error).max(0.0)))
    });
    checked.collect()
}
