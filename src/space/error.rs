//! What can be wrong with a domain, a condition, an expression, a space, or values.

use std::ops::Range;

use thiserror::Error;

use super::params::ParamValue;

/// What is wrong with a domain, a space, or values offered for it.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SpaceError {
    /// A space needs at least one parameter.
    #[error("the search space has no parameters")]
    Empty,
    /// Two parameters share a name.
    #[error("parameter `{name}` is declared twice")]
    Duplicate {
        /// The repeated name.
        name: String,
    },
    /// A bound is NaN or infinite.
    #[error("bounds must be finite numbers, got low {low} and high {high}")]
    NotFinite {
        /// Lower bound as given.
        low: f64,
        /// Upper bound as given.
        high: f64,
    },
    /// `low` is not below `high`.
    #[error("`low` must be below `high`, got low {low} and high {high}")]
    EmptyRange {
        /// Lower bound as given.
        low: String,
        /// Upper bound as given.
        high: String,
    },
    /// A log scale reaches zero or below.
    #[error("a log scale needs `low` above 0, got {low}")]
    LogOfNonPositive {
        /// Lower bound as given.
        low: String,
    },
    /// The step is not positive, or wider than the range.
    #[error("`step` must be above 0 and at most high − low = {width}, got {step}")]
    BadStep {
        /// Step as given.
        step: String,
        /// Width of the range.
        width: String,
    },
    /// The range has more grid points than can be told apart in the unit interval.
    #[error("the range has about {levels:.1e} values, more than the 2^53 that can be told apart")]
    TooManyLevels {
        /// Number of grid points.
        levels: f64,
    },
    /// Too few choices to choose from.
    #[error("needs at least two choices, got {found}")]
    TooFewChoices {
        /// Number of choices given.
        found: usize,
    },
    /// A choice is listed twice.
    #[error("choice `{choice}` is listed twice")]
    DuplicateChoice {
        /// The repeated choice.
        choice: String,
    },
    /// A guess lies outside its domain.
    #[error("the guess must be {expected}, got {found}")]
    BadGuess {
        /// The value offered.
        found: String,
        /// The domain in words.
        expected: String,
    },
    /// A guess spreads in a way that makes no sense.
    #[error("`spread` must be {expected}, got {found}")]
    BadSpread {
        /// The spread offered.
        found: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A parameter's condition cannot be.
    #[error("the condition of `{name}`: {error}")]
    Condition {
        /// The parameter.
        name: String,
        /// What is wrong.
        error: ConditionError,
    },
    /// A constraint is no expression over the parameters.
    #[error("the constraint `{constraint}`: {error}")]
    Constraint {
        /// Place among the constraints, from 0.
        index: usize,
        /// Text of the constraint.
        constraint: String,
        /// What is wrong.
        error: ExpressionError,
    },
    /// No point satisfies the constraints, as far as could be found out.
    #[error("no point of the space satisfies the constraints: {}", tried_in_words(*tried))]
    NoFeasiblePoint {
        /// Points tried; `None` for all there are.
        tried: Option<usize>,
    },
    /// Values lack one of the parameters.
    #[error("parameter `{name}` has no value")]
    Missing {
        /// The parameter without a value.
        name: String,
    },
    /// Values name a parameter the space does not have.
    #[error("the search space has no parameter `{name}`")]
    Unknown {
        /// The unknown name.
        name: String,
    },
    /// A value lies outside its domain.
    #[error("parameter `{name}` must be {expected}, got {found}")]
    Outside {
        /// The parameter.
        name: String,
        /// The value offered.
        found: String,
        /// The domain in words.
        expected: String,
    },
    /// A value is given for a parameter whose condition does not hold.
    #[error("parameter `{name}` has a value, but it is active only when {condition}")]
    Inactive {
        /// The parameter.
        name: String,
        /// Condition of the parameter.
        condition: String,
    },
    /// Values break a constraint.
    #[error("the constraint `{constraint}` does not hold with {values}")]
    Infeasible {
        /// The constraint.
        constraint: String,
        /// The values it mentions.
        values: String,
    },
}

fn tried_in_words(tried: Option<usize>) -> String {
    match tried {
        None => "each was tried".into(),
        Some(count) => format!("none of {count} quasi-random points does"),
    }
}

/// What is wrong with a condition.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ConditionError {
    /// The condition names no parameter or no value.
    #[error("the condition names nothing that must hold")]
    Empty,
    /// The condition looks at a parameter there is not.
    #[error("unknown parameter `{parent}`")]
    UnknownParent {
        /// The name.
        parent: String,
    },
    /// The condition looks at a parameter that is not declared before its own.
    #[error("the condition looks at `{parent}`, which is not declared before")]
    NotBefore {
        /// The parameter it looks at.
        parent: String,
    },
    /// The condition asks for a value that the parameter never has.
    #[error("`{parent}` is never `{found}`, it is {expected}")]
    NeverEqual {
        /// The parameter it looks at.
        parent: String,
        /// The value asked for.
        found: ParamValue,
        /// The parameter's domain in words.
        expected: String,
    },
    /// The condition's expression is wrong.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
}

/// What is wrong with an expression. Places are bytes of its text.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ExpressionError {
    /// A name that is no parameter.
    #[error("unknown parameter `{name}`")]
    UnknownName {
        /// The name.
        name: String,
        /// Where it stands.
        at: Range<usize>,
    },
    /// A condition looks at a parameter that is not declared before its own.
    #[error("the condition looks at `{name}`, which is not declared before")]
    NotBefore {
        /// The parameter it looks at.
        name: String,
        /// Where it stands.
        at: Range<usize>,
    },
    /// A call of a function there is not.
    #[error("unknown function `{name}`")]
    UnknownFunction {
        /// The name.
        name: String,
        /// Where it stands.
        at: Range<usize>,
    },
    /// A comparison with a value that the parameter never has.
    #[error("`{parameter}` is never `{found}`, it is {expected}")]
    NeverEqual {
        /// The parameter.
        parameter: String,
        /// What it is compared with.
        found: ParamValue,
        /// The parameter's domain in words.
        expected: String,
        /// Where the value stands.
        at: Range<usize>,
    },
    /// The text is no expression.
    #[error("{reason}")]
    Syntax {
        /// What is wrong, and what to write.
        reason: String,
        /// Where.
        at: Range<usize>,
    },
    /// The expression computes with values of the wrong kind, or its result is not true or false.
    #[error("{reason}")]
    WrongType {
        /// What was found and what is expected.
        reason: String,
    },
}

impl ExpressionError {
    /// Where in the expression's text; `None` for the whole.
    pub fn place(&self) -> Option<Range<usize>> {
        match self {
            Self::UnknownName { at, .. }
            | Self::NotBefore { at, .. }
            | Self::UnknownFunction { at, .. }
            | Self::NeverEqual { at, .. }
            | Self::Syntax { at, .. } => Some(at.clone()),
            Self::WrongType { .. } => None,
        }
    }
}
