//! Early stopping, epoch by epoch.

use super::metrics::Metrics;
use surmise::objective::cnn::{EarlyStopping, Watched};

/// What early stopping remembers.
#[derive(Debug)]
pub(crate) struct Patience {
    settings: EarlyStopping,
    /// The smallest loss so far, or the accuracy's largest with its sign changed.
    best: f64,
    /// Epochs since.
    waited: u32,
}

impl Patience {
    pub(crate) fn new(settings: EarlyStopping) -> Self {
        Self { settings, best: f64::INFINITY, waited: 0 }
    }

    /// Hears of an epoch; whether it was one too many.
    pub(crate) fn ends(&mut self, metrics: &Metrics) -> bool {
        let value = match self.settings.metric {
            Watched::Loss => metrics.loss,
            Watched::Accuracy => -metrics.accuracy,
        };
        if value < self.best - self.settings.min_delta {
            (self.best, self.waited) = (value, 0);
        } else {
            self.waited += 1;
        }
        self.waited >= self.settings.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The epoch, from 1, that ends a training with these values.
    fn end(settings: EarlyStopping, values: &[f64]) -> Option<usize> {
        let mut patience = Patience::new(settings);
        let metrics =
            |value| Metrics { accuracy: value, loss: value, train_loss: 0.0, train_accuracy: 0.0 };
        values.iter().position(|value| patience.ends(&metrics(*value))).map(|epoch| epoch + 1)
    }

    #[test]
    fn so_many_epochs_without_a_new_best_end_it() {
        let two = EarlyStopping::new(2);
        assert_eq!(end(two, &[3.0, 2.0, 1.0, 0.5]), None);
        assert_eq!(end(two, &[3.0, 4.0, 2.0, 2.0, 2.0]), Some(5));
        assert_eq!(end(EarlyStopping::new(1), &[3.0, 3.0]), Some(2));
        // Small gains count against the best, so that they add up.
        let delta = EarlyStopping { min_delta: 0.1, ..two };
        assert_eq!(end(delta, &[3.0, 2.95, 2.85, 2.8, 2.76]), Some(5));
        let accuracy = EarlyStopping { metric: Watched::Accuracy, ..two };
        assert_eq!(end(accuracy, &[0.1, 0.2, 0.3]), None);
        assert_eq!(end(accuracy, &[0.3, 0.3, 0.2]), Some(3));
    }
}
