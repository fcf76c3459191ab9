//! What a surrogate says, in the user's units.

use crate::gp::GpError;
use crate::space::{Params, SearchSpace};
use crate::trial::{Direction, History};

use super::purpose::Purpose;
use super::surrogate::{LossPrediction, Surrogate};

/// The surrogate of a study, in the metric's units.
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
    /// Fits a surrogate for a purpose to a history.
    ///
    /// # Errors
    /// As [`Surrogate::fit`].
    pub fn fit(
        space: &SearchSpace,
        direction: Direction,
        history: &History,
        purpose: Purpose,
    ) -> Result<Self, GpError> {
        let surrogate = Surrogate::fit(space, history, purpose)?;
        Ok(Self { space: space.clone(), surrogate, direction })
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

    fn in_units(&self, prediction: LossPrediction) -> Prediction {
        Prediction {
            mean: self.direction.value(prediction.loss),
            standard_error: prediction.standard_error,
        }
    }
}
