//! When training ends before its last epoch.

use crate::objective::cnn::error::{SettingsError, check};

/// Ends a training whose validation no longer gets better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    /// Epochs in a row without a new best that end the training, at least 1.
    pub patience: u32,
    /// How much better than the best so far counts as a new best, from 0; more than it is needed.
    pub min_delta: f64,
    /// What is looked at.
    pub metric: Watched,
}

/// A measurement on the validation images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watched {
    /// The smaller the better.
    #[default]
    Loss,
    /// The larger the better.
    Accuracy,
}

impl EarlyStopping {
    /// After so many epochs without a smaller loss.
    pub fn new(patience: u32) -> Self {
        Self { patience, min_delta: 0.0, metric: Watched::default() }
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        check("early_stopping.patience", self.patience, self.patience >= 1, || {
            "at least 1 epoch".to_owned()
        })?;
        let fits = self.min_delta.is_finite() && self.min_delta >= 0.0;
        check("early_stopping.min_delta", self.min_delta, fits, || {
            "a finite number from 0".to_owned()
        })
    }
}
