//! Parameters, their domains, and the unit cube the samplers work in.
//!
//! A [`SearchSpace`] is an ordered list of [`Parameter`]s; the order of declaration is the order of
//! columns everywhere. Values in the user's own units are [`Params`], made only by checking
//! ([`SearchSpace::check`]) or decoding ([`SearchSpace::decode`]), hence always inside the space.
//!
//! A parameter with a [`Condition`] is active only where it holds: where not, it has no value, and its
//! coordinate is [`INACTIVE`]. Constraints are expressions that every point must satisfy.
//!
//! | symbol | meaning | range |
//! | --- | --- | --- |
//! | `u` | coordinate of one parameter in the unit cube | `[0, 1]`, or [`INACTIVE`] |
//! | `k` | level of a domain with finitely many values | `0 .. levels` |
//! | `v` | value in the user's units | the domain |
//!
//! | file | what |
//! | --- | --- |
//! | `params` | values in the user's own units |
//! | `error` | what can be wrong with a domain, a condition, an expression, a space, or values |
//! | `domain`, `encoding` | what a parameter may be, and its coordinate |
//! | `guess`, `condition`, `parameter` | a parameter as declared |
//! | `expression` | conditions and constraints as text |
//! | `active` | conditions with columns instead of names |
//! | `rules` | all conditions and constraints of a space |
//! | `listing`, `tree` | the points of a finite space, and a feasible one of any |
//! | `search_space`, `complete` | the space itself |
//! | `sobol`, `recurrence` | quasi-random sequences |

mod active;
mod complete;
mod condition;
mod domain;
mod encoding;
mod error;
mod expression;
mod guess;
mod listing;
mod parameter;
mod params;
mod recurrence;
mod rules;
mod search_space;
mod sobol;
mod tree;

pub use condition::Condition;
pub use domain::{CategoricalDomain, Domain, FloatDomain, IntDomain, OrdinalDomain, Scale};
pub use encoding::INACTIVE;
pub use error::{ConditionError, ExpressionError, SpaceError};
pub use expression::FUNCTIONS;
pub use guess::Guess;
pub use parameter::Parameter;
pub use params::{ParamValue, Params};
pub use search_space::SearchSpace;

pub(crate) use sobol::{SobolSequence, TooManyDimensions};
