//! Finds the point that a suggestion stands on: the maximum of LogEI over the columns' values.
//!
//! Many points are rated in one batch: quasi-random ones, and the same drawn in around the most
//! promising observations. The best few that lie apart then climb. Discrete columns move from level
//! to level and continuous ones along the gradient, in turns, until neither improves. So every point
//! rated is one that can be suggested; nothing is rounded afterwards.

use std::collections::HashSet;

use nalgebra::DMatrix;

use super::GaussianProcess;
use super::acquisition::{log_ei, log_ei_with_gradient};
use super::minimize::{Effort, minimize_in_box};
use super::posterior::{latent, latent_batch};

/// A point and its LogEI.
#[derive(Clone, Debug, PartialEq)]
pub struct Maximum {
    /// The point in the unit cube, discrete columns on their levels.
    pub point: Vec<f64>,
    /// LogEI there, in standardised units.
    pub log_ei: f64,
}

/// Observations that candidates are drawn in around: those of lowest posterior mean.
const INCUMBENTS: usize = 3;
/// Candidates around each of them.
const NEAR: usize = 64;
/// Widths of the boxes they are drawn in, as shares of the cube.
const WIDTHS: [f64; 3] = [0.4, 0.1, 0.02];
/// Candidates that climb.
const CLIMBS: usize = 5;
/// Two of them differ by this much in some column.
const APART: f64 = 0.05;
/// Turns between discrete and continuous columns.
const TURNS: usize = 5;
/// Moves of discrete columns in one turn.
const MOVES: usize = 24;
/// An improvement of LogEI below this is none: a millionth of the improvement expected.
const TOLERANCE: f64 = 1e-6;

const CLIMB: Effort = Effort { evaluations: 30, tolerance: 1e-5, first_step: 0.1 };

impl GaussianProcess {
    /// The best of `points` (m × d, on their levels) by LogEI, the first of equals. `None` if there
    /// are none.
    pub fn best_by_log_ei(&self, points: &DMatrix<f64>) -> Option<Maximum> {
        let values = self.log_ei_batch(points);
        let best = argmax(&values)?;
        Some(Maximum { point: row(points, best), log_ei: values[best] })
    }

