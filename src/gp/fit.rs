//! Hyperparameters by maximum a posteriori.
//!
//! θ (see [`likelihood`](super::likelihood)) starts from a few fixed places, and the best of them
//! descend by L-BFGS. With many points, all of that happens on an even subset first; all points then
//! only polish the result, since one evaluation costs O(n³).

use super::likelihood::{Data, Factored, SCALARS, log_prior};
use super::minimize::{Effort, Minimum, minimize_in_box};
use super::{GpError, Hyperparameters};

/// Bounds on `ln ℓ`: from a tenth of the cube's side, below which a few dozen points say nothing and an
/// outlier would rather bend the function than count as noise, to where the function is flat in that
/// column.
const LENGTH_SCALES: (f64, f64) = (-2.3, 9.2);
/// Bounds on `ln σ_f²`, for standardised losses.
const SIGNAL: (f64, f64) = (-7.0, 7.0);
/// Bounds on `ln σ_a²`, for standardised losses.
const ADDITIVE: (f64, f64) = (-9.0, 7.0);
/// Bounds on `ln ρ`.
const RATIO: (f64, f64) = (-5.0, 3.0);
/// Bounds on `ln σ_n²`: from 1e-6, which keeps K well conditioned, to more than all the variance.
const NOISE: (f64, f64) = (-13.8, 2.3);
/// Bounds on the mean, for standardised losses.
const MEAN: (f64, f64) = (-8.0, 8.0);

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
    Ok(from_theta(data, &best.point))
}

fn search(data: Data<'_>) -> Result<Minimum, GpError> {
    let mut starts: Vec<(f64, Vec<f64>)> = Vec::new();
    for theta in candidates(data.x.ncols()) {
        starts.push((loss(data, &theta)?, theta));
    }
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, point) = starts[0].clone();
    let start = Minimum { point, value };
    let descents = starts[..DESCENTS].iter().filter_map(|(_, theta)| descend(data, theta, SEARCH));
    Ok(descents.fold(start, |best, found| if found.value < best.value { found } else { best }))
}

/// Starting points: short, middling and long length scales for the dimension, little and much noise.
fn candidates(d: usize) -> Vec<Vec<f64>> {
    let mut starts = Vec::new();
    for length_scale in [0.2, 0.6, 2.0] {
        for noise in [1e-4_f64, 1e-2] {
            let mut theta = vec![f64::ln(length_scale * (d as f64).sqrt()); d];
            theta.extend([0.0, -2.0, -0.5 * (d as f64).ln(), noise.ln(), 0.0]);
            starts.push(theta);
        }
    }
    starts
}

fn descend(data: Data<'_>, start: &[f64], effort: Effort) -> Option<Minimum> {
    let mut bounds = vec![LENGTH_SCALES; data.x.ncols()];
    bounds.extend([SIGNAL, ADDITIVE, RATIO, NOISE, MEAN]);
    minimize_in_box(|theta| loss_and_gradient(data, theta).ok(), &bounds, start, effort)
}

/// `−ln p(z | X, θ) − ln p(θ)`.
fn loss(data: Data<'_>, theta: &[f64]) -> Result<f64, GpError> {
    let hyperparameters = from_theta(data, theta);
    let factored = Factored::new(data, &hyperparameters)?;
    Ok(-factored.log_likelihood(data, &hyperparameters) - log_prior(theta, data.prior.noise).0)
}

/// [`loss`] and its gradient with respect to θ.
fn loss_and_gradient(data: Data<'_>, theta: &[f64]) -> Result<(f64, Vec<f64>), GpError> {
    let hyperparameters = from_theta(data, theta);
    let factored = Factored::new(data, &hyperparameters)?;
    let (prior, prior_gradient) = log_prior(theta, data.prior.noise);
    let gradient = factored.log_likelihood_gradient(data, &hyperparameters);
    let sum = gradient.iter().zip(prior_gradient).map(|(l, p)| -l - p);
    Ok((-factored.log_likelihood(data, &hyperparameters) - prior, sum.collect()))
}

/// The hyperparameters that θ stands for.
pub(super) fn from_theta(data: Data<'_>, theta: &[f64]) -> Hyperparameters {
    let d = data.columns.len();
    Hyperparameters {
        length_scales: theta[..d].iter().map(|log| log.exp()).collect(),
        signal_variance: theta[d].exp(),
        additive_variance: if data.prior.additive { theta[d + 1].exp() } else { 0.0 },
        additive_ratio: theta[d + 2].exp(),
        noise_variance: theta[d + 3].exp(),
        mean: theta[d + 4],
    }
}

/// θ of hyperparameters, within the bounds of the search.
pub(super) fn to_theta(h: &Hyperparameters) -> Vec<f64> {
    let mut theta: Vec<f64> = h.length_scales.iter().map(|l| l.ln()).collect();
    theta.extend([
        h.signal_variance.ln(),
        h.additive_variance.ln().max(ADDITIVE.0),
        h.additive_ratio.ln(),
        h.noise_variance.ln(),
        h.mean,
    ]);
    theta
}

/// Whether θ lies within the bounds of the search.
pub(super) fn within_bounds(theta: &[f64]) -> bool {
    let d = theta.len() - SCALARS;
    let scales = theta[..d].iter().map(|t| (t, LENGTH_SCALES));
    let rest = theta[d..].iter().zip([SIGNAL, ADDITIVE, RATIO, NOISE, MEAN]);
    scales.chain(rest).all(|(t, (low, high))| (low..=high).contains(t))
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
