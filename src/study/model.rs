//! What the surrogate says, in the user's units.

use crate::gp::GpError;
use crate::sampler::{Surrogate, descriptive_surrogate, judging_surrogate};
use crate::space::{Params, SearchSpace};
use crate::trial::{Direction, History};

/// The surrogate of a study, fitted to describe what its trials measured: the kind that suggests, but
/// without the liberties a search may take (see [`descriptive_surrogate`]).
#[derive(Clone, Debug)]
pub struct Model {
    space: SearchSpace,
    surrogate: Surrogate,
    direction: Direction,
}

/// What the model says of one point, in the metric's units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Expected value, free of measurement noise.
    pub mean: f64,
    /// Standard error of the mean.
    pub standard_error: f64,
}

impl Model {
    /// Fits the surrogate to a history.
    ///
    /// # Errors
    /// [`GpError::NoObservations`] without a complete trial; see there for the rest.
    pub fn fit(
        space: &SearchSpace,
        direction: Direction,
        history: &History,
    ) -> Result<Self, GpError> {
        Ok(Self {
            space: space.clone(),
            surrogate: descriptive_surrogate(space, history)?,
            direction,
        })
    }

    /// Fits the surrogate that judges which trial is best (see [`judging_surrogate`]).
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn judge(
        space: &SearchSpace,
        direction: Direction,
        history: &History,
    ) -> Result<Self, GpError> {
        Ok(Self { space: space.clone(), surrogate: judging_surrogate(space, history)?, direction })
    }

    /// The prediction for parameters of the study's space.
    pub fn predict(&self, params: &Params) -> Prediction {
        self.in_units(self.surrogate.predict(params))
    }

    /// Predictions for several points at once.
    pub fn predict_all(&self, points: &[Params]) -> Vec<Prediction> {
        let units: Vec<Vec<f64>> = points.iter().map(|p| self.space.encode(p)).collect();
        let predictions = self.surrogate.predict_units(&units).into_iter();
        predictions.map(|p| self.in_units(p)).collect()
    }

    /// Columns of the space, the one that matters most first: by the model's length scales, short
    /// ones first.
    pub fn columns_by_relevance(&self) -> Vec<usize> {
        let scales = self.surrogate.length_scales();
        let mut columns: Vec<usize> = (0..scales.len()).collect();
        columns.sort_by(|&a, &b| scales[a].total_cmp(&scales[b]));
        columns
    }

    fn in_units(&self, prediction: crate::sampler::Prediction) -> Prediction {
        Prediction {
            mean: self.direction.value(prediction.loss),
            standard_error: prediction.standard_error,
        }
    }
}
