//! Which trial to take home: the luckiest measurement is not always the best one.

use crate::model::{Prediction, Purpose};
use crate::trial::{Trial, TrialNumber};

use super::{Study, StudyError};

/// A complete trial with what the model says of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The trial.
    pub trial: Trial,
    /// The model's prediction at its parameters.
    pub predicted: Prediction,
}

/// The trial to take home, beside the one that measured best.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// The trial to take home.
    pub recommended: Candidate,
    /// The trial of the best measured value; the first one asked for, of equals.
    pub measured: Candidate,
}

impl Recommendation {
    /// Whether the trial to take home is the one that measured best.
    pub fn agrees(&self) -> bool {
        self.recommended.trial.number == self.measured.trial.number
    }
}

impl Study {
    /// The complete trial to take home: the one whose parameters have the best expected value by the
    /// model, which sees through the luck of a noisy measurement.
    ///
    /// A model smooths a little even where measurements are exact. So the trial that measured best is
    /// kept as long as nothing speaks against it: the other one's expected value is better by less than
    /// one standard error of their difference, `√(s₁² + s₂²)` for standard errors `s₁` and `s₂` (their
    /// covariance is left out; it is positive for neighbours, so the real error is smaller), and its own
    /// measured value lies within one standard error `s₂` of the expected one, so that there is no luck
    /// in it to see through.
    ///
    /// `None` without a complete trial.
    ///
    /// # Errors
    /// As [`model`](Self::model).
    pub fn recommend(&mut self) -> Result<Option<Recommendation>, StudyError> {
        let Some(model) = self.fitted(Purpose::Judge)? else { return Ok(None) };
        // What the model was fitted to: one moment of the study.
        let complete: Vec<_> =
            self.finished.observations.iter().filter(|o| o.loss.is_some()).collect();
        let points: Vec<_> = complete.iter().map(|o| o.params.clone()).collect();
        let predicted = model.predict_all(&points);
        let first = |key: &dyn Fn(usize) -> f64| {
            let order = |&a: &usize, &b: &usize| {
                let numbers = complete[a].number.cmp(&complete[b].number);
                key(a).total_cmp(&key(b)).then(numbers)
            };
            (0..complete.len()).min_by(order)
        };
        let direction = self.record.spec.direction;
        let expected = |i: usize| direction.loss(predicted[i].mean);
        let measured = first(&|i| complete[i].loss.unwrap_or(f64::INFINITY));
        let (Some(best), Some(measured)) = (first(&expected), measured) else { return Ok(None) };
        let error = |i: usize| predicted[i].standard_error;
        let clear = expected(measured) - expected(best) > error(best).hypot(error(measured));
        let luck = complete[measured].loss.map(|loss| expected(measured) - loss);
        let lucky = luck.is_some_and(|luck| luck > error(measured));
        let recommended = if clear || lucky { best } else { measured };
        let chosen = [recommended, measured].map(|i| (complete[i].number, predicted[i]));
        let [recommended, measured] = chosen.map(|pair| self.candidate(pair));
        Ok(recommended?
            .zip(measured?)
            .map(|(recommended, measured)| Recommendation { recommended, measured }))
    }

    fn candidate(
        &mut self,
        (number, predicted): (TrialNumber, Prediction),
    ) -> Result<Option<Candidate>, StudyError> {
        Ok(self.trial(number)?.map(|trial| Candidate { trial, predicted }))
    }
}
