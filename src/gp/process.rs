//! A Gaussian process conditioned on observations.

use nalgebra::{DMatrix, DVector};

use super::check::{check_count, check_data, check_finite, check_hyperparameters, check_points};
use super::column::Column;
use super::error::GpError;
use super::fit;
use super::hyperparameters::{Hyperparameters, Prior};
use super::kernel::lanes;
use super::likelihood::{Data, Factored};
use super::outcome_transform::OutcomeTransform;
use super::posterior::latent_batch;

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
    pub(super) columns: Vec<Column>,
    /// Points, n × d; those conditioned on the mean last.
    pub(super) x: DMatrix<f64>,
    pub(super) transform: OutcomeTransform,
    pub(super) observations: usize,
    pub(super) hyperparameters: Hyperparameters,
    log_marginal_likelihood: f64,
    pub(super) factored: Factored,
    /// Posterior means at the rows of `x`, standardised.
    pub(super) fitted_means: Vec<f64>,
    /// What expected improvement improves on: the least standardised loss, observed or conditioned on. Under
    /// noise it lies below the least posterior mean; the search then reaches further, and found
    /// better points on noisy Branin and Hartmann functions.
    pub(super) best: f64,
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
    pub(super) fn fit_with(
        columns: &[Column],
        x: DMatrix<f64>,
        y: &DVector<f64>,
        prior: Prior,
    ) -> Result<Self, GpError> {
        check_data(columns, &x, y)?;
        let transform = OutcomeTransform::new(y);
        let z = transform.apply(y);
        let hyperparameters = fit::fit(Data { columns, x: &x, z: &z, prior })?;
        Self::condition(columns, x, z, transform, hyperparameters)
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
        let transform = OutcomeTransform::new(y);
        let z = transform.apply(y);
        Self::condition(columns, x, z, transform, hyperparameters)
    }

    pub(super) fn condition(
        columns: &[Column],
        x: DMatrix<f64>,
        z: DVector<f64>,
        transform: OutcomeTransform,
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
            transform,
            hyperparameters,
            factored,
            fitted_means,
        })
    }

    /// Conditions the model on its own mean at `point`: means stay, the variance near the point shrinks, so that a suggestion keeps away from what is being evaluated (the kriging believer of
    /// Ginsbourger et al. 2010). Coordinates as for [`fit`](Self::fit), d of them.
    ///
    /// # Errors
    /// [`GpError::Shape`], [`GpError::NotFinite`].
    pub fn condition_on_mean(&mut self, point: &[f64]) -> Result<(), GpError> {
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
        let latents = latent_batch(&self.factored, &self.x, self.hyperparameters.mean, points);
        let means = latents.iter().map(|l| self.transform.undo(l.0));
        let deviations = latents.iter().map(|l| self.transform.undo_deviation(l.1.sqrt()));
        Ok(Posterior {
            mean: DVector::from_iterator(points.nrows(), means),
            standard_deviation: DVector::from_iterator(points.nrows(), deviations),
        })
    }

    /// The hyperparameters, in standardised units.
    pub fn hyperparameters(&self) -> &Hyperparameters {
        &self.hyperparameters
    }

    /// Log marginal likelihood of the standardised losses that were observed.
    pub fn log_marginal_likelihood(&self) -> f64 {
        self.log_marginal_likelihood
    }

    /// Number of observations.
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
        self.transform.undo_deviation(variance.sqrt())
    }
}
