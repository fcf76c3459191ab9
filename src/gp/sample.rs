//! Hyperparameters drawn from their posterior, by elliptical slice sampling.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `θ` | hyperparameters, see [`hyperparameters`](super::hyperparameters) | d + 5 |
//! | `μ`, `σ` | location and scale of θ under the prior, normal in every coordinate | d + 5 |
//! | `ν` | a draw of the prior, less its location | d + 5 |
//! | `φ` | angle on the ellipse through `θ − μ` and `ν` | scalar |
//!
//! A few dozen trials leave much open: short length scales or long ones, noise or none. One best guess
//! is then sure of what it cannot know. Murray, Adams & MacKay (2010, arXiv 1001.0175) walk an ellipse
//! through the present θ and a draw of the prior until the likelihood exceeds a random height: no
//! gradient, no step size, and every step moves.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::hyperparameters::{Hyperparameters, Normal, priors, within_bounds};
use super::likelihood::{Data, Factored};
use crate::numeric::normal::standard_normal;

/// Draws from the posterior, beginning at `start`; none if rounding defeats the likelihood there.
pub(super) fn sample(
    data: Data<'_>,
    start: &[f64],
    schedule: Schedule,
    seed: u64,
) -> Vec<Hyperparameters> {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let priors = priors(data.columns.len(), data.prior.noise);
    let mut theta = start.to_vec();
    let Some(mut log_likelihood) = evaluate(data, &theta) else {
        return Vec::new();
    };
    let mut walk = |steps: usize| {
        for _ in 0..steps {
            (theta, log_likelihood) =
                advance(data, &priors, theta.clone(), log_likelihood, &mut random);
        }
        Hyperparameters::from_theta(&theta, data.prior.additive)
    };
    walk(schedule.burn);
    (0..schedule.draws).map(|_| walk(schedule.thin)).collect()
}

/// How long to sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// Steps before the first draw counts.
    pub(super) burn: usize,
    /// Steps from draw to draw, at least 1.
    pub(super) thin: usize,
    /// Draws.
    pub(super) draws: usize,
}

/// Shrinkings of the bracket before a step gives up and stays; a bracket of 2π is then 1e-6 wide.
const SHRINKINGS: usize = 30;

fn advance(
    data: Data<'_>,
    priors: &[Normal],
    theta: Vec<f64>,
    log_likelihood: f64,
    random: &mut ChaCha12Rng,
) -> (Vec<f64>, f64) {
    let nu: Vec<f64> = priors.iter().map(|p| p.deviation * standard_normal(random)).collect();
    let height = log_likelihood + random.random::<f64>().ln();
    let mut angle = random.random::<f64>() * std::f64::consts::TAU;
    let (mut low, mut high) = (angle - std::f64::consts::TAU, angle);
    for _ in 0..SHRINKINGS {
        let (sine, cosine) = angle.sin_cos();
        let at = theta.iter().zip(&nu).zip(priors);
        let proposal: Vec<f64> =
            at.map(|((theta, nu), p)| p.center + (theta - p.center) * cosine + nu * sine).collect();
        if within_bounds(&proposal)
            && let Some(found) = evaluate(data, &proposal)
            && found > height
        {
            return (proposal, found);
        }
        if angle < 0.0 {
            low = angle
        } else {
            high = angle
        }
        angle = low + (high - low) * random.random::<f64>();
    }
    (theta, log_likelihood)
}

/// `ln p(z | X, θ)`; `None` where rounding defeats it.
fn evaluate(data: Data<'_>, theta: &[f64]) -> Option<f64> {
    let hyperparameters = Hyperparameters::from_theta(theta, data.prior.additive);
    let factored = Factored::new(data, &hyperparameters).ok()?;
    Some(factored.log_likelihood(data, &hyperparameters)).filter(|l| l.is_finite())
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;
    use crate::gp::{Column, NoisePrior, Prior};

    /// Without anything to learn from, draws are the prior's.
    #[test]
    fn one_observation_leaves_the_prior() {
        // Sixteen columns: in fewer the bounds cut into the prior of a length scale.
        let (x, z) = (DMatrix::from_element(1, 16, 0.5), DVector::zeros(1));
        let columns = vec![Column::continuous(); 16];
        let data = Data { columns: &columns, x: &x, z: &z, prior: Prior::default() };
        let start: Vec<f64> = priors(16, NoisePrior::Slight).iter().map(|p| p.center).collect();
        let schedule = Schedule { burn: 20, thin: 3, draws: 2000 };
        let draws = sample(data, &start, schedule, 1);
        // The length scale: the likelihood of one point does not depend on it.
        let logs: Vec<f64> = draws.iter().map(|h| h.length_scales[0].ln()).collect();
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        let deviation = (logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / n).sqrt();
        let prior = priors(16, NoisePrior::Slight)[0];
        assert!((mean - prior.center).abs() < 0.15, "{mean} vs {}", prior.center);
        assert!((deviation / prior.deviation - 1.0).abs() < 0.2, "{deviation}");
    }

    #[test]
    fn draws_follow_the_evidence_and_the_seed() {
        let x = DMatrix::from_fn(30, 2, |i, k| ((i * (7 + 4 * k)) % 30) as f64 / 29.0);
        let z = DVector::from_fn(30, |i, _| (9.0 * x[(i, 0)]).sin());
        let columns = vec![Column::continuous(); 2];
        let prior = Prior { additive: false, ..Prior::default() };
        let data = Data { columns: &columns, x: &x, z: &z, prior };
        let start = crate::gp::fit::fit(data).unwrap().to_theta();
        let schedule = Schedule { burn: 20, thin: 2, draws: 20 };
        let draws = sample(data, &start, schedule, 3);
        assert_eq!(draws.len(), 20);
        // The first column matters, the second does not.
        let longer = draws.iter().filter(|h| h.length_scales[1] > h.length_scales[0]).count();
        assert!(longer >= 18, "{longer}");
        assert_eq!(draws, sample(data, &start, schedule, 3));
        assert_ne!(draws, sample(data, &start, schedule, 4));
    }
}
