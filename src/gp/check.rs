//! What a model can be made of: shapes that fit, and finite numbers.

use nalgebra::{DMatrix, DVector};

use super::column::Column;
use super::error::GpError;
use super::hyperparameters::Hyperparameters;

pub(super) fn check_data(
    columns: &[Column],
    x: &DMatrix<f64>,
    y: &DVector<f64>,
) -> Result<(), GpError> {
    if y.is_empty() {
        return Err(GpError::NoObservations);
    }
    check_count("losses", x.nrows(), y.len())?;
    check_points(columns, x)?;
    check_finite("losses", y.iter().copied().enumerate())
}

pub(super) fn check_points(columns: &[Column], x: &DMatrix<f64>) -> Result<(), GpError> {
    check_count("columns", columns.len().max(1), x.ncols())?;
    let n = x.nrows();
    check_finite("coordinates", x.iter().enumerate().map(|(i, &u)| (i % n, u)))
}

pub(super) fn check_count(
    what: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), GpError> {
    if expected == found { Ok(()) } else { Err(GpError::Shape { what, expected, found }) }
}

pub(super) fn check_finite(
    what: &'static str,
    mut values: impl Iterator<Item = (usize, f64)>,
) -> Result<(), GpError> {
    match values.find(|(_, v)| !v.is_finite()) {
        None => Ok(()),
        Some((row, found)) => Err(GpError::NotFinite { what, row, found }),
    }
}

pub(super) fn check_hyperparameters(
    hyperparameters: &Hyperparameters,
    d: usize,
) -> Result<(), GpError> {
    check_count("length scales", d, hyperparameters.length_scales.len())?;
    check_finite("mean", std::iter::once((0, hyperparameters.mean)))?;
    let bad = |what, found| Err(GpError::BadHyperparameter { what, found });
    for (what, found) in hyperparameters.positive() {
        if !(found.is_finite() && found > 0.0) {
            return bad(what, found);
        }
    }
    let (what, found) = hyperparameters.not_negative();
    if found.is_finite() && found >= 0.0 { Ok(()) } else { bad(what, found) }
}
