//! Gaussian-process regression and the acquisition functions over it. Numbers only: points of the
//! unit cube, losses, columns; no trial and no parameter.
//!
//! | file | what |
//! | --- | --- |
//! | `column` | how a coordinate may move |
//! | `hyperparameters` | the table of hyperparameters: name, bounds, prior, starts |
//! | `kernel` | Matérn-5/2 over all columns, and a sum over single ones |
//! | `cholesky` | the factor of a covariance matrix |
//! | `likelihood` | log marginal likelihood and its gradient |
//! | `fit` | hyperparameters by maximum a posteriori |
//! | `sample` | hyperparameters drawn from their posterior |
//! | `posterior` | mean and variance of the latent function at new points |
//! | `process` | one model: conditioned on observations, asked in their units |
//! | `acquisition` | how much a point is worth evaluating, a file each |
//! | `user_prior` | where the user expects good points |
//! | `ensemble` | several models at once: what they say, averaged over what is not known |
//! | `maximize` | where acquisition and the user's prior together are largest |
//! | `safe_math` | `ln h`, right in the tails |
//! | `outcome_transform` | outcomes with mean 0 and variance 1 |
//! | `check`, `error` | what a model can be made of, and why there is none |
//!
//! Everything runs on one thread and is a pure function of its input: on one kind of processor, equal
//! input gives equal bits (faer picks its vector instructions by what the processor has).

pub mod acquisition;

mod check;
mod cholesky;
mod column;
mod ensemble;
mod error;
mod fit;
#[cfg(test)]
mod golden;
mod hyperparameters;
mod kernel;
mod likelihood;
mod maximize;
mod outcome_transform;
mod posterior;
mod process;
mod safe_math;
mod sample;
mod user_prior;

pub use column::{Column, Values};
pub use ensemble::{Ensemble, Maximum};
pub use error::GpError;
pub use hyperparameters::{Hyperparameters, NoisePrior, Prior};
pub use maximize::Region;
pub use process::{GaussianProcess, Posterior};
pub use user_prior::{ColumnPrior, UserPrior};

/// The matrices and vectors that points, losses and predictions are given in.
pub use nalgebra::{DMatrix, DVector};
