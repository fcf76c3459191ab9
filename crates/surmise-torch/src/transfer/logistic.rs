//! Standardised features and a logistic regression on them, as scikit-learn's `StandardScaler` and
//! `LogisticRegression`.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | x, y | features of an example, its class | k; 0 to K − 1 |
//! | w, b | weights and intercepts: one row for two classes, else one for each | m × k, m |
//! | C | inverse of the penalty's weight | scalar |

use thiserror::Error;

use surmise::numeric::minimize::{Settings, minimize};

/// Examples by rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    columns: usize,
    values: Vec<f64>,
}

impl Features {
    /// Rows of `columns` numbers each (at least one), one after the other; what does not fill a row is
    /// left out.
    pub fn new(columns: usize, mut values: Vec<f64>) -> Self {
        let columns = columns.max(1);
        values.truncate(values.len() / columns * columns);
        Self { columns, values }
    }

    /// How many numbers an example has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The examples.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns)
    }
}

/// What makes each column's mean 0 and its variance 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
    /// Of each column.
    pub mean: Vec<f64>,
    /// Its standard deviation, of the population; 1 where a column is constant to rounding.
    pub scale: Vec<f64>,
}

impl Standardizer {
    /// From examples.
    pub fn fit(features: &Features) -> Self {
        let n = features.rows().len().max(1) as f64;
        let mut mean = vec![0.0; features.columns];
        for row in features.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x / n);
        }
        let mut variance = vec![0.0; features.columns];
        for row in features.rows() {
            for ((sum, x), mean) in variance.iter_mut().zip(row).zip(&mean) {
                *sum += (x - mean).powi(2) / n;
            }
        }
        // scikit-learn's bound for a variance that is nothing but rounding.
        let constant = |variance: f64, mean: f64| {
            variance <= n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2)
        };
        let scale = variance.iter().zip(&mean);
        let scale = scale.map(|(&v, &m)| if constant(v, m) { 1.0 } else { v.sqrt() }).collect();
        Self { mean, scale }
    }

    /// The same examples in these terms.
    pub fn transform(&self, features: &Features) -> Features {
        let row = |row: &[f64]| -> Vec<f64> {
            let columns = row.iter().zip(&self.mean).zip(&self.scale);
            columns.map(|((x, mean), scale)| (x - mean) / scale).collect()
        };
        Features::new(features.columns, features.rows().flat_map(row).collect())
    }
}

/// A logistic regression.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression {
    /// w, row by row.
    pub weights: Vec<f64>,
    /// b.
    pub intercepts: Vec<f64>,
    columns: usize,
}

/// Why there is no regression.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum LogisticError {
    /// There is not a label for each example.
    #[error("{labels} labels for {examples} examples")]
    Lengths {
        /// Labels.
        labels: usize,
        /// Examples.
        examples: usize,
    },
    /// A label is no class, or nothing is to be told apart.
    #[error(
        "labels must be below the number of classes, {classes}, of which at least two must occur"
    )]
    Labels {
        /// Number of classes.
        classes: usize,
    },
    /// C is not above 0, or a feature is not finite.
    #[error("C must be above 0, and every feature a finite number")]
    NotFinite,
    /// The optimizer gave up before its first step.
    #[error("no fit was found: {reason}")]
    NoFit {
        /// Its words.
        reason: String,
    },
}

/// Pairs of steps and gradient changes that L-BFGS remembers.
const MEMORY: usize = 10;
/// Stop where no slope is steeper than this share of the number of examples.
const TOLERANCE: f64 = 1e-9;
/// Iterations at most.
const ITERATIONS: usize = 5_000;
/// Evaluations at most: as many as a line search may need in every iteration.
const EVALUATIONS: usize = 20 * ITERATIONS;

