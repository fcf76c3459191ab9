//! The model for pictures and predictions.

use crate::gp::{Ensemble, GpError, Prior};
use crate::space::SearchSpace;
use crate::trial::History;

use super::table::{MAX_OBSERVATIONS, measured, table};
use super::warp::Warp;

/// Trials before the model begins, for `d` parameters: fewer than the customary `2 d`, since the model
/// with its priors is a better guide than chance from the first few trials on.
pub(crate) fn initial_trials(d: usize) -> usize {
    d.clamp(4, 10)
}

/// Fits to a history; see [`Purpose::Describe`](super::Purpose::Describe).
///
/// # Errors
/// As [`Surrogate::fit`](super::Surrogate::fit).
pub(super) fn fit(space: &SearchSpace, history: &History) -> Result<(Warp, Ensemble), GpError> {
    let (params, losses) = measured(history);
    // The first trials fill the space; later ones crowd around the best and say little of the rest.
    let first = losses.len().min(initial_trials(space.len()));
    if first == 0 {
        return Err(GpError::NoObservations);
    }
    let warp = Warp::outliers(&losses, &losses[..first]);
    let (columns, x, y) = table(space, &params, &losses, warp, MAX_OBSERVATIONS);
    let gp = Ensemble::fit(&columns, x, &y, Prior::default(), 0, 0)?;
    Ok((warp, gp))
}
