//! What an epoch measured.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an epoch measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Share of the validation images that are classified right, 0 to 1.
    pub accuracy: f64,
    /// Mean loss over the validation images: cross entropy, in nats.
    pub loss: f64,
    /// Mean loss over the training images, each as its batch saw it before learning from it; of
    /// smoothed labels, where they are.
    pub train_loss: f64,
    /// Share of the training images that were classified right, in the same way, 0 to 1.
    pub train_accuracy: f64,
}

impl fmt::Display for Metrics {
    /// In one line, a line of a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accuracy, loss, train_loss, train_accuracy } = self;
        write!(f, "train loss {train_loss:.4} accuracy {train_accuracy:.4}  ")?;
        write!(f, "valid loss {loss:.4} accuracy {accuracy:.4}")
    }
}

/// An epoch and what it measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// Its measurements; all finite.
    pub metrics: Metrics,
}
