//! Counting and listing the points of a finite space.

use super::encoding::INACTIVE;
use super::parameter::Parameter;
use super::params::ParamValue;
use super::rules::Rules;

/// Finite spaces with conditions or constraints are counted up to this many points and dead ends.
const MOST_LISTED: u64 = 200_000;

/// Points of a finite space, one after the other.
#[derive(Debug)]
pub(super) struct Points {
    pub(super) width: usize,
    pub(super) coordinates: Vec<f64>,
}

impl Points {
    pub(super) fn len(&self) -> usize {
        self.coordinates.len() / self.width
    }
}

/// Lists the points of a space with few enough leaves, feasible or not: what a constraint leaves of
/// a large space cannot be told without looking at all of it.
pub(super) fn list(rules: &Rules, parameters: &[Parameter]) -> Option<Points> {
    let mut values = vec![None; parameters.len()];
    count_leaves(rules, parameters, 0, &mut values).filter(|&leaves| leaves <= MOST_LISTED)?;
    // A huge domain that got here is active nowhere.
    let levels = |p: &Parameter| match p.domain.levels() {
        Some(count) if count <= MOST_LISTED => p.domain.level_units().unwrap_or_default(),
        _ => Vec::new(),
    };
    let levels = parameters.iter().map(levels).collect();
    let mut walk = Walk {
        rules,
        parameters,
        levels,
        values: vec![None; parameters.len()],
        point: Vec::with_capacity(parameters.len()),
        found: Vec::new(),
    };
    walk.descend();
    Some(Points { width: parameters.len(), coordinates: walk.found })
}

/// Number of leaves below these values of the columns before `column`, or something beyond
/// [`MOST_LISTED`]; `None` if a continuous parameter is active somewhere. Walks only over the values
/// of parents.
fn count_leaves(
    rules: &Rules,
    parameters: &[Parameter],
    column: usize,
    values: &mut [Option<ParamValue>],
) -> Option<u64> {
    let Some(parameter) = parameters.get(column) else {
        return Some(1);
    };
    if !rules.is_active(column, values) {
        return count_leaves(rules, parameters, column + 1, values);
    }
    let levels = parameter.domain.levels()?;
    if !rules.parents[column] {
        return Some(levels.saturating_mul(count_leaves(rules, parameters, column + 1, values)?));
    }
    let mut leaves: u64 = 0;
    for k in 0..levels {
        values[column] = parameter.domain.level(k);
        leaves = leaves.saturating_add(count_leaves(rules, parameters, column + 1, values)?);
        if leaves > MOST_LISTED {
            break;
        }
    }
    values[column] = None;
    Some(leaves)
}

/// A depth-first walk over the tree of a space's points.
struct Walk<'a> {
    rules: &'a Rules,
    parameters: &'a [Parameter],
    /// Coordinates of the levels, by column.
    levels: Vec<Vec<f64>>,
    values: Vec<Option<ParamValue>>,
    point: Vec<f64>,
    found: Vec<f64>,
}

impl Walk<'_> {
    /// Collects the feasible points below.
    fn descend(&mut self) {
        let column = self.point.len();
        let Some(parameter) = self.parameters.get(column) else {
            if self.rules.broken(&self.values).is_none() {
                self.found.extend_from_slice(&self.point);
            }
            return;
        };
        if !self.rules.is_active(column, &self.values) {
            self.point.push(INACTIVE);
            self.descend();
            self.point.pop();
            return;
        }
        let wanted = self.rules.parents[column] || self.rules.constrained[column];
        for k in 0..self.levels[column].len() {
            if wanted {
                self.values[column] = parameter.domain.level(k as u64);
            }
            self.point.push(self.levels[column][k]);
            self.descend();
            self.point.pop();
        }
        self.values[column] = None;
    }
}
