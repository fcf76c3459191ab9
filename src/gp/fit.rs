//! Hyperparameters by maximum a posteriori.
//!
//! θ (see [`hyperparameters`](super::hyperparameters)) starts from a few fixed places, and the best of them
//! descend by L-BFGS. With many points, all of that happens on an even subset first; all points then
//! only polish the result, since one evaluation costs O(n³).

use super::error::GpError;
use super::hyperparameters::{Hyperparameters, bounds, log_prior, starts};
use super::likelihood::{Data, Factored};
use crate::numeric::minimize::{Effort, Minimum, minimize_in_box};

/// Up to this many points, every one takes part in the whole search.
const SUBSET: usize = 150;

/// Starts that descend, out of those tried.
const DESCENTS: usize = 2;

const SEARCH: Effort = Effort { evaluations: 40, tolerance: 1e-3, first_step: 0.2 };

/// On all points, from the optimum of the subset.
const POLISH: Effort = Effort { evaluations: 6, tolerance: 1e-2, first_step: 0.02 };

/// The most probable hyperparameters found.
///
/// # Errors
/// [`GpError::NotPositiveDefinite`] if rounding defeats every jitter at one of the starts, which are
/// all well conditioned.
pub(super) fn fit(data: Data<'_>) -> Result<Hyperparameters, GpError> {
    let n = data.x.nrows();
    let best = if n <= SUBSET {
        search(data)?
    } else {
        let rows: Vec<usize> = (0..SUBSET).map(|i| i * n / SUBSET).collect();
        let x = data.x.select_rows(&rows);
        let z = data.z.select_rows(&rows);
        let coarse = search(Data { x: &x, z: &z, ..data })?;
        descend(data, &coarse.point, POLISH).unwrap_or(coarse)
    };
    Ok(Hyperparameters::from_theta(&best.point, data.prior.additive))
}

fn search(data: Data<'_>) -> Result<Minimum, GpError> {
    let mut rated: Vec<(f64, Vec<f64>)> = Vec::new();
    for theta in starts(data.x.ncols()) {
        rated.push((loss(data, &theta)?, theta));
    }
    rated.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, point) = rated[0].clone();
    let start = Minimum { point, value };
    let descents = rated[..DESCENTS].iter().filter_map(|(_, theta)| descend(data, theta, SEARCH));
    Ok(descents.fold(start, |best, found| if found.value < best.value { found } else { best }))
}

fn descend(data: Data<'_>, start: &[f64], effort: Effort) -> Option<Minimum> {
    let bounds = bounds(data.x.ncols());
    minimize_in_box(|theta| loss_and_gradient(data, theta).ok(), &bounds, start, effort)
}

/// `−ln p(z | X, θ) − ln p(θ)`.
fn loss(data: Data<'_>, theta: &[f64]) -> Result<f64, GpError> {
    let hyperparameters = Hyperparameters::from_theta(theta, data.prior.additive);
    let factored = Factored::new(data, &hyperparameters)?;
    Ok(-factored.log_likelihood(data, &hyperparameters) - log_prior(theta, data.prior.noise).0)
}

/// [`loss`] and its gradient with respect to θ.
fn loss_and_gradient(data: Data<'_>, theta: &[f64]) -> Result<(f64, Vec<f64>), GpError> {
    let hyperparameters = Hyperparameters::from_theta(theta, data.prior.additive);
    let factored = Factored::new(data, &hyperparameters)?;
    let (prior, prior_gradient) = log_prior(theta, data.prior.noise);
    let gradient = factored.log_likelihood_gradient(data, &hyperparameters);
    let sum = gradient.iter().zip(prior_gradient).map(|(l, p)| -l - p);
    Ok((-factored.log_likelihood(data, &hyperparameters) - prior, sum.collect()))
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;
    use crate::gp::{Column, Prior};

    #[test]
    fn gradient_matches_central_differences() {
        let x = DMatrix::from_fn(17, 3, |i, k| match k {
            2 => 0.25 + 0.5 * (i % 2) as f64,
            _ => ((i * 7 + k * 5 + i * i * k) % 13) as f64 / 13.0,
        });
        let z = DVector::from_fn(17, |i, _| (i as f64 * 1.3).sin());
        let columns =
            [Column::continuous(), Column::continuous(), Column::categorical(vec![0.25, 0.75])];
        let data = Data { columns: &columns, x: &x, z: &z, prior: Prior::default() };
        let theta = [-0.5, 0.3, 0.8, 0.4, 0.7, -0.9, -3.0, 0.2];
        let (_, gradient) = loss_and_gradient(data, &theta).unwrap();
        for i in 0..theta.len() {
            let at = |h: f64| {
                let mut moved = theta;
                moved[i] += h;
                loss(data, &moved).unwrap()
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            let error = (gradient[i] - numeric).abs() / numeric.abs().max(1.0);
            assert!(error < 1e-6, "θ_{i}: {} vs {numeric}", gradient[i]);
        }
    }
}
