//! Which parameters are active where, which points are feasible, and how many there are.
//!
//! Conditions look only at parameters declared before, so one walk over the columns settles who is
//! active: every finite space is a tree whose leaves are its points.

use std::sync::OnceLock;

use super::condition::Compiled as Condition;
use super::expression::Expression;
use super::listing::Points;
use super::{INACTIVE, ParamValue, Parameter, SpaceError};

/// Quasi-random points tried in search of a feasible one.
const FEASIBLE_TRIES: usize = 131_072;

/// How many of them before the points are listed.
const FIRST_TRIES: usize = 256;

/// Points at which an expression is tried when it is made.
const TYPE_TRIES: usize = 16;

/// Conditions and constraints of a space, compiled, and what follows from them.
#[derive(Debug)]
pub(super) struct Tree {
    /// By column.
    conditions: Vec<Option<Condition>>,
    constraints: Vec<Expression>,
    /// By column: whether some condition looks at it.
    pub(super) parents: Vec<bool>,
    /// By column: whether some constraint mentions it.
    pub(super) constrained: Vec<bool>,
    /// Filled when first asked for.
    listed: OnceLock<Option<Points>>,
    feasible: OnceLock<Option<Vec<f64>>>,
}

impl Tree {
    /// Compiles conditions and constraints; brings the conditions' values into stored form.
    pub(super) fn new(
        parameters: &mut [Parameter],
        constraints: &[String],
    ) -> Result<Self, SpaceError> {
        let mut parents = vec![false; parameters.len()];
        let mut conditions = Vec::with_capacity(parameters.len());
        for column in 0..parameters.len() {
            let Some(mut condition) = parameters[column].condition.take() else {
                conditions.push(None);
                continue;
            };
            let compiled = Condition::new(&mut condition, parameters, column);
            let compiled = compiled.and_then(|compiled| {
                if let Condition::Expression(expression) = &compiled {
                    try_types(expression, parameters)?;
                }
                Ok(compiled)
            });
            let compiled = compiled.map_err(|error| SpaceError::Condition {
                name: parameters[column].name.clone(),
                error,
            })?;
            compiled.columns().into_iter().for_each(|parent| parents[parent] = true);
            conditions.push(Some(compiled));
            parameters[column].condition = Some(condition);
        }
        let mut constrained = vec![false; parameters.len()];
        let compile = |(index, text): (usize, &String)| {
            let compiled = Expression::compile(text, parameters, parameters.len());
            let checked = compiled.and_then(|e| try_types(&e, parameters).map(|()| e));
            let expression = checked.map_err(|error| SpaceError::Constraint {
                index,
                constraint: text.clone(),
                error,
            })?;
            expression.columns().for_each(|column| constrained[column] = true);
            Ok(expression)
        };
        let constraints = constraints.iter().enumerate().map(compile).collect::<Result<_, _>>()?;
        Ok(Self {
            conditions,
            constraints,
            parents,
            constrained,
            listed: OnceLock::new(),
            feasible: OnceLock::new(),
        })
    }

    /// Whether there is neither condition nor constraint: a plain box.
    pub(super) fn is_box(&self) -> bool {
        self.constraints.is_empty() && !self.is_conditional()
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.parents.contains(&true)
    }

    /// Whether some condition looks at the parameter in a column.
    pub(super) fn is_parent(&self, column: usize) -> bool {
        self.parents[column]
    }

    /// Whether the parameter in a column is active, with the values of the columns before it.
    pub(super) fn is_active(&self, column: usize, values: &[Option<ParamValue>]) -> bool {
        self.conditions[column].as_ref().is_none_or(|condition| condition.holds(values))
    }

    /// Index of the first constraint that these values break.
    pub(super) fn broken(&self, values: &[Option<ParamValue>]) -> Option<usize> {
        self.constraints.iter().position(|c| {
            let mentions_all = c.columns().all(|column| values[column].is_some());
            mentions_all && !c.holds(values)
        })
    }

    /// Columns that a constraint mentions.
    pub(super) fn mentioned(&self, constraint: usize) -> impl Iterator<Item = usize> {
        self.constraints[constraint].columns()
    }

