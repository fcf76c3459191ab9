//! Several Gaussian processes over the same observations, equally probable.

use nalgebra::{DMatrix, DVector};

use super::acquisition::{log_ei, log_ei_with_gradient};
use super::likelihood::Data;
use super::posterior::{latent, latent_batch};
use super::sample::{Schedule, sample};
use super::{Column, GaussianProcess, GpError, Preference, fit};

/// A point and its LogEI.
#[derive(Clone, Debug, PartialEq)]
pub struct Maximum {
    /// The point in the unit cube, discrete columns on their levels.
    pub point: Vec<f64>,
    /// The mean over the ensemble of EI there, as a logarithm, in standardised units, and the
    /// preference if there is one.
    pub log_ei: f64,
}

/// What a model is made of. The default is what was found best; the rest tells what each part is worth
/// (BENCHMARKS.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Whether the kernel has an additive part.
    pub additive: bool,
    /// Whether hyperparameters are averaged over where there are choices.
    pub averaged: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { additive: true, averaged: true }
    }
}

/// Hyperparameters drawn.
const SCHEDULE: Schedule = Schedule { burn: 10, thin: 5, draws: 5 };

/// Most observations that hyperparameters are averaged over for: later they are known well, and a draw
/// costs O(n³).
const AVERAGED: usize = 100;

/// Gaussian processes that differ in their hyperparameters.
///
/// A single one, of the most probable hyperparameters, unless some column holds choices. Which choices
/// matter is open for long then: the most probable hyperparameters are sure that some do not, and a
/// search that believes them never tries those again. Draws from the posterior disagree about it.
/// Without choices the average was no better, and slower to exploit.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// At least one.
    pub(super) members: Vec<GaussianProcess>,
}

impl Ensemble {
    /// Fits to observations, given as for [`GaussianProcess::fit`]; `seed` decides the draws.
    ///
    /// # Errors
    /// As [`GaussianProcess::fit`].
    pub fn fit(
        columns: &[Column],
        x: DMatrix<f64>,
        y: &DVector<f64>,
        recipe: Recipe,
        seed: u64,
    ) -> Result<Self, GpError> {
        let map = GaussianProcess::fit_with(columns, x, y, recipe.additive)?;
        let choices = columns.iter().any(Column::is_categorical);
        if !recipe.averaged || !choices || map.observations > AVERAGED {
            return Ok(map.into());
        }
        let z = map.standardizer.apply(y);
        let data = Data { columns, x: &map.x, z: &z, additive: recipe.additive };
        let start = fit::to_theta(&map.hyperparameters);
        let draws = sample(data, &start, SCHEDULE, seed).into_iter().map(|hyperparameters| {
            let (x, z, standardizer) = (map.x.clone(), z.clone(), map.standardizer.clone());
            GaussianProcess::condition(columns, x, z, standardizer, hyperparameters)
        });
        let members = draws.collect::<Result<Vec<_>, _>>()?;
        Ok(if members.is_empty() { map.into() } else { Self { members } })
    }

    /// Number of observations, believed points not counted.
    pub fn observations(&self) -> usize {
        self.members[0].observations
    }

    /// See [`GaussianProcess::believe`]; every member believes its own mean.
    ///
    /// # Errors
    /// As there.
    pub fn believe(&mut self, point: &[f64]) -> Result<(), GpError> {
        self.members.iter_mut().try_for_each(|member| member.believe(point))
    }

    /// The noise's standard deviation, in the units of the outcomes: the mean over the members.
    pub fn noise_deviation(&self) -> f64 {
        let one = |member: &GaussianProcess| {
            let deviation = member.hyperparameters.noise_variance.sqrt();
            member.standardizer.undo_deviation(deviation)
        };
        let count = self.members.len() as f64;
        // Divided first, so that the sum of finite deviations stays finite.
        self.members.iter().map(|member| one(member) / count).sum()
    }

    /// The best of `points` (m × d, on their levels) by LogEI, the first of equals. `None` if there
    /// are none.
    pub fn best_by_log_ei(
        &self,
        points: &DMatrix<f64>,
        preference: Option<&Preference>,
    ) -> Option<Maximum> {
        let values = self.rate(points, preference);
        let best = argmax(&values)?;
        Some(Maximum { point: row(points, best), log_ei: values[best] })
    }

    /// LogEI at the rows of `points`, the mean over the members, with the preference.
    pub(super) fn rate(&self, points: &DMatrix<f64>, preference: Option<&Preference>) -> Vec<f64> {
        let members = self.members.iter().map(|m| {
            let latents = latent_batch(&m.factored, &m.x, m.hyperparameters.mean, points);
            let values = latents.into_iter().map(|(mean, v)| log_ei(m.best, mean, v));
            values.collect::<Vec<f64>>()
        });
        let values: Vec<Vec<f64>> = members.collect();
        let preferred = |i| preference.map_or(0.0, |p| p.value(self.columns(), &row(points, i)));
        (0..points.nrows()).map(|i| log_mean(values.iter().map(|v| v[i])) + preferred(i)).collect()
    }

    /// [`rate`](Self::rate) at one point, with its gradient; columns that are no continuous ones, or
    /// are switched off, have slope 0.
    pub(super) fn rate_with_gradient(
        &self,
        point: &[f64],
        preference: Option<&Preference>,
    ) -> (f64, Vec<f64>) {
        let members = self.members.iter().map(|m| {
            let latent = latent(&m.factored, &m.x, m.hyperparameters.mean, point);
            log_ei_with_gradient(m.best, &latent)
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
        let Some(preference) = preference else { return (value, gradient) };
        for (k, (sum, &u)) in gradient.iter_mut().zip(point).enumerate() {
            *sum += preference.slope(k, u);
        }
        (value + preference.value(self.columns(), point), gradient)
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.members[0].columns
    }

    /// Up to `count` observed or believed points of lowest posterior mean over the members, best first.
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
