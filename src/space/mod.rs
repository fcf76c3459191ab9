//! Parameters, their domains, and the unit cube the samplers work in.
//!
//! A [`SearchSpace`] is an ordered list of [`Parameter`]s; the order of declaration is the order of
//! columns everywhere. Values in the user's own units are [`Params`], made only by checking
//! ([`SearchSpace::check`]) or decoding ([`SearchSpace::decode`]), hence always inside the space.
//!
//! | symbol | meaning | range |
//! | --- | --- | --- |
//! | `u` | coordinate of one parameter in the unit cube | `[0, 1]` |
//! | `k` | level of a domain with finitely many values | `0 .. levels` |
//! | `v` | value in the user's units | the domain |

mod domain;
mod encoding;
mod params;

pub use domain::{CategoricalDomain, Domain, FloatDomain, IntDomain, OrdinalDomain, Scale};
pub use params::{ParamValue, Params};

use thiserror::Error;

/// A named parameter and the values it may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name, unique in its space; `$name` binds it in an objective.
    pub name: String,
    /// The values it may take.
    pub domain: Domain,
}

impl Parameter {
    /// A parameter called `name`.
    pub fn new(name: impl Into<String>, domain: Domain) -> Self {
        Self { name: name.into(), domain }
    }
}

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
}

/// The parameters of a study, in order of declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSpace {
    parameters: Vec<Parameter>,
}

impl SearchSpace {
    /// Makes a space of uniquely named parameters.
    ///
    /// # Errors
    /// [`SpaceError::Empty`] without parameters, [`SpaceError::Duplicate`] if two share a name.
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, SpaceError> {
        if parameters.is_empty() {
            return Err(SpaceError::Empty);
        }
        for (i, parameter) in parameters.iter().enumerate() {
            if parameters[..i].iter().any(|p| p.name == parameter.name) {
                return Err(SpaceError::Duplicate { name: parameter.name.clone() });
            }
        }
        Ok(Self { parameters })
    }

    /// The parameters, in order of declaration.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Number of parameters: the dimension of the unit cube.
    pub fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Never true: a space has at least one parameter.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// Column of the parameter called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|p| p.name == name)
    }

    /// Number of distinct points if every domain is finite, `None` if any is continuous or the
    /// product exceeds `u64`.
    pub fn cardinality(&self) -> Option<u64> {
        self.parameters.iter().try_fold(1u64, |n, p| n.checked_mul(p.domain.levels()?))
    }

    /// Checks values against the space: every parameter present, none unknown, each in its domain.
    /// Integers are accepted for floats, integral floats for ints; the result is in column order.
    ///
    /// # Errors
    /// [`SpaceError::Unknown`], [`SpaceError::Missing`] or [`SpaceError::Outside`].
    pub fn check<I, S>(&self, values: I) -> Result<Params, SpaceError>
    where
        I: IntoIterator<Item = (S, ParamValue)>,
        S: Into<String>,
    {
        let mut found: Vec<Option<ParamValue>> = vec![None; self.len()];
        for (name, value) in values {
            let name = name.into();
            let column = self.position(&name).ok_or(SpaceError::Unknown { name: name.clone() })?;
            let domain = &self.parameters[column].domain;
            let value = domain.check(&value).ok_or_else(|| SpaceError::Outside {
                name,
                found: value.to_string(),
                expected: domain.to_string(),
            })?;
            found[column] = Some(value);
        }
        let pairs = self.parameters.iter().zip(found).map(|(parameter, value)| {
            let name = parameter.name.clone();
            value.map(|v| (name.clone(), v)).ok_or(SpaceError::Missing { name })
        });
        Ok(Params::from_pairs(pairs.collect::<Result<_, _>>()?))
    }

    /// The point of the unit cube that stands for `params`, one coordinate per column.
    /// `decode(encode(p)) == p` for every finite domain, to rounding for continuous ones.
    pub fn encode(&self, params: &Params) -> Vec<f64> {
        let values = self.parameters.iter().zip(params.iter());
        values.map(|(parameter, (_, value))| parameter.domain.encode(value)).collect()
    }

    /// The parameters at a point of the unit cube. Total: coordinates are clamped to `[0, 1]` and
    /// NaN counts as the middle, so the result is always inside the space.
    pub fn decode(&self, unit: &[f64]) -> Params {
        let pairs =
            self.parameters.iter().zip(unit).map(|(p, &u)| (p.name.clone(), p.domain.decode(u)));
        Params::from_pairs(pairs.collect())
    }

    /// Moves a point of the unit cube onto the representative of what it decodes to: a discrete
    /// coordinate lands on its level, a continuous one stays.
    pub fn snap(&self, unit: &[f64]) -> Vec<f64> {
        self.parameters.iter().zip(unit).map(|(p, &u)| p.domain.snap(u)).collect()
    }
}