impl LogisticRegression {
    /// Minimises C Σ −log p(y | x) + ½‖w‖² over w and b, b without penalty; with two classes p is the
    /// logistic function of w·x + b, with more the softmax. The minimum is unique but for what shifts
    /// all intercepts alike.
    ///
    /// # Errors
    /// [`LogisticError`].
    pub fn fit(
        features: &Features,
        labels: &[usize],
        classes: usize,
        c: f64,
    ) -> Result<Self, LogisticError> {
        let examples = features.rows().len();
        if labels.len() != examples {
            return Err(LogisticError::Lengths { labels: labels.len(), examples });
        }
        let varied = labels.iter().any(|label| Some(label) != labels.first());
        if classes < 2 || !varied || labels.iter().any(|label| *label >= classes) {
            return Err(LogisticError::Labels { classes });
        }
        if !(c > 0.0 && c.is_finite()) || features.values.iter().any(|x| !x.is_finite()) {
            return Err(LogisticError::NotFinite);
        }
        let rows = if classes == 2 { 1 } else { classes };
        let columns = features.columns;
        let problem = Problem { features, labels, rows, c };
        let start = vec![0.0; rows * (columns + 1)];
        let settings = Settings {
            memory: MEMORY,
            iterations: ITERATIONS,
            evaluations: EVALUATIONS,
            value_tolerance: 0.0,
            gradient_tolerance: TOLERANCE * c * examples as f64,
            first_step: None,
        };
        // A line search may give up at the very end, where no step is better by rounding.
        let best = minimize(|point| Some(problem.evaluate(point)), start, settings);
        let best = best.ok_or_else(|| LogisticError::NoFit {
            reason: "where all weights are 0 the loss or its slope is not finite".into(),
        })?;
        let (weights, intercepts) = best.point.split_at(rows * columns);
        Ok(Self { weights: weights.to_vec(), intercepts: intercepts.to_vec(), columns })
    }

    /// The most probable class of an example.
    pub fn predict(&self, example: &[f64]) -> usize {
        let scores = scores(&self.weights, &self.intercepts, example);
        match scores[..] {
            [score] => usize::from(score > 0.0),
            _ => {
                let all = scores.iter().enumerate();
                // The first of equals.
                all.rev().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
            }
        }
    }

    /// Share of examples whose most probable class is theirs, 0 to 1; 0 of none.
    pub fn accuracy(&self, features: &Features, labels: &[usize]) -> f64 {
        let right = features.rows().zip(labels).filter(|(x, label)| self.predict(x) == **label);
        right.count() as f64 / labels.len().max(1) as f64
    }

    /// How many numbers an example has.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// w·x + b, a row each.
fn scores(weights: &[f64], intercepts: &[f64], x: &[f64]) -> Vec<f64> {
    let dot = |w: &[f64]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
    weights.chunks_exact(x.len()).zip(intercepts).map(|(w, b)| dot(w) + b).collect()
}

/// What is minimised, over w row by row and then b.
struct Problem<'a> {
    features: &'a Features,
    labels: &'a [usize],
    rows: usize,
    c: f64,
}

impl Problem<'_> {
    /// Value and gradient.
    fn evaluate(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let columns = self.features.columns;
        let (weights, intercepts) = point.split_at(self.rows * columns);
        let mut value = 0.5 * weights.iter().map(|w| w * w).sum::<f64>();
        let mut gradient: Vec<f64> =
            weights.iter().copied().chain(intercepts.iter().map(|_| 0.0)).collect();
        let (of_weights, of_intercepts) = gradient.split_at_mut(self.rows * columns);
        for (x, &label) in self.features.rows().zip(self.labels) {
            let scores = scores(weights, intercepts, x);
            let (loss, slopes) = match scores[..] {
                [score] => logistic(score, label),
                _ => softmax(&scores, label),
            };
            value += self.c * loss;
            for (row, slope) in slopes.into_iter().enumerate() {
                let slope = self.c * slope;
                of_intercepts[row] += slope;
                let of_row = &mut of_weights[row * columns..][..columns];
                of_row.iter_mut().zip(x).for_each(|(g, x)| *g += slope * x);
            }
        }
        (value, gradient)
    }
}

/// −log p of a class by its only score, and the slope; without overflow.
fn logistic(score: f64, label: usize) -> (f64, Vec<f64>) {
    let signed = if label == 1 { score } else { -score };
    let loss = (-signed.abs()).exp().ln_1p() - signed.min(0.0);
    let p = 1.0 / (1.0 + (-score).exp());
    (loss, vec![p - label as f64])
}

/// The same by a score for each class.
fn softmax(scores: &[f64], label: usize) -> (f64, Vec<f64>) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    let loss = sum.ln() - (scores[label] - largest);
    let slope = |(class, power): (usize, f64)| power / sum - f64::from(u8::from(class == label));
    (loss, powers.into_iter().enumerate().map(slope).collect())
}
