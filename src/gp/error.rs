//! Why there is no model.

use thiserror::Error;

/// Why there is no model.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum GpError {
    /// There is nothing to learn from.
    #[error("no observations")]
    NoObservations,
    /// Rows, columns or hyperparameters do not fit together.
    #[error("expected {expected} {what}, got {found}")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A coordinate or a loss is NaN or infinite.
    #[error("{what} must be finite, row {row} has {found}")]
    NotFinite {
        /// `coordinates` or `losses`.
        what: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The value.
        found: f64,
    },
    /// A length scale or a variance is not a positive number.
    #[error("{what} must be above 0, got {found}")]
    BadHyperparameter {
        /// Which one.
        what: &'static str,
        /// The value found.
        found: f64,
    },
    /// The covariance matrix is not positive definite, even with this much added to its diagonal.
    #[error("the covariance matrix is not positive definite, even with {jitter} on its diagonal")]
    NotPositiveDefinite {
        /// The largest jitter tried.
        jitter: f64,
    },
}
