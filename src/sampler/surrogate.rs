//! The Gaussian process over a search space: fitted to a history, asked in parameters.

use nalgebra::{DMatrix, DVector};

use super::warp::Warp;
use crate::gp::{Column, GaussianProcess, GpError};
use crate::space::{Domain, Params, SearchSpace};
use crate::trial::History;

/// Ordered domains with more levels are searched on an even choice of this many.
const MAX_LEVELS: u64 = 1024;

/// A model of the loss, fitted to a history.
#[derive(Clone, Debug)]
pub struct Surrogate {
    space: SearchSpace,
    warp: Warp,
    pub(super) gp: GaussianProcess,
}

/// What the model says of one point, in units of the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Its median: the mean of the latent function, save where losses are so far beyond the median
    /// of all that the model sees them compressed.
    pub loss: f64,
    /// Its standard error: the standard deviation of the latent function, without measurement noise;
    /// to first order where losses are compressed.
    pub standard_error: f64,
}

/// Fits the model that the `gp` sampler uses. Losses far beyond their median are compressed. Trials without a loss count as the worst loss seen, so
/// that the model keeps away from where trials fail; pending trials are left out.
///
/// # Errors
/// [`GpError::NoObservations`] if no finished trial has a loss;
/// [`GpError::NotPositiveDefinite`] if rounding defeats the fit.
pub fn surrogate(space: &SearchSpace, history: &History) -> Result<Surrogate, GpError> {
    let finite = |loss: Option<f64>| loss.filter(|l| l.is_finite());
    let losses: Vec<Option<f64>> = history.observations.iter().map(|o| finite(o.loss)).collect();
    let worst = losses.iter().flatten().copied().reduce(f64::max);
    let worst = worst.ok_or(GpError::NoObservations)?;
    let losses: Vec<f64> = losses.into_iter().map(|l| l.unwrap_or(worst)).collect();
    let warp = Warp::new(&losses);
    let units: Vec<Vec<f64>> =
        history.observations.iter().map(|o| space.encode(&o.params)).collect();
    let columns: Vec<Column> = space.parameters().iter().map(|p| column(&p.domain)).collect();
    let gp = GaussianProcess::fit(
        &columns,
        rows(&units, space.len()),
        &DVector::from_iterator(losses.len(), losses.iter().map(|&y| warp.apply(y))),
    )?;
    Ok(Surrogate { space: space.clone(), warp, gp })
}

impl Surrogate {
    /// The prediction for parameters of the model's space.
    pub fn predict(&self, params: &Params) -> Prediction {
        self.predict_units(&[self.space.encode(params)])[0]
    }

    /// Predictions at points of the unit cube, one coordinate a parameter. A point stands for the
    /// parameters it decodes to. Coordinates as [`SearchSpace::decode`] takes them.
    pub fn predict_units(&self, units: &[Vec<f64>]) -> Vec<Prediction> {
        let units: Vec<Vec<f64>> = units.iter().map(|unit| self.space.snap(unit)).collect();
        // Snapped points are finite and as wide as the space, all that `posterior` asks for.
        let Ok(posterior) = self.gp.posterior(&rows(&units, self.space.len())) else {
            return Vec::new();
        };
        let pairs = posterior.mean.iter().zip(&posterior.standard_deviation);
        pairs
            .map(|(&warped, &deviation)| {
                let (loss, slope) = self.warp.undo(warped);
                Prediction { loss, standard_error: deviation * slope }
            })
            .collect()
    }

    /// The underlying Gaussian process, over the unit cube and the losses as it sees them.
    pub fn gaussian_process(&self) -> &GaussianProcess {
        &self.gp
    }
}

/// The points as rows of a matrix with `d` columns.
pub(super) fn rows(points: &[Vec<f64>], d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), d, |i, k| points[i][k])
}

/// How the coordinate of a domain may move.
fn column(domain: &Domain) -> Column {
    let Some(count) = domain.levels() else {
        return Column::Continuous;
    };
    let mut levels: Vec<f64> = if count <= MAX_LEVELS || !domain.is_ordered() {
        domain.level_units().unwrap_or_default()
    } else {
        let even = (0..=MAX_LEVELS).map(|i| i as f64 / MAX_LEVELS as f64);
        even.map(|u| domain.snap(u)).collect()
    };
    if !domain.is_ordered() {
        return Column::Categorical { levels };
    }
    levels.dedup();
    Column::Ordered { levels }
}
