//! Gaussian-process regression and the acquisition function over it. Numbers only: points of the
//! unit cube, losses, columns; no trial and no parameter.
//!
//! | file | what |
//! | --- | --- |
//! | `column` | how a coordinate may move |
//! | `kernel` | Matérn-5/2 over all columns, and a sum over single ones |
//! | `cholesky` | the factor of a covariance matrix |
//! | `likelihood` | log marginal likelihood, priors, gradients |
//! | `fit` | hyperparameters by maximum a posteriori |
//! | `sample` | hyperparameters drawn from their posterior |
//! | `ensemble` | several models at once: what they say, averaged over what is not known |
//! | `posterior` | mean and variance at new points |
//! | `safe_math` | `ln h`, right in the tails |
//! | `acquisition` | log expected improvement |
//! | `preference` | where the user expects good points |
//! | `maximize` | where both together are largest |
//! | `minimize` | L-BFGS in a box |
//! | `standardize` | outcomes with mean 0 and variance 1 |
//!
//! Everything runs on one thread and is a pure function of its input: on one kind of processor, equal
//! input gives equal bits (faer picks its vector instructions by what the processor has).

mod acquisition;
mod cholesky;
mod column;
mod ensemble;
mod fit;
#[cfg(test)]
mod golden;
mod kernel;
mod likelihood;
mod maximize;
mod minimize;
mod posterior;
mod preference;
mod safe_math;
mod sample;
mod standardize;

pub use column::{Column, Values};
pub use ensemble::{Ensemble, Maximum};
pub use likelihood::{NoisePrior, Prior};
pub use maximize::Region;
pub use preference::{Belief, Preference};

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use kernel::lanes;
use likelihood::{Data, Factored};
use standardize::Standardizer;

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
        /// Its value.
        found: f64,
    },
    /// The covariance matrix is not positive definite, even with this much added to its diagonal.
    #[error("the covariance matrix is not positive definite, even with {jitter} on its diagonal")]
    NotPositiveDefinite {
        /// The largest jitter tried.
        jitter: f64,
    },
}

/// What a Gaussian process is made of, for losses standardised to mean 0 and variance 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Hyperparameters {
    /// `ℓ_k`, one per column, in units of the cube's side.
    pub length_scales: Vec<f64>,
    /// `σ_f²`, variance of the part of the latent function in which all columns act jointly.
    pub signal_variance: f64,
    /// `σ_a²`, variance of the part that is a sum of functions of one column; 0 for none.
    pub additive_variance: f64,
    /// `ρ`, length scales of the additive part in units of `length_scales`.
    pub additive_ratio: f64,
    /// `σ_n²`, variance of the noise on a loss.
    pub noise_variance: f64,
    /// `m`, the constant mean.
    pub mean: f64,
}

/// The latent function at some points, in the units of the losses.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Means.
    pub mean: DVector<f64>,
    /// Standard deviations of the latent function, without noise.
    pub standard_deviation: DVector<f64>,
}

impl Posterior {
    /// Variances; infinite where the square of a deviation exceeds f64.
    pub fn variance(&self) -> DVector<f64> {
        self.standard_deviation.map(|s| s * s)
    }
}

/// A Gaussian process conditioned on observations.
#[derive(Clone, Debug)]
pub struct GaussianProcess {
    columns: Vec<Column>,
    /// Points, n × d; believed ones last.
    x: DMatrix<f64>,
    standardizer: Standardizer,
    observations: usize,
    hyperparameters: Hyperparameters,
    log_marginal_likelihood: f64,
    factored: Factored,
    /// Posterior means at the rows of `x`, standardised.
    fitted_means: Vec<f64>,
    /// What expected improvement improves on: the least standardised loss observed, or believed. Under
    /// noise it lies below the least posterior mean; the search then reaches further, and found
    /// better points on noisy Branin and Hartmann functions.
    best: f64,
}

