//! What can be wrong with a domain, a space, or values.

use thiserror::Error;

use super::{ConditionError, ExpressionError};

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
        /// Its place among the constraints, from 0.
        index: usize,
        /// Its text.
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
        /// Its condition.
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
