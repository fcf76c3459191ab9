//! When a parameter is active: conditions on those declared before it.

use std::fmt;

use thiserror::Error;

use super::expression::{Expression, ExpressionError};
use super::{ParamValue, Parameter};

/// When a parameter is active. A condition that looks at an inactive parameter does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every one of these parameters has one of its values.
    Values(Vec<(String, Vec<ParamValue>)>),
    /// An expression is true, such as `n_layers >= 2`.
    Expression(String),
}

/// What is wrong with a condition.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ConditionError {
    /// It names no parameter or no value.
    #[error("the condition names nothing that must hold")]
    Empty,
    /// It looks at a parameter there is not.
    #[error("unknown parameter `{parent}`")]
    UnknownParent {
        /// The name.
        parent: String,
    },
    /// It looks at a parameter that is not declared before its own.
    #[error("the condition looks at `{parent}`, which is not declared before")]
    NotBefore {
        /// The parameter it looks at.
        parent: String,
    },
    /// It asks for a value that the parameter never has.
    #[error("`{parent}` is never `{found}`, it is {expected}")]
    NeverEqual {
        /// The parameter it looks at.
        parent: String,
        /// The value asked for.
        found: ParamValue,
        /// The parameter's domain in words.
        expected: String,
    },
    /// Its expression is wrong.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
}

impl fmt::Display for Condition {
    /// `optimizer is sgd or adam, and n_layers is 2`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values(parents) => {
                for (i, (parent, values)) in parents.iter().enumerate() {
                    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                    let before = if i == 0 { "" } else { ", and " };
                    write!(f, "{before}{parent} is {}", values.join(" or "))?;
                }
                Ok(())
            }
            Self::Expression(text) => f.write_str(text),
        }
    }
}

/// A condition with columns instead of names.
#[derive(Clone, Debug)]
pub(super) enum Compiled {
    Values(Vec<(usize, Vec<ParamValue>)>),
    Expression(Expression),
}

impl Compiled {
    /// Compiles the condition of the parameter in a column, and brings its values into the form their
    /// domains store.
    pub(super) fn new(
        condition: &mut Condition,
        parameters: &[Parameter],
        column: usize,
    ) -> Result<Self, ConditionError> {
        let parents = match condition {
            Condition::Expression(text) => {
                return Ok(Self::Expression(Expression::compile(text, parameters, column)?));
            }
            Condition::Values(parents) => parents,
        };
        if parents.is_empty() || parents.iter().any(|(_, values)| values.is_empty()) {
            return Err(ConditionError::Empty);
        }
        let compile = |(parent, values): &mut (String, Vec<ParamValue>)| {
            let place = parameters.iter().position(|p| p.name == *parent);
            let place =
                place.ok_or_else(|| ConditionError::UnknownParent { parent: parent.clone() })?;
            if place >= column {
                return Err(ConditionError::NotBefore { parent: parent.clone() });
            }
            let domain = &parameters[place].domain;
            for value in values.iter_mut() {
                *value = domain.check(value).ok_or_else(|| ConditionError::NeverEqual {
                    parent: parent.clone(),
                    found: value.clone(),
                    expected: domain.to_string(),
                })?;
            }
            Ok((place, values.clone()))
        };
        let mut compiled: Vec<_> = parents.iter_mut().map(compile).collect::<Result<_, _>>()?;
        // One form for one meaning: in the order of declaration, each value once.
        compiled.sort_by_key(|(column, _)| *column);
        for (column, values) in &mut compiled {
            let domain = &parameters[*column].domain;
            values.sort_by_key(|value| domain.level_of(value));
            values.dedup();
        }
        let name = |column: usize| parameters[column].name.clone();
        *parents =
            compiled.iter().map(|(column, values)| (name(*column), values.clone())).collect();
        Ok(Self::Values(compiled))
    }

    /// Whether it holds with these values by column, `None` for inactive ones.
    pub(super) fn holds(&self, values: &[Option<ParamValue>]) -> bool {
        match self {
            Self::Values(parents) => parents.iter().all(|(column, allowed)| {
                let value = values.get(*column).and_then(Option::as_ref);
                value.is_some_and(|value| allowed.contains(value))
            }),
            Self::Expression(expression) => expression.holds(values),
        }
    }

    /// Columns of the parameters it looks at.
    pub(super) fn columns(&self) -> Vec<usize> {
        match self {
            Self::Values(parents) => parents.iter().map(|(column, _)| *column).collect(),
            Self::Expression(expression) => expression.columns().collect(),
        }
    }
}
