//! Finds the point that a suggestion stands on: the maximum of an acquisition function over the points
//! of a region.
//!
//! Many points are rated in one batch: quasi-random ones, and the same drawn in around the most
//! promising observations. The best few that lie apart then climb. Discrete columns move from level
//! to level and continuous ones along the gradient, in turns, until neither improves. Every point
//! rated is one that may be suggested; nothing is rounded or repaired afterwards.

use std::collections::HashSet;

use nalgebra::DMatrix;

use super::acquisition::Acquisition;
use super::ensemble::{Ensemble, Maximum, row};
use super::user_prior::UserPrior;
use crate::numeric::minimize::{Effort, minimize_in_box};

/// Which points may be suggested.
pub trait Region {
    /// The point of the region that `point` stands for: discrete columns on their levels, columns that
    /// are switched off below 0. `None` if there is none.
    fn admit(&self, point: Vec<f64>) -> Option<Vec<f64>>;
}

/// Observations that candidates are drawn in around: those of lowest posterior mean.
const INCUMBENTS: usize = 3;
/// Candidates around each of them.
const NEAR: usize = 64;
/// Widths of the boxes they are drawn in, as shares of the cube.
const WIDTHS: [f64; 3] = [0.4, 0.1, 0.02];
/// Columns that differ from the incumbent in half of these candidates: moving few at once is what
/// still improves in many dimensions (Regis & Shoemaker 2013).
const MOVED: f64 = 3.0;
/// Candidates that climb.
const CLIMBS: usize = 5;
/// Two of them differ by this much in some column.
const APART: f64 = 0.05;
/// Turns between discrete and continuous columns.
const TURNS: usize = 5;
/// Moves of discrete columns in one turn.
const MOVES: usize = 24;
/// An improvement of the logarithm below this is none: a millionth of the worth.
const TOLERANCE: f64 = 1e-6;

const CLIMB: Effort = Effort { evaluations: 30, tolerance: 1e-5, first_step: 0.1 };

/// Where the gradient would leave the region, boxes of these widths around the top are searched.
const SLIDES: [f64; 6] = [0.1, 0.04, 0.015, 0.006, 0.002, 0.0005];
/// Points in each of them.
const SLIDE: usize = 48;

impl Ensemble {
    /// The maximum of an acquisition function over a region, with the user's prior.
    ///
    /// `filling` (m × d) are points that fill the unit cube evenly, where the search begins; a few
    /// hundred are enough. `None` if the region holds none of them, nor any near the best observations.
    pub fn maximize(
        &self,
        filling: &DMatrix<f64>,
        region: &dyn Region,
        acquisition: &dyn Acquisition,
        user_prior: Option<&UserPrior>,
    ) -> Option<Maximum> {
        Search { ensemble: self, filling, region, acquisition, user_prior }.run()
    }
}

/// What one search needs.
struct Search<'a> {
    ensemble: &'a Ensemble,
    filling: &'a DMatrix<f64>,
    region: &'a dyn Region,
    acquisition: &'a dyn Acquisition,
    user_prior: Option<&'a UserPrior>,
}

