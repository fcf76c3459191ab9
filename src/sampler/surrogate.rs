//! The Gaussian process over a search space: fitted to a history, asked in parameters.

use nalgebra::{DMatrix, DVector};

use crate::gp::{Column, GaussianProcess, GpError};
use crate::space::{Domain, Params, SearchSpace};
use crate::trial::History;

/// Ordered domains with more levels are searched on an even choice of this many.
const MAX_LEVELS: u64 = 1024;

/// A model of the loss, fitted to a history.
#[derive(Clone, Debug)]
pub struct Surrogate {
    space: SearchSpace,
    pub(super) gp: GaussianProcess,
}

/// What the model says of one point, in units of the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Mean of the latent function.
    pub loss: f64,
    /// Its standard error: the standard deviation of the latent function, without measurement noise.
    pub standard_error: f64,
}

/// Fits the model that the `gp` sampler uses. Trials without a loss count as the worst loss seen, so
/// that the model keeps away from where trials fail; pending trials are left out.
///
/// # Errors
/// [`GpError::NoObservations`] if no finished trial has a loss;
/// [`GpError::NotPositiveDefinite`] if rounding defeats the fit.
pub fn surrogate(space: &SearchSpace, history: &History) -> Result<Surrogate, GpError> {
    let finite = |loss: Option<f64>| loss.filter(|l| l.is_finite());
    let losses = history.observations.iter().filter_map(|o| finite(o.loss));
    let worst = losses.reduce(f64::max).ok_or(GpError::NoObservations)?;
    let units: Vec<Vec<f64>> =
        history.observations.iter().map(|o| space.encode(&o.params)).collect();
    let losses = history.observations.iter();
    let y = losses.map(|o| finite(o.loss).unwrap_or(worst));
    let columns: Vec<Column> = space.parameters().iter().map(|p| column(&p.domain)).collect();
    Ok(Surrogate {
        gp: GaussianProcess::fit(
            &columns,
            rows(&units, space.len()),
            &DVector::from_iterator(units.len(), y),
        )?,
        space: space.clone(),
    })
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
        pairs.map(|(&loss, &standard_error)| Prediction { loss, standard_error }).collect()
    }

    /// The underlying Gaussian process, in the unit cube.
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
