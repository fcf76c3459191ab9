//! One parameter: its name, its values, when it is active, where the user expects good ones.

use std::fmt;

use super::condition::Condition;
use super::domain::Domain;
use super::error::SpaceError;
use super::guess::Guess;
use super::params::ParamValue;

/// A named parameter and the values it may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name, unique in its space; `$name` binds it in an objective.
    pub name: String,
    /// The values it may take.
    pub domain: Domain,
    /// When it is active; `None` for always.
    pub condition: Option<Condition>,
    /// Where the user expects good values.
    pub guess: Option<Guess>,
}

impl Parameter {
    /// A parameter called `name`, always active.
    pub fn new(name: impl Into<String>, domain: Domain) -> Self {
        Self { name: name.into(), domain, condition: None, guess: None }
    }

    /// A parameter that is active only when a condition holds, else equal. Text is an expression.
    pub fn when(self, condition: impl Into<Condition>) -> Self {
        Self { condition: Some(condition.into()), ..self }
    }

    /// A parameter with a guess, else equal.
    ///
    /// # Errors
    /// As [`Guess::new`].
    pub fn with_guess(
        self,
        value: impl Into<ParamValue>,
        spread: Option<f64>,
    ) -> Result<Self, SpaceError> {
        let guess = Some(Guess::new(&self.domain, value.into(), spread)?);
        Ok(Self { guess, ..self })
    }
}

impl fmt::Display for Parameter {
    /// `momentum: a number from 0.0 to 1.0, when optimizer is sgd`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.domain)?;
        if let Some(condition) = &self.condition {
            write!(f, ", when {condition}")?;
        }
        if let Some(guess) = &self.guess {
            write!(f, "; guess {}", guess.value())?;
        }
        Ok(())
    }
}
