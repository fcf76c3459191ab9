//! The model that judges which trial is best.

use crate::gp::{DVector, Ensemble, GpError, NoisePrior, Prior};
use crate::space::SearchSpace;
use crate::trial::History;

use super::outliers::without_outliers;
use super::search::{DRAWN, SEARCH_DRAWS};
use super::table::{MAX_OBSERVATIONS, has_choices, measured, table};
use super::warp::Warp;

/// Hyperparameters drawn for a judgement. With 100 in their place its intervals are too narrow more
/// often, with 400 no less often.
const JUDGING_DRAWS: usize = 200;

/// Fits to a history; see [`Purpose::Judge`](super::Purpose::Judge).
///
/// # Errors
/// As [`Surrogate::fit`](super::Surrogate::fit).
pub(super) fn fit(space: &SearchSpace, history: &History) -> Result<(Warp, Ensemble), GpError> {
    let (params, losses) = measured(history);
    if losses.is_empty() {
        return Err(GpError::NoObservations);
    }
    let warp = Warp::search(&losses, has_choices(space));
    let (columns, x, y) = table(space, &params, &losses, warp, MAX_OBSERVATIONS);
    let fitted = |y: &DVector<f64>, rows: &[usize], prior, draws| {
        Ensemble::fit(&columns, x.select_rows(rows), &y.select_rows(rows), prior, draws, 0)
    };
    // Outliers show in losses as they are: compressed, they look like other bad ones.
    let (_, _, plain) = table(space, &params, &losses, Warp::none(), MAX_OBSERVATIONS);
    let residuals =
        |rows: &[usize]| Ok(fitted(&plain, rows, Prior::default(), 0)?.leave_one_out_residuals());
    let kept = without_outliers(plain.len(), residuals)?;
    let prior = Prior { noise: NoisePrior::Open, ..Prior::default() };
    let gp = fitted(&y, &kept, prior, judging_draws(kept.len()))?;
    Ok((warp, gp))
}

/// For more than [`DRAWN`] observations as many as cost the same; none where that is but a few.
fn judging_draws(observations: usize) -> usize {
    let cost = (observations as f64 / DRAWN as f64).powi(3).max(1.0);
    let draws = (JUDGING_DRAWS as f64 / cost) as usize;
    if draws < SEARCH_DRAWS { 0 } else { draws }
}
