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
            let (value, gradient) = log_ei_with_gradient(self.best, &latent);
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
        latents.into_iter().map(|(mean, variance)| log_ei(self.best, mean, variance)).collect()
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

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::gp::Column;
    use crate::gp::golden::{golden_models, thirds};

    fn log_ei_at(gp: &GaussianProcess, point: &[f64]) -> (f64, Vec<f64>) {
        let latent = latent(&gp.factored, &gp.x, gp.hyperparameters.mean, point);
        log_ei_with_gradient(gp.best, &latent)
    }

    #[test]
    fn log_ei_equals_botorch() {
        for (model, gp) in golden_models() {
            let points = model.points;
            let batch = gp.log_ei_batch(&rows(&points, 3));
            for (i, expected) in model.log_ei.into_iter().enumerate() {
                let (single, gradient) = log_ei_at(&gp, &points[i]);
                assert!((single - expected).abs() < 1e-8 * expected.abs().max(1.0));
                assert!((batch[i] - expected).abs() < 1e-8 * expected.abs().max(1.0));
                for (found, expected) in gradient.iter().zip(&model.log_ei_gradient[i]) {
                    assert!((found - expected).abs() < 1e-7 * expected.abs().max(1.0));
                }
            }
        }
    }

    #[test]
    fn log_ei_gradient_matches_central_differences() {
        for (model, gp) in golden_models() {
            for point in model.points {
                let (_, gradient) = log_ei_at(&gp, &point);
                let continuous = gp.columns.iter().filter(|c| c.levels().is_none()).count();
                for k in 0..continuous {
                    let at = |h: f64| {
                        let mut moved = point.clone();
                        moved[k] += h;
                        log_ei_at(&gp, &moved).0
                    };
                    let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                    let error = (gradient[k] - numeric).abs() / numeric.abs().max(1.0);
                    assert!(error < 1e-5, "{} vs {numeric}", gradient[k]);
                }
            }
        }
    }

    /// A model whose loss falls towards one corner, so that LogEI is largest on faces.
    fn sloping(columns: &[Column], best: &[f64]) -> GaussianProcess {
        let x = DMatrix::from_fn(9, columns.len(), |i, k| {
            columns[k].snap(((i * (2 * k + 3) + k) % 9) as f64 / 8.0)
        });
        let y = DVector::from_fn(9, |i, _| {
            (0..columns.len()).map(|k| (x[(i, k)] - best[k]).abs()).sum()
        });
        GaussianProcess::fit(columns, x, &y).unwrap()
    }

    fn spread(d: usize) -> DMatrix<f64> {
        // Multiples of irrational numbers fill the cube evenly.
        let steps = [0.414_213_562, 0.732_050_808, 0.236_067_977];
        DMatrix::from_fn(128, d, |i, k| (i as f64 * steps[k]).fract())
    }

    #[test]
    fn reaches_a_maximum_on_a_face() {
        let columns = vec![Column::Continuous; 2];
        let gp = sloping(&columns, &[0.0, 1.0]);
        let found = gp.maximize_log_ei(&spread(2), &[]).unwrap();
        let fine = DMatrix::from_fn(101 * 101, 2, |i, k| {
            (if k == 0 { i / 101 } else { i % 101 }) as f64 / 100.0
        });
        let grid = gp.best_by_log_ei(&fine).unwrap();
        assert!(found.log_ei >= grid.log_ei - 1e-4, "{found:?} {grid:?}");
        assert!(grid.point.iter().any(|&u| u == 0.0 || u == 1.0), "{grid:?}");
    }

    #[test]
    fn discrete_columns_stay_on_their_levels_and_exclusions_hold() {
        let columns = vec![
            Column::Ordered { levels: (0..20).map(|k| (f64::from(k) + 0.5) / 20.0).collect() },
            Column::Categorical { levels: thirds() },
            Column::Ordered { levels: vec![0.25, 0.75] },
        ];
        let gp = sloping(&columns, &[0.0, 0.5, 1.0]);
        let all: Vec<Vec<f64>> = (0..120)
            .map(|i| {
                let level = |k: usize, j: usize| columns[k].levels().unwrap()[j];
                vec![level(0, i / 6), level(1, i / 2 % 3), level(2, i % 2)]
            })
            .collect();
        let mut excluded: Vec<Vec<f64>> = Vec::new();
        // Every point comes once, and the first is the true maximum.
        while let Some(found) = gp.maximize_log_ei(&spread(3), &excluded) {
            if excluded.is_empty() {
                let best = gp.best_by_log_ei(&rows(&all, 3)).unwrap();
                assert_eq!(found.point, best.point);
            }
            assert!(all.contains(&found.point), "{found:?}");
            assert!(!excluded.contains(&found.point), "{found:?}");
            excluded.push(found.point);
        }
        assert!(excluded.len() > 60, "{}", excluded.len());
    }

    #[test]
    fn a_believed_point_keeps_its_mean_and_loses_its_appeal() {
        let columns = vec![Column::Continuous; 2];
        let mut gp = sloping(&columns, &[0.3, 0.6]);
        let first = gp.maximize_log_ei(&spread(2), &[]).unwrap();
        let at = DMatrix::from_row_slice(1, 2, &first.point);
        let before = gp.posterior(&at).unwrap();
        gp.believe(&first.point).unwrap();
        let after = gp.posterior(&at).unwrap();
        assert!((before.mean[0] - after.mean[0]).abs() < 1e-9);
        assert!(after.standard_deviation[0] < 0.5 * before.standard_deviation[0]);
        let second = gp.maximize_log_ei(&spread(2), &[]).unwrap();
        assert!(second.log_ei < first.log_ei);
        let gaps = first.point.iter().zip(&second.point).map(|(a, b)| (a - b).abs());
        assert!(gaps.fold(0.0, f64::max) > 0.01, "{first:?} {second:?}");
    }
}