impl GaussianProcess {
    /// Fits hyperparameters to observations by maximum a posteriori.
    ///
    /// `x` is n × d in the unit cube with discrete columns on their levels, `y` holds n losses, both
    /// finite; n ≥ 1, d = `columns.len()` ≥ 1. Repeated points, equal losses and losses up to the
    /// largest f64 are all fine.
    ///
    /// # Errors
    /// [`GpError::NoObservations`], [`GpError::Shape`], [`GpError::NotFinite`], or
    /// [`GpError::NotPositiveDefinite`] where rounding defeats every jitter.
    pub fn fit(columns: &[Column], x: DMatrix<f64>, y: &DVector<f64>) -> Result<Self, GpError> {
        Self::fit_with(columns, x, y, Prior::default())
    }

    /// [`fit`](Self::fit) under this prior.
    fn fit_with(
        columns: &[Column],
        x: DMatrix<f64>,
        y: &DVector<f64>,
        prior: Prior,
    ) -> Result<Self, GpError> {
        check_data(columns, &x, y)?;
        let standardizer = Standardizer::new(y);
        let z = standardizer.apply(y);
        let hyperparameters = fit::fit(Data { columns, x: &x, z: &z, prior })?;
        Self::condition(columns, x, z, standardizer, hyperparameters)
    }

    /// Conditions on observations at given hyperparameters. Data as for [`fit`](Self::fit).
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit), and [`GpError::BadHyperparameter`].
    pub fn with_hyperparameters(
        columns: &[Column],
        x: DMatrix<f64>,
        y: &DVector<f64>,
        hyperparameters: Hyperparameters,
    ) -> Result<Self, GpError> {
        check_data(columns, &x, y)?;
        check_hyperparameters(&hyperparameters, columns.len())?;
        let standardizer = Standardizer::new(y);
        let z = standardizer.apply(y);
        Self::condition(columns, x, z, standardizer, hyperparameters)
    }

    fn condition(
        columns: &[Column],
        x: DMatrix<f64>,
        z: DVector<f64>,
        standardizer: Standardizer,
        hyperparameters: Hyperparameters,
    ) -> Result<Self, GpError> {
        // Conditioning is on given hyperparameters, whatever their prior was.
        let data = Data { columns, x: &x, z: &z, prior: Prior::default() };
        let factored = Factored::new(data, &hyperparameters)?;
        // μ(X) = m + k(X, X) α = z − (σ_n² + jitter) α.
        let ridge = hyperparameters.noise_variance + factored.cholesky.jitter();
        let fitted_means: Vec<f64> =
            z.iter().zip(&factored.alpha).map(|(z, alpha)| z - ridge * alpha).collect();
        Ok(Self {
            columns: columns.to_vec(),
            observations: z.len(),
            log_marginal_likelihood: factored.log_likelihood(data, &hyperparameters),
            best: z.min(),
            x,
            standardizer,
            hyperparameters,
            factored,
            fitted_means,
        })
    }

    /// The same model, believing its own mean at `point`: means stay, the variance near the point
    /// shrinks, so that a suggestion keeps away from what is being evaluated (the kriging believer of
    /// Ginsbourger et al. 2010). Coordinates as for [`fit`](Self::fit), d of them.
    ///
    /// # Errors
    /// [`GpError::Shape`], [`GpError::NotFinite`].
    pub fn believe(&mut self, point: &[f64]) -> Result<(), GpError> {
        check_count("coordinates", self.columns.len(), point.len())?;
        check_finite("coordinates", point.iter().map(|&u| (self.x.nrows(), u)))?;
        let n = self.x.nrows();
        let (mut row, mut slopes) = (vec![0.0; n], vec![0.0; n]);
        let kernel = &self.factored.kernel;
        kernel.row(&self.x, 0, |k| point[k], &mut row, &mut slopes);
        let mean = self.hyperparameters.mean + lanes(&row, &self.factored.alpha, |k, a| k * a);
        self.fitted_means.push(mean);
        self.best = self.best.min(mean);
        let corner = kernel.variance() + self.hyperparameters.noise_variance;
        self.factored.cholesky.extend(row, corner);
        // A loss equal to the mean has no residual, hence no weight.
        self.factored.alpha.push(0.0);
        let x = std::mem::replace(&mut self.x, DMatrix::zeros(0, 0));
        self.x = x.resize_vertically(n + 1, 0.0);
        for (k, &u) in point.iter().enumerate() {
            self.x[(n, k)] = u;
        }
        Ok(())
    }

    /// Mean and standard deviation of the latent function at the rows of `points` (m × d, in the unit
    /// cube), in the units of the losses.
    ///
    /// # Errors
    /// [`GpError::Shape`], [`GpError::NotFinite`].
    pub fn posterior(&self, points: &DMatrix<f64>) -> Result<Posterior, GpError> {
        check_points(&self.columns, points)?;
        let latents =
            posterior::latent_batch(&self.factored, &self.x, self.hyperparameters.mean, points);
        let means = latents.iter().map(|l| self.standardizer.undo(l.0));
        let deviations = latents.iter().map(|l| self.standardizer.undo_deviation(l.1.sqrt()));
        Ok(Posterior {
            mean: DVector::from_iterator(points.nrows(), means),
            standard_deviation: DVector::from_iterator(points.nrows(), deviations),
        })
    }

    /// The hyperparameters, in standardised units.
    pub fn hyperparameters(&self) -> &Hyperparameters {
        &self.hyperparameters
    }

    /// Log marginal likelihood of the standardised losses, believed points not counted.
    pub fn log_marginal_likelihood(&self) -> f64 {
        self.log_marginal_likelihood
    }

    /// Number of observations, believed points not counted.
    pub fn observations(&self) -> usize {
        self.observations
    }

    /// What had to be added to the covariance's diagonal beyond the noise, in standardised units;
    /// usually 0.
    pub fn jitter(&self) -> f64 {
        self.factored.cholesky.jitter()
    }

    /// Standard deviation of the latent function far from all observations, in the units of the
    /// losses.
    pub fn prior_deviation(&self) -> f64 {
        let variance = self.factored.kernel.variance();
        self.standardizer.undo_deviation(variance.sqrt())
    }
}

