//! A parameter as an axis: its range or levels, where values lie, where to ask the model.

use super::PlotError;
use super::axis::{Axis, AxisKind};
use super::record::parameter_text;
use crate::space::{Domain, ParamValue, Parameter, Scale, SearchSpace};
use crate::trial::TrialNumber;

/// Numeric grids up to this size show each level as a cell of its own; larger ones as a range.
const MAX_CELLS: u64 = 12;

/// Where the model is asked along one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    /// Coordinate in the unit cube.
    pub(super) unit: f64,
    /// Position along the axis, in `[0, 1]`.
    pub(super) position: f64,
}

/// The axis of a parameter.
pub(super) fn axis(parameter: &Parameter) -> Axis {
    let label = parameter.name.clone();
    let domain = &parameter.domain;
    if let Some(levels) = cells(domain) {
        let names = (0..levels).filter_map(|k| domain.level(k));
        let kind = AxisKind::Levels(names.map(|v| parameter_text(&v)).collect());
        return Axis { label, kind };
    }
    let (low, high) = match domain {
        Domain::Float(d) => (d.low(), d.high()),
        Domain::Int(d) => (d.low() as f64, d.high() as f64),
        // Always cells, above.
        Domain::Categorical(_) | Domain::Bool | Domain::Ordinal(_) => (0.0, 1.0),
    };
    let kind = match domain.scale() {
        Scale::Linear => AxisKind::Linear { low, high },
        Scale::Log => AxisKind::Log { low, high },
    };
    Axis { label, kind }
}

/// Position of a parameter's value along its axis.
pub(super) fn position(axis: &Axis, domain: &Domain, value: &ParamValue) -> f64 {
    let number = match (cells(domain), value.as_f64()) {
        (None, Some(v)) => v,
        // A cell is the level that the coordinate falls into.
        (levels, _) => level_at(domain, domain.encode(value), levels.unwrap_or(1)),
    };
    axis.position(number)
}

/// About `resolution` places (at least 2) to ask the model at, ascending; every level of a domain
/// that has fewer.
pub(super) fn samples(axis: &Axis, domain: &Domain, resolution: usize) -> Vec<Sample> {
    let sample =
        |unit: f64| Sample { unit, position: position(axis, domain, &domain.decode(unit)) };
    let resolution = resolution.max(2);
    match domain.levels() {
        Some(levels) if levels <= resolution as u64 || cells(domain).is_some() => {
            let units = domain.level_units().unwrap_or_default();
            units.into_iter().map(sample).collect()
        }
        _ => {
            let unit = |i| domain.snap(i as f64 / (resolution - 1) as f64);
            let mut samples: Vec<Sample> = (0..resolution).map(|i| sample(unit(i))).collect();
            samples.dedup_by(|a, b| a.position <= b.position);
            samples
        }
    }
}

/// Number of cells, if the domain is shown as cells.
fn cells(domain: &Domain) -> Option<u64> {
    let levels = domain.levels()?;
    let numeric = matches!(domain, Domain::Float(_) | Domain::Int(_));
    (!numeric || levels <= MAX_CELLS).then_some(levels)
}

/// The level whose coordinate is nearest to `unit`.
fn level_at(domain: &Domain, unit: f64, levels: u64) -> f64 {
    let value = domain.decode(unit);
    (0..levels).find(|&k| domain.level(k).as_ref() == Some(&value)).unwrap_or(0) as f64
}

/// The parameter in a column.
pub(super) fn column(space: &SearchSpace, column: usize) -> Result<&Parameter, PlotError> {
    let parameters = space.len();
    let found = space.parameters().get(column);
    found.ok_or(PlotError::NoSuchColumn { column, parameters })
}

/// Ratios whose multiples spread evenly: the golden one, and the plastic one for a second axis.
pub(super) const GOLDEN: f64 = 0.618_033_988_749_895;
pub(super) const PLASTIC: f64 = 0.754_877_666_246_693;

/// How far a trial's mark is moved along an axis of levels, where marks would hide each other:
/// additive recurrence by `ratio` within the middle of the cell. 0 on other axes.
pub(super) fn spread(axis: &Axis, number: TrialNumber, ratio: f64) -> f64 {
    match &axis.kind {
        AxisKind::Levels(levels) => {
            ((number.0 as f64 * ratio).fract() - 0.5) * 0.66 / levels.len() as f64
        }
        _ => 0.0,
    }
}
