//! Where a user expects good values of a parameter, before any trial.

use super::domain::{Domain, Scale};
use super::error::SpaceError;
use super::params::ParamValue;

/// Share of the range that a guess spreads over if the user does not say.
const DEFAULT_SPREAD: f64 = 0.25;

/// Where a user expects good values of a parameter. Checked against the parameter's domain when made.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    value: ParamValue,
    spread: Option<f64>,
    center: f64,
    deviation: Option<f64>,
}

impl Guess {
    /// A guess for a domain. `spread` is for numbers only: a factor above 1 on a log scale, a standard
    /// deviation above 0 on a linear one; by default a quarter of the range on its scale.
    ///
    /// # Errors
    /// [`SpaceError::BadGuess`] for a value outside the domain, [`SpaceError::BadSpread`].
    pub fn new(
        domain: &Domain,
        value: ParamValue,
        spread: Option<f64>,
    ) -> Result<Self, SpaceError> {
        let value = domain.check(&value).ok_or_else(|| SpaceError::BadGuess {
            found: value.to_string(),
            expected: domain.to_string(),
        })?;
        let bad = |expected| SpaceError::BadSpread { found: spread.unwrap_or(f64::NAN), expected };
        let deviation = match (domain.unit_range(), spread, domain.scale()) {
            (None, None, _) => None,
            (None, Some(_), _) => return Err(bad("left out: only numbers have one")),
            (Some((range, width)), None, _) => Some(DEFAULT_SPREAD * range / width),
            (Some((_, width)), Some(factor), Scale::Log) => {
                if !(factor > 1.0 && factor.is_finite()) {
                    return Err(bad("a factor above 1 on a log scale"));
                }
                Some(factor.ln() / width)
            }
            (Some((_, width)), Some(deviation), Scale::Linear) => {
                if !(deviation > 0.0 && deviation.is_finite()) {
                    return Err(bad("a standard deviation above 0"));
                }
                Some(deviation / width)
            }
        };
        Ok(Self { center: domain.encode(&value), value, spread, deviation })
    }

    /// The value, in the user's units.
    pub fn value(&self) -> &ParamValue {
        &self.value
    }

    /// The spread as declared, in the user's units.
    pub fn spread(&self) -> Option<f64> {
        self.spread
    }

    /// The value's coordinate in the unit cube; of a choice that of its level.
    pub fn center(&self) -> f64 {
        self.center
    }

    /// The standard deviation in the unit cube, above 0; `None` for choices and booleans.
    pub fn deviation(&self) -> Option<f64> {
        self.deviation
    }
}
