//! When a parameter is active: conditions on those declared before it.

use std::fmt;

use super::params::ParamValue;

/// When a parameter is active. A condition that looks at an inactive parameter does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every one of these parameters has one of its values.
    Values(Vec<(String, Vec<ParamValue>)>),
    /// An expression is true, such as `n_layers >= 2`.
    Expression(String),
}

impl Condition {
    /// The condition that a parameter has a value.
    pub fn is(parent: impl Into<String>, value: impl Into<ParamValue>) -> Self {
        Self::Values(vec![(parent.into(), vec![value.into()])])
    }

    /// The condition that a parameter has one of several values.
    pub fn is_one_of<V: Into<ParamValue>>(
        parent: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::Values(vec![(parent.into(), values.into_iter().map(Into::into).collect())])
    }
}

impl From<&str> for Condition {
    /// An expression, such as `n_layers >= 2`.
    fn from(expression: &str) -> Self {
        Self::Expression(expression.trim().to_owned())
    }
}

impl From<String> for Condition {
    fn from(expression: String) -> Self {
        expression.as_str().into()
    }
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