    /// Levels and activity of a point: see [`SearchSpace::snap`](super::SearchSpace::snap).
    pub(super) fn snap(&self, parameters: &[Parameter], unit: &[f64]) -> Vec<f64> {
        let mut values = vec![None; parameters.len()];
        let columns = parameters.iter().zip(unit).enumerate();
        let snap = |(column, (parameter, &u)): (usize, (&Parameter, &f64))| {
            if !self.is_active(column, &values) {
                return INACTIVE;
            }
            let u = parameter.domain.snap(if u == INACTIVE { 0.5 } else { u });
            if self.parents[column] {
                values[column] = Some(parameter.domain.decode(u));
            }
            u
        };
        columns.map(snap).collect()
    }

    /// Whether a snapped point satisfies the constraints.
    pub(super) fn is_feasible(&self, parameters: &[Parameter], unit: &[f64]) -> bool {
        if self.constraints.is_empty() {
            return true;
        }
        let value = |(column, parameter): (usize, &Parameter)| {
            let u = *unit.get(column)?;
            (self.constrained[column] && u != INACTIVE).then(|| parameter.domain.decode(u))
        };
        let values: Vec<_> = parameters.iter().enumerate().map(value).collect();
        self.broken(&values).is_none()
    }

    /// Number of feasible points: see [`SearchSpace::cardinality`](super::SearchSpace::cardinality).
    pub(super) fn cardinality(&self, parameters: &[Parameter]) -> Option<u64> {
        if self.is_box() {
            return parameters.iter().try_fold(1u64, |n, p| n.checked_mul(p.domain.levels()?));
        }
        self.listed(parameters).map(|points| points.len() as u64)
    }

    /// All feasible points in the order of their levels, if they can be listed.
    pub(super) fn points(&self, parameters: &[Parameter]) -> Option<Vec<Vec<f64>>> {
        let rows = |points: &Points| -> Vec<Vec<f64>> {
            points.coordinates.chunks_exact(points.width).map(<[f64]>::to_vec).collect()
        };
        if self.is_box() {
            // Not worth keeping: it is asked for once in a while.
            return self.list(parameters).as_ref().map(rows);
        }
        self.listed(parameters).map(rows)
    }

    fn listed(&self, parameters: &[Parameter]) -> Option<&Points> {
        self.listed.get_or_init(|| self.list(parameters)).as_ref()
    }

    /// A feasible point, the same every time; how many were tried if none was found.
    pub(super) fn feasible(&self, parameters: &[Parameter]) -> Result<&[f64], SpaceError> {
        let found = self.feasible.get_or_init(|| {
            let mut points = spread(parameters.len(), FEASIBLE_TRIES);
            let mut find = |tries: usize| {
                let points = points.by_ref().take(tries);
                let mut points = points.map(|unit| self.snap(parameters, &unit));
                points.find(|unit| self.is_feasible(parameters, unit))
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

/// Evaluates an expression at a few points with every parameter active: whether its kinds fit shows
/// now, not in the middle of a study.
fn try_types(
    expression: &Expression,
    parameters: &[Parameter],
) -> Result<(), super::ExpressionError> {
    let mut values = vec![None; parameters.len()];
    let middle = std::iter::once(vec![0.5; parameters.len()]);
    for unit in middle.chain(spread(parameters.len(), TYPE_TRIES)) {
        for column in expression.columns() {
            values[column] = Some(parameters[column].domain.decode(unit[column]));
        }
        expression.evaluate(&values)?;
    }
    Ok(())
}

/// Evenly spread points of the unit cube: the additive recurrence of Roberts (2018, "The unreasonable
/// effectiveness of quasirandom sequences"), `uₖ = frac(½ + i φ⁻ᵏ)` with `φ` the root of
/// `φᵈ⁺¹ = φ + 1`.
fn spread(width: usize, count: usize) -> impl Iterator<Item = Vec<f64>> {
    let mut phi: f64 = 1.5;
    for _ in 0..60 {
        phi = (1.0 + phi).powf(1.0 / (width as f64 + 1.0));
    }
    let steps: Vec<f64> = (1..=width).map(|k| phi.powi(-(k as i32))).collect();
    (1..=count).map(move |i| steps.iter().map(|s| (0.5 + i as f64 * s).fract()).collect())
}
