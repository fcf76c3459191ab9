//! Several Gaussian processes over the same observations, equally probable.

use nalgebra::{DMatrix, DVector};

use super::acquisition::Acquisition;
use super::column::Column;
use super::error::GpError;
use super::hyperparameters::Prior;
use super::likelihood::Data;
use super::posterior::{latent, latent_batch};
use super::process::{GaussianProcess, Posterior};
use super::sample::{Schedule, sample};
use super::user_prior::UserPrior;

/// A point and the acquisition function there.
#[derive(Clone, Debug, PartialEq)]
pub struct Maximum {
    /// The point in the unit cube, discrete columns on their levels.
    pub point: Vec<f64>,
    /// The mean over the ensemble of the acquisition function there, as a logarithm, in standardised
    /// units, and the user's prior if there is one.
    pub log_value: f64,
}

/// Steps of the chain before the first draw, and from draw to draw.
const BURN: usize = 10;
const THIN: usize = 5;

/// Gaussian processes that differ in their hyperparameters: draws from the posterior, or the most
/// probable ones alone.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// At least one.
    pub(super) members: Vec<GaussianProcess>,
}

impl Ensemble {
    /// Fits to observations, given as for [`GaussianProcess::fit`]: as many models as there are `draws` of
    /// hyperparameters, decided by `seed`; without draws, or where rounding defeats them, the most
    /// probable one.
    ///
    /// # Errors
    /// As [`GaussianProcess::fit`].
    pub fn fit(
        columns: &[Column],
        x: DMatrix<f64>,
        y: &DVector<f64>,
        prior: Prior,
        draws: usize,
        seed: u64,
    ) -> Result<Self, GpError> {
        let map = GaussianProcess::fit_with(columns, x, y, prior)?;
        if draws == 0 {
            return Ok(map.into());
        }
        let z = map.transform.apply(y);
        let data = Data { columns, x: &map.x, z: &z, prior };
        let start = map.hyperparameters.to_theta();
        let schedule = Schedule { burn: BURN, thin: THIN, draws };
        let draws = sample(data, &start, schedule, seed).into_iter().map(|hyperparameters| {
            let (x, z, transform) = (map.x.clone(), z.clone(), map.transform.clone());
            GaussianProcess::condition(columns, x, z, transform, hyperparameters)
        });
        let members = draws.collect::<Result<Vec<_>, _>>()?;
        Ok(if members.is_empty() { map.into() } else { Self { members } })
    }

    /// Number of observations.
    pub fn observations(&self) -> usize {
        self.members[0].observations
    }

    /// Conditions every member on its own mean at a point: see [`GaussianProcess::condition_on_mean`].
    ///
    /// # Errors
    /// As there.
    pub fn condition_on_mean(&mut self, point: &[f64]) -> Result<(), GpError> {
        self.members.iter_mut().try_for_each(|member| member.condition_on_mean(point))
    }

    /// Mean and standard deviation of the latent function at the rows of `points`, given as for
    /// [`GaussianProcess::posterior`]: of the mixture of all members, which is uncertain of what its
    /// members are uncertain of and of what they disagree about.
    ///
    /// # Errors
    /// As there.
    pub fn posterior(&self, points: &DMatrix<f64>) -> Result<Posterior, GpError> {
        let members = self.members.iter().map(|member| member.posterior(points));
        let members = members.collect::<Result<Vec<_>, _>>()?;
        let share = 1.0 / members.len() as f64;
        let n = points.nrows();
        let mut mean = DVector::zeros(n);
        for member in &members {
            mean.axpy(share, &member.mean, 1.0);
        }
        let deviation = |i: usize| {
            // By `hypot`, so that no square of a finite deviation is infinite.
            let of_member = |m: &Posterior| m.standard_deviation[i].hypot(m.mean[i] - mean[i]);
            members.iter().map(of_member).fold(0.0, f64::hypot) * share.sqrt()
        };
        let standard_deviation = DVector::from_fn(n, |i, _| deviation(i));
        Ok(Posterior { mean, standard_deviation })
    }

    /// Leave-one-out residuals: how far each observation lies above what all the others make the model
    /// expect there, in standard deviations of that expectation, `α_i / √(K⁻¹)_ii` (Rasmussen & Williams 2006, eq. 5.12), the mean
    /// over the members. In the order of the observations.
    pub fn leave_one_out_residuals(&self) -> Vec<f64> {
        let share = 1.0 / self.members.len() as f64;
        let mut residuals = vec![0.0; self.observations()];
        for member in &self.members {
            let inverse = member.factored.cholesky.inverse();
            for (i, residual) in residuals.iter_mut().enumerate() {
                *residual += share * member.factored.alpha[i] / inverse[(i, i)].sqrt();
            }
        }
        residuals
    }

    /// Length scales, one a column, in units of the cube's side: the geometric mean over the members.
    pub fn length_scales(&self) -> Vec<f64> {
        let share = 1.0 / self.members.len() as f64;
        let logs =
            |k: usize| self.members.iter().map(move |m| m.hyperparameters.length_scales[k].ln());
        (0..self.columns().len()).map(|k| (share * logs(k).sum::<f64>()).exp()).collect()
    }

    /// The noise's standard deviation, in the units of the outcomes: the mean over the members.
    pub fn noise_deviation(&self) -> f64 {
        let one = |member: &GaussianProcess| {
            let deviation = member.hyperparameters.noise_variance.sqrt();
            member.transform.undo_deviation(deviation)
        };
        let count = self.members.len() as f64;
        // Divided first, so that the sum of finite deviations stays finite.
        self.members.iter().map(|member| one(member) / count).sum()
    }