fn check_data(columns: &[Column], x: &DMatrix<f64>, y: &DVector<f64>) -> Result<(), GpError> {
    if y.is_empty() {
        return Err(GpError::NoObservations);
    }
    check_count("losses", x.nrows(), y.len())?;
    check_points(columns, x)?;
    check_finite("losses", y.iter().copied().enumerate())
}

fn check_points(columns: &[Column], x: &DMatrix<f64>) -> Result<(), GpError> {
    check_count("columns", columns.len().max(1), x.ncols())?;
    let n = x.nrows();
    check_finite("coordinates", x.iter().enumerate().map(|(i, &u)| (i % n, u)))
}

fn check_count(what: &'static str, expected: usize, found: usize) -> Result<(), GpError> {
    if expected == found { Ok(()) } else { Err(GpError::Shape { what, expected, found }) }
}

fn check_finite(
    what: &'static str,
    mut values: impl Iterator<Item = (usize, f64)>,
) -> Result<(), GpError> {
    match values.find(|(_, v)| !v.is_finite()) {
        None => Ok(()),
        Some((row, found)) => Err(GpError::NotFinite { what, row, found }),
    }
}

fn check_hyperparameters(hyperparameters: &Hyperparameters, d: usize) -> Result<(), GpError> {
    let Hyperparameters {
        length_scales,
        signal_variance,
        additive_variance,
        additive_ratio,
        noise_variance,
        mean,
    } = hyperparameters;
    check_count("length scales", d, length_scales.len())?;
    check_finite("mean", std::iter::once((0, *mean)))?;
    let named = length_scales.iter().map(|&l| ("a length scale", l)).chain([
        ("the signal variance", *signal_variance),
        ("the ratio of length scales", *additive_ratio),
        ("the noise variance", *noise_variance),
    ]);
    for (what, found) in named {
        if !(found.is_finite() && found > 0.0) {
            return Err(GpError::BadHyperparameter { what, found });
        }
    }
    // The additive part may be absent.
    if !(additive_variance.is_finite() && *additive_variance >= 0.0) {
        let what = "the additive variance";
        return Err(GpError::BadHyperparameter { what, found: *additive_variance });
    }
    Ok(())
}
