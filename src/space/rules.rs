//! Conditions and constraints of a space: which parameters are active where, which points are feasible.
//!
//! Conditions look only at parameters declared before, so one walk over the columns settles who is
//! active.

use super::active::ActiveWhen;
use super::encoding::INACTIVE;
use super::error::{ExpressionError, SpaceError};
use super::expression::Expression;
use super::parameter::Parameter;
use super::params::ParamValue;
use super::recurrence::additive_recurrence;

/// Points at which an expression is tried when it is made.
const TYPE_TRIES: usize = 16;

/// Conditions and constraints of a space, compiled, and what follows from them.
#[derive(Debug)]
pub(super) struct Rules {
    /// By column.
    conditions: Vec<Option<ActiveWhen>>,
    constraints: Vec<Expression>,
    /// By column: whether some condition looks at it.
    pub(super) parents: Vec<bool>,
    /// By column: whether some constraint mentions it.
    pub(super) constrained: Vec<bool>,
}

impl Rules {
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
            let compiled = ActiveWhen::new(&mut condition, parameters, column);
            let compiled = compiled.and_then(|compiled| {
                if let ActiveWhen::Expression(expression) = &compiled {
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
        Ok(Self { conditions, constraints, parents, constrained })
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
}

/// Evaluates an expression at a few points with every parameter active: whether its kinds fit shows
/// now, not in the middle of a study.
fn try_types(expression: &Expression, parameters: &[Parameter]) -> Result<(), ExpressionError> {
    let mut values = vec![None; parameters.len()];
    let middle = std::iter::once(vec![0.5; parameters.len()]);
    for unit in middle.chain(additive_recurrence(parameters.len(), TYPE_TRIES)) {
        for column in expression.columns() {
            values[column] = Some(parameters[column].domain.decode(unit[column]));
        }
        expression.evaluate(&values)?;
    }
    Ok(())
}
