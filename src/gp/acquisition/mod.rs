//! Acquisition functions: how much a point is worth evaluating.
//!
//! A new one is a file here, a `mod` line and a line in the list of names below.

mod log_ei;

use std::fmt;

pub use super::posterior::Latent;

/// An acquisition function under its name.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The name that a suggestion's origin stores.
    pub name: &'static str,
    /// The function.
    pub function: &'static dyn Acquisition,
}

/// Log expected improvement.
pub const LOG_EI: Named = Named { name: "log_ei", function: &log_ei::LogEi };

/// The worth of evaluating a point, by what one model says there, all in standardised units. Given as a
/// logarithm, so that it tells points apart where it is tiny; several models are averaged by the worth
/// itself.
pub trait Acquisition: fmt::Debug + Sync {
    /// The logarithm of the worth where the latent function has this mean and variance (above 0);
    /// `best` is the loss to improve on.
    fn log_value(&self, best: f64, mean: f64, variance: f64) -> f64;

    /// [`log_value`](Self::log_value) and its gradient with respect to the point.
    fn log_value_with_gradient(&self, best: f64, latent: &Latent) -> (f64, Vec<f64>);
}
