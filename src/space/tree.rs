//! The feasible points of a space: how many, which, and one of them.
//!
//! Every finite space is a tree whose leaves are its points.

use std::sync::OnceLock;

use super::error::SpaceError;
use super::listing::{Points, list};
use super::parameter::Parameter;
use super::recurrence::additive_recurrence;
use super::rules::Rules;

/// Quasi-random points tried in search of a feasible one.
const FEASIBLE_TRIES: usize = 131_072;

/// How many of them before the points are listed.
const FIRST_TRIES: usize = 256;

/// The rules of a space with the points that they leave, found when first asked for.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) rules: Rules,
    listed: OnceLock<Option<Points>>,
    feasible: OnceLock<Option<Vec<f64>>>,
}

impl Tree {
    /// Compiles conditions and constraints; brings the conditions' values into stored form.
    pub(super) fn new(
        parameters: &mut [Parameter],
        constraints: &[String],
    ) -> Result<Self, SpaceError> {
        let rules = Rules::new(parameters, constraints)?;
        Ok(Self { rules, listed: OnceLock::new(), feasible: OnceLock::new() })
    }

    /// Number of feasible points: see [`SearchSpace::cardinality`](super::SearchSpace::cardinality).
    pub(super) fn cardinality(&self, parameters: &[Parameter]) -> Option<u64> {
        if self.rules.is_box() {
            return parameters.iter().try_fold(1u64, |n, p| n.checked_mul(p.domain.levels()?));
        }
        self.listed(parameters).map(|points| points.len() as u64)
    }

    /// All feasible points in the order of their levels, if they can be listed.
    pub(super) fn points(&self, parameters: &[Parameter]) -> Option<Vec<Vec<f64>>> {
        let rows = |points: &Points| -> Vec<Vec<f64>> {
            points.coordinates.chunks_exact(points.width).map(<[f64]>::to_vec).collect()
        };
        if self.rules.is_box() {
            // Not worth keeping: it is asked for once in a while.
            return list(&self.rules, parameters).as_ref().map(rows);
        }
        self.listed(parameters).map(rows)
    }

    fn listed(&self, parameters: &[Parameter]) -> Option<&Points> {
        self.listed.get_or_init(|| list(&self.rules, parameters)).as_ref()
    }

    /// A feasible point, the same every time; how many were tried if none was found.
    pub(super) fn feasible(&self, parameters: &[Parameter]) -> Result<&[f64], SpaceError> {
        let found = self.feasible.get_or_init(|| {
            let mut points = additive_recurrence(parameters.len(), FEASIBLE_TRIES);
            let mut find = |tries: usize| {
                let points = points.by_ref().take(tries);
                let mut points = points.map(|unit| self.rules.snap(parameters, &unit));
                points.find(|unit| self.rules.is_feasible(parameters, unit))
            };
            // A list of all points is exact, but dearer than some luck.
            find(FIRST_TRIES).or_else(|| match self.listed(parameters) {
                Some(points) => points.coordinates.get(..points.width).map(<[f64]>::to_vec),
                None => find(FEASIBLE_TRIES),
            })
        });
        found.as_deref().ok_or_else(|| {
            let all = self.listed(parameters).is_some();
            SpaceError::NoFeasiblePoint { tried: (!all).then_some(FEASIBLE_TRIES) }
        })
    }
}
