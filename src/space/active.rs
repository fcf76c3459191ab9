//! Conditions with columns instead of names.

use super::condition::Condition;
use super::error::ConditionError;
use super::expression::Expression;
use super::parameter::Parameter;
use super::params::ParamValue;

/// A condition with columns instead of names.
#[derive(Clone, Debug)]
pub(super) enum ActiveWhen {
    Values(Vec<(usize, Vec<ParamValue>)>),
    Expression(Expression),
}

impl ActiveWhen {
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