impl Search<'_> {
    fn run(&self) -> Option<Maximum> {
        let mut seen = HashSet::new();
        let mut candidates = self.candidates();
        candidates.retain(|point| seen.insert(bits(point)));
        let values = self.rate(&candidates);
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let mut starts: Vec<Maximum> = Vec::new();
        for i in order {
            let far = |start: &Maximum| {
                let gaps = start.point.iter().zip(&candidates[i]);
                gaps.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) > APART
            };
            if starts.iter().all(far) {
                starts.push(Maximum { point: candidates[i].clone(), log_value: values[i] });
            }
            if starts.len() == CLIMBS {
                break;
            }
        }
        let tops = starts.into_iter().map(|start| self.climb(start));
        tops.reduce(|best, top| if top.log_value > best.log_value { top } else { best })
    }

    fn rate(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let points = rows(points, self.ensemble.columns().len());
        self.ensemble.rate(&points, self.acquisition, self.user_prior)
    }

    /// Points of the region: `filling` itself, then parts of it drawn in around the incumbents.
    fn candidates(&self) -> Vec<Vec<f64>> {
        let m = self.filling.nrows();
        let mut candidates: Vec<Vec<f64>> = (0..m).map(|i| row(self.filling, i)).collect();
        for (rank, center) in self.ensemble.incumbents(INCUMBENTS).into_iter().enumerate() {
            let near = (0..NEAR.min(m)).map(|i| {
                let offsets = row(self.filling, (rank * NEAR + i) % m);
                self.near(&center, offsets, WIDTHS[i % WIDTHS.len()], i % 2 == 1)
            });
            candidates.extend(near);
        }
        candidates.into_iter().filter_map(|point| self.region.admit(point)).collect()
    }

    /// A point in a box around `center`; with `few` only some columns differ.
    fn near(&self, center: &[f64], offsets: Vec<f64>, width: f64, few: bool) -> Vec<f64> {
        let d = center.len();
        let share = MOVED / d as f64;
        let columns = self.ensemble.columns();
        let moved = |k: usize| {
            // The low bits of one offset choose whether another one counts.
            let chance = (offsets[(k + 1) % d] * 8191.0).fract();
            match (few && chance >= share, columns[k].is_categorical()) {
                (true, _) => center[k],
                // Choices have no near and far: another one with the chance of the width.
                (false, true) if (offsets[k] * 127.0).fract() < width.max(share) => offsets[k],
                (false, true) => center[k],
                (false, false) if center[k] < 0.0 => center[k],
                (false, false) => center[k] + width * (offsets[k] - 0.5),
            }
        };
        (0..d).map(moved).collect()
    }

    fn climb(&self, start: Maximum) -> Maximum {
        let mut top = start;
        let discrete = self.ensemble.columns().iter().any(|c| c.levels().is_some());
        for _ in 0..TURNS {
            let before = top.log_value;
            top = self.climb_continuous(top);
            if !discrete {
                break;
            }
            let on_levels = top.log_value;
            top = self.climb_discrete(top);
            if top.log_value <= on_levels || top.log_value <= before + TOLERANCE {
                break;
            }
        }
        top
    }

    /// Along the gradient in the continuous columns that are not switched off, the others held.
    fn climb_continuous(&self, top: Maximum) -> Maximum {
        let columns = self.ensemble.columns().iter().zip(&top.point).enumerate();
        let free: Vec<usize> = columns
            .filter(|(_, (column, u))| column.levels().is_none() && **u >= 0.0)
            .map(|(k, _)| k)
            .collect();
        if free.is_empty() {
            return top;
        }
        let place = |coordinates: &[f64]| {
            let mut point = top.point.clone();
            for (&k, &u) in free.iter().zip(coordinates) {
                point[k] = u;
            }
            self.region.admit(point)
        };
        let mut left = false;
        let descend = |coordinates: &[f64]| {
            let Some(point) = place(coordinates) else {
                left = true;
                return None;
            };
            let (value, gradient) =
                self.ensemble.rate_with_gradient(&point, self.acquisition, self.user_prior);
            Some((-value, free.iter().map(|&k| -gradient[k]).collect()))
        };
        let start: Vec<f64> = free.iter().map(|&k| top.point[k]).collect();
        let bounds = vec![(0.0, 1.0); free.len()];
        let found = minimize_in_box(descend, &bounds, &start, CLIMB);
        let found = found.filter(|found| -found.value > top.log_value);
        let climbed =
            found.and_then(|f| Some(Maximum { point: place(&f.point)?, log_value: -f.value }));
        let climbed = climbed.unwrap_or(top);
        if left { self.slide(climbed) } else { climbed }
    }

    /// Along an edge of the region that the gradient points across: boxes around the top, ever smaller.
    fn slide(&self, mut top: Maximum) -> Maximum {
        let m = self.filling.nrows();
        for (turn, width) in SLIDES.into_iter().enumerate() {
            let near = (0..SLIDE.min(m)).filter_map(|i| {
                let offsets = row(self.filling, (turn * SLIDE + i) % m);
                self.region.admit(self.near(&top.point, offsets, width, i % 2 == 1))
            });
            if let Some(better) =
                self.best_of(near.collect()).filter(|b| b.log_value > top.log_value)
            {
                top = better;
            }
        }
        top
    }

    /// To the best neighbouring level of any one column, again and again.
    fn climb_discrete(&self, mut top: Maximum) -> Maximum {
        for _ in 0..MOVES {
            let mut neighbours = Vec::new();
            for (k, column) in self.ensemble.columns().iter().enumerate() {
                for u in column.neighbours(top.point[k]) {
                    let mut point = top.point.clone();
                    point[k] = u;
                    neighbours.extend(self.region.admit(point));
                }
            }
            match self.best_of(neighbours) {
                Some(next) if next.log_value > top.log_value + TOLERANCE => top = next,
                _ => break,
            }
        }
        top
    }

    fn best_of(&self, points: Vec<Vec<f64>>) -> Option<Maximum> {
        let points = rows(&points, self.ensemble.columns().len());
        self.ensemble.best_of(&points, self.acquisition, self.user_prior)
    }
}

/// The points as rows of a matrix with `d` columns.
fn rows(points: &[Vec<f64>], d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), d, |i, k| points[i][k])
}

fn bits(point: &[f64]) -> Vec<u64> {
    point.iter().map(|u| u.to_bits()).collect()
}

#[cfg(test)]
mod tests;