    /// The best of `points` (m × d, on their levels) by an acquisition function, the first of equals.
    /// `None` if there are none.
    pub fn best_of(
        &self,
        points: &DMatrix<f64>,
        acquisition: &dyn Acquisition,
        user_prior: Option<&UserPrior>,
    ) -> Option<Maximum> {
        let values = self.rate(points, acquisition, user_prior);
        let best = argmax(&values)?;
        Some(Maximum { point: row(points, best), log_value: values[best] })
    }

    /// The acquisition function at the rows of `points`, the mean over the members, with the
    /// user's prior.
    pub(super) fn rate(
        &self,
        points: &DMatrix<f64>,
        acquisition: &dyn Acquisition,
        user_prior: Option<&UserPrior>,
    ) -> Vec<f64> {
        let members = self.members.iter().map(|m| {
            let latents = latent_batch(&m.factored, &m.x, m.hyperparameters.mean, points);
            let values =
                latents.into_iter().map(|(mean, v)| acquisition.log_value(m.best, mean, v));
            values.collect::<Vec<f64>>()
        });
        let values: Vec<Vec<f64>> = members.collect();
        let log_prior = |i| user_prior.map_or(0.0, |p| p.value(self.columns(), &row(points, i)));
        (0..points.nrows()).map(|i| log_mean(values.iter().map(|v| v[i])) + log_prior(i)).collect()
    }

    /// [`rate`](Self::rate) at one point, with its gradient; columns that are no continuous ones, or
    /// are switched off, have slope 0.
    pub(super) fn rate_with_gradient(
        &self,
        point: &[f64],
        acquisition: &dyn Acquisition,
        user_prior: Option<&UserPrior>,
    ) -> (f64, Vec<f64>) {
        let members = self.members.iter().map(|m| {
            let latent = latent(&m.factored, &m.x, m.hyperparameters.mean, point);
            acquisition.log_value_with_gradient(m.best, &latent)
        });
        let members: Vec<(f64, Vec<f64>)> = members.collect();
        let value = log_mean(members.iter().map(|m| m.0));
        let mut gradient = vec![0.0; point.len()];
        for (log, slopes) in &members {
            let share = (log - value).exp() / members.len() as f64;
            for (sum, slope) in gradient.iter_mut().zip(slopes) {
                *sum += share * slope;
            }
        }
        let Some(user_prior) = user_prior else { return (value, gradient) };
        for (k, (sum, &u)) in gradient.iter_mut().zip(point).enumerate() {
            *sum += user_prior.slope(k, u);
        }
        (value + user_prior.value(self.columns(), point), gradient)
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.members[0].columns
    }

    /// Up to `count` points of lowest posterior mean over the members, best first: of those observed and
    /// those conditioned on the mean.
    pub(super) fn incumbents(&self, count: usize) -> Vec<Vec<f64>> {
        let x = &self.members[0].x;
        let mut means = vec![0.0; x.nrows()];
        for member in &self.members {
            for (sum, mean) in means.iter_mut().zip(&member.fitted_means) {
                *sum += mean;
            }
        }
        let mut order: Vec<usize> = (0..means.len()).collect();
        order.sort_by(|&a, &b| means[a].total_cmp(&means[b]));
        order.truncate(count);
        order.into_iter().map(|i| x.row(i).iter().copied().collect()).collect()
    }
}

impl From<GaussianProcess> for Ensemble {
    fn from(one: GaussianProcess) -> Self {
        Self { members: vec![one] }
    }
}

/// `ln` of the mean of `e^value`.
fn log_mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    let (sum, count) = values.fold((0.0, 0), |(s, c), v| (s + (v - largest).exp(), c + 1));
    largest + (sum / f64::from(count)).ln()
}

/// The first index of the largest value; NaN counts as least.
fn argmax(values: &[f64]) -> Option<usize> {
    let better = |a: f64, b: f64| a > b || (b.is_nan() && !a.is_nan());
    (0..values.len()).reduce(|best, i| if better(values[i], values[best]) { i } else { best })
}

pub(super) fn row(matrix: &DMatrix<f64>, i: usize) -> Vec<f64> {
    matrix.row(i).iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gp::Hyperparameters;

    #[test]
    fn a_mixture_is_unsure_of_what_its_members_disagree_about() {
        let x = DMatrix::from_column_slice(3, 1, &[0.1, 0.5, 0.9]);
        let y = DVector::from_column_slice(&[2.0, -1.0, 5.0]);
        let member = |length_scale, noise_variance| {
            let hyperparameters = Hyperparameters {
                length_scales: vec![length_scale],
                signal_variance: 1.0,
                additive_variance: 0.0,
                additive_ratio: 1.0,
                noise_variance,
                mean: 0.0,
            };
            let columns = [Column::continuous()];
            GaussianProcess::with_hyperparameters(&columns, x.clone(), &y, hyperparameters).unwrap()
        };
        let members = vec![member(0.1, 1e-4), member(0.4, 0.5)];
        let points = DMatrix::from_column_slice(2, 1, &[0.5, 0.7]);
        let [a, b] = [0, 1].map(|i| members[i].posterior(&points).unwrap());
        let mixture = Ensemble { members };
        let found = mixture.posterior(&points).unwrap();
        for i in 0..2 {
            // By moments: E x² − (E x)².
            let mean = 0.5 * (a.mean[i] + b.mean[i]);
            let squares = |p: &Posterior| p.mean[i].powi(2) + p.standard_deviation[i].powi(2);
            let variance = 0.5 * (squares(&a) + squares(&b)) - mean * mean;
            assert!((found.mean[i] - mean).abs() < 1e-12);
            assert!((found.variance()[i] - variance).abs() < 1e-9, "{variance}");
        }
        assert!((mixture.length_scales()[0] - 0.2).abs() < 1e-12);
    }
}