    /// The maximum of LogEI over the columns' values, without the `excluded` points.
    ///
    /// `spread` (m × d) are points that fill the unit cube evenly, where the search begins; a few
    /// hundred are enough. Excluding makes sense where all columns are discrete. `None` if every
    /// candidate was excluded.
    pub fn maximize_log_ei(&self, spread: &DMatrix<f64>, excluded: &[Vec<f64>]) -> Option<Maximum> {
        let excluded: HashSet<Vec<u64>> = excluded.iter().map(|point| bits(point)).collect();
        let mut seen = HashSet::new();
        let candidates: Vec<Vec<f64>> = self
            .candidates(spread)
            .into_iter()
            .filter(|point| !excluded.contains(&bits(point)) && seen.insert(bits(point)))
            .collect();
        let values = self.log_ei_batch(&rows(&candidates, self.columns.len()));
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let mut starts: Vec<Maximum> = Vec::new();
        for i in order {
            let far = |start: &Maximum| {
                let gaps = start.point.iter().zip(&candidates[i]);
                gaps.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) > APART
            };
            if starts.iter().all(far) {
                starts.push(Maximum { point: candidates[i].clone(), log_ei: values[i] });
            }
            if starts.len() == CLIMBS {
                break;
            }
        }
        let tops = starts.into_iter().map(|start| self.climb(start, &excluded));
        tops.reduce(|best, top| if top.log_ei > best.log_ei { top } else { best })
    }

    /// `spread` itself, then parts of it drawn in around the incumbents, all on their levels.
    fn candidates(&self, spread: &DMatrix<f64>) -> Vec<Vec<f64>> {
        let snap = |point: Vec<f64>| -> Vec<f64> {
            let pairs = point.into_iter().zip(&self.columns);
            pairs.map(|(u, column)| column.snap(u)).collect()
        };
        let m = spread.nrows();
        let mut candidates: Vec<Vec<f64>> = (0..m).map(|i| snap(row(spread, i))).collect();
        for (rank, incumbent) in self.incumbents().into_iter().enumerate() {
            let center = row(&self.x, incumbent);
            for i in 0..NEAR.min(m) {
                let width = WIDTHS[i % WIDTHS.len()];
                let offsets = row(spread, (rank * NEAR + i) % m);
                let near = center.iter().zip(offsets).map(|(c, u)| c + width * (u - 0.5));
                candidates.push(snap(near.collect()));
            }
        }
        candidates
    }

    /// Observations of lowest posterior mean, best first.
    fn incumbents(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.fitted_means.len()).collect();
        order.sort_by(|&a, &b| self.fitted_means[a].total_cmp(&self.fitted_means[b]));
        order.truncate(INCUMBENTS);
        order
    }

    fn climb(&self, start: Maximum, excluded: &HashSet<Vec<u64>>) -> Maximum {
        let continuous: Vec<usize> = self.columns_where(|levels| levels.is_none());
        let discrete: Vec<usize> = self.columns_where(|levels| levels.is_some());
        let mut top = start;
        for _ in 0..TURNS {
            let before = top.log_ei;
            if !continuous.is_empty() {
                top = self.climb_continuous(top, &continuous);
            }
            if discrete.is_empty() {
                break;
            }
            let on_levels = top.log_ei;
            top = self.climb_discrete(top, &discrete, excluded);
            if continuous.is_empty() || top.log_ei <= on_levels || top.log_ei <= before + TOLERANCE
            {
                break;
            }
        }
        top
    }

    fn columns_where(&self, keep: impl Fn(Option<&[f64]>) -> bool) -> Vec<usize> {
        (0..self.columns.len()).filter(|&k| keep(self.columns[k].levels())).collect()
    }

    /// Along the gradient in the continuous columns, the others held.
    fn climb_continuous(&self, top: Maximum, continuous: &[usize]) -> Maximum {
        let mut point = top.point.clone();
        let start: Vec<f64> = continuous.iter().map(|&k| point[k]).collect();
        let descend = |free: &[f64]| {
            for (&k, &u) in continuous.iter().zip(free) {
                point[k] = u;
            }
            let latent = latent(&self.factored, &self.x, self.hyperparameters.mean, &point);
            let (value, gradient) = log_ei_with_gradient(self.best_mean, &latent);
            Some((-value, continuous.iter().map(|&k| -gradient[k]).collect()))
        };
        let bounds = vec![(0.0, 1.0); continuous.len()];
        match minimize_in_box(descend, &bounds, &start, CLIMB) {
            Some(found) if -found.value > top.log_ei => {
                let mut point = top.point;
                for (&k, u) in continuous.iter().zip(found.point) {
                    point[k] = u;
                }
                Maximum { point, log_ei: -found.value }
            }
            _ => top,
        }
    }

    /// To the best neighbouring level of any one column, again and again.
    fn climb_discrete(
        &self,
        mut top: Maximum,
        discrete: &[usize],
        excluded: &HashSet<Vec<u64>>,
    ) -> Maximum {
        for _ in 0..MOVES {
            let mut neighbours = Vec::new();
            for &k in discrete {
                for u in self.columns[k].neighbours(top.point[k]) {
                    let mut point = top.point.clone();
                    point[k] = u;
                    if !excluded.contains(&bits(&point)) {
                        neighbours.push(point);
                    }
                }
            }
            match self.best_by_log_ei(&rows(&neighbours, self.columns.len())) {
                Some(next) if next.log_ei > top.log_ei + TOLERANCE => top = next,
                _ => break,
            }
        }
        top
    }

    fn log_ei_batch(&self, points: &DMatrix<f64>) -> Vec<f64> {
        let latents = latent_batch(&self.factored, &self.x, self.hyperparameters.mean, points);
        latents.into_iter().map(|(mean, variance)| log_ei(self.best_mean, mean, variance)).collect()
    }
}

/// The first index of the largest value; NaN counts as least.
fn argmax(values: &[f64]) -> Option<usize> {
    let better = |a: f64, b: f64| a > b || (b.is_nan() && !a.is_nan());
    (0..values.len()).reduce(|best, i| if better(values[i], values[best]) { i } else { best })
}

fn row(matrix: &DMatrix<f64>, i: usize) -> Vec<f64> {
    matrix.row(i).iter().copied().collect()
}

/// The points as rows of a matrix with `d` columns.
fn rows(points: &[Vec<f64>], d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), d, |i, k| points[i][k])
}

fn bits(point: &[f64]) -> Vec<u64> {
    point.iter().map(|u| u.to_bits()).collect()
}
