//! The Gaussian process over a search space: fitted to a history, asked in parameters.

use crate::gp::acquisition::Acquisition;
use crate::gp::{Ensemble, GpError, Maximum, Region};
use crate::space::{Params, SearchSpace};
use crate::trial::History;

use super::purpose::Purpose;
use super::table::rows;
use super::user_prior::user_prior;
use super::warp::Warp;
use super::{describe, judge, search};

/// Points predicted together; bounds the memory.
const BATCH: usize = 1024;

/// A model of the loss, fitted to a history.
#[derive(Clone, Debug)]
pub struct Surrogate {
    space: SearchSpace,
    warp: Warp,
    gp: Ensemble,
}

/// What a surrogate says of one point, in units of the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossPrediction {
    /// Median: the mean of the latent function, save where losses are so far beyond the median
    /// of all that the model sees them compressed.
    pub loss: f64,
    /// Standard error: the standard deviation of the latent function, without measurement noise;
    /// to first order where losses are compressed.
    pub standard_error: f64,
}

impl Surrogate {
    /// Fits a model for a purpose to the finished trials of a history.
    ///
    /// # Errors
    /// [`GpError::NoObservations`] if no finished trial has a loss;
    /// [`GpError::NotPositiveDefinite`] if rounding defeats the fit.
    pub fn fit(space: &SearchSpace, history: &History, purpose: Purpose) -> Result<Self, GpError> {
        let (warp, gp) = match purpose {
            Purpose::Search(settings) => search::fit(space, history, settings)?,
            Purpose::Describe => describe::fit(space, history)?,
            Purpose::Judge => judge::fit(space, history)?,
        };
        Ok(Self { space: space.clone(), warp, gp })
    }

    /// Number of trials that the model is fitted to.
    pub fn observations(&self) -> usize {
        self.gp.observations()
    }

    /// Conditions the model on its own mean at the parameters of a pending trial; see
    /// [`GaussianProcess::condition_on_mean`](crate::gp::GaussianProcess::condition_on_mean).
    ///
    /// # Errors
    /// As there.
    pub fn condition_on_mean(&mut self, params: &Params) -> Result<(), GpError> {
        self.gp.condition_on_mean(&self.space.encode(params))
    }

    /// The best of some snapped points of the unit cube by an acquisition function and the user's
    /// guesses. `None` without points.
    pub fn best_of(&self, points: &[Vec<f64>], acquisition: &dyn Acquisition) -> Option<Maximum> {
        let user_prior = user_prior(&self.space, self.observations());
        self.gp.best_of(&rows(points, self.space.len()), acquisition, user_prior.as_ref())
    }

    /// The maximum over a region of an acquisition function and the user's guesses; see
    /// [`Ensemble::maximize`].
    pub fn maximize(
        &self,
        filling: &[Vec<f64>],
        region: &dyn Region,
        acquisition: &dyn Acquisition,
    ) -> Option<Maximum> {
        let user_prior = user_prior(&self.space, self.observations());
        let filling = rows(filling, self.space.len());
        self.gp.maximize(&filling, region, acquisition, user_prior.as_ref())
    }

    /// The prediction for parameters of the model's space.
    pub fn predict(&self, params: &Params) -> LossPrediction {
        // One point, one prediction.
        self.predict_units(&[self.space.encode(params)])[0]
    }

    /// LossPredictions at points of the unit cube, one coordinate a parameter. A point stands for the
    /// parameters it decodes to. Coordinates as [`SearchSpace::decode`] takes them; missing ones count
    /// as the middle.
    pub fn predict_units(&self, units: &[Vec<f64>]) -> Vec<LossPrediction> {
        units.chunks(BATCH).flat_map(|units| self.predict_batch(units)).collect()
    }

    #[allow(clippy::expect_used, reason = "cannot fail: see the message")]
    fn predict_batch(&self, units: &[Vec<f64>]) -> Vec<LossPrediction> {
        let units: Vec<Vec<f64>> = units.iter().map(|unit| self.space.snap(unit)).collect();
        let posterior = self
            .gp
            .posterior(&rows(&units, self.space.len()))
            .expect("snapped points are finite, and rows are as wide as the space");
        let pairs = posterior.mean.iter().zip(&posterior.standard_deviation);
        let prediction = |(&warped, &deviation): (&f64, &f64)| {
            let (loss, slope) = self.warp.undo(warped);
            LossPrediction { loss, standard_error: deviation * slope }
        };
        pairs.map(prediction).collect()
    }

    /// Length scales of the model's columns, in units of the cube's side.
    pub fn length_scales(&self) -> Vec<f64> {
        self.gp.length_scales()
    }
}
