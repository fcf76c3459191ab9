//! What a parameter may be. Domains are checked when made and immutable after.

use std::fmt;

use super::error::SpaceError;
use super::params::ParamValue;

/// How a numeric range is laid out in the unit interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart; bounds above 0.
    Log,
}

/// The values a parameter may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Real numbers in a closed range, or a grid in it.
    Float(FloatDomain),
    /// Whole numbers in a closed range, or a grid in it.
    Int(IntDomain),
    /// One of several unordered choices.
    Categorical(CategoricalDomain),
    /// `false` or `true`.
    Bool,
    /// One of several choices whose order matters.
    Ordinal(OrdinalDomain),
}

/// A closed real range `[low, high]`, or the grid `low, low + step, …` inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatDomain {
    low: f64,
    high: f64,
    scale: Scale,
    step: Option<f64>,
}

/// A closed integer range, or the grid `low, low + step, …` inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct IntDomain {
    low: i64,
    high: i64,
    scale: Scale,
    step: i64,
}

/// Unordered choices, at least two, all different.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoricalDomain {
    choices: Vec<ParamValue>,
}

/// Ordered choices, at least two, all different; neighbours are equally far apart.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdinalDomain {
    choices: Vec<ParamValue>,
}

/// Beyond this many levels, neighbours share one f64 in the unit interval.
const MAX_LEVELS: f64 = 9_007_199_254_740_992.0; // 2^53

impl FloatDomain {
    /// A continuous range (`step: None`) or a grid. With a step, `high` is the last grid point that
    /// does not exceed the given one.
    ///
    /// # Errors
    /// [`SpaceError::NotFinite`], [`SpaceError::EmptyRange`], [`SpaceError::LogOfNonPositive`],
    /// [`SpaceError::BadStep`], [`SpaceError::TooManyLevels`].
    pub fn new(low: f64, high: f64, scale: Scale, step: Option<f64>) -> Result<Self, SpaceError> {
        if !low.is_finite() || !high.is_finite() || !(high - low).is_finite() {
            return Err(SpaceError::NotFinite { low, high });
        }
        check_range(low, high, scale)?;
        let Some(step) = step else {
            return Ok(Self { low, high, scale, step });
        };
        let width = high - low;
        // Bounds are rounded: a `high` that was computed from the step may miss it by a little.
        let slack = 2.0 * f64::EPSILON * low.abs().max(high.abs());
        if !(step > 0.0 && step <= width + slack) {
            return Err(SpaceError::BadStep {
                step: format!("{step:?}"),
                width: format!("{width:?}"),
            });
        }
        // 0.3 / 0.1 is 2.9999…: forgive rounding before taking the floor.
        let last = ((width + slack) / step * (1.0 + 4.0 * f64::EPSILON)).floor();
        if last >= MAX_LEVELS {
            return Err(SpaceError::TooManyLevels { levels: last + 1.0 });
        }
        Ok(Self { low, high: (low + last * step).min(high), scale, step: Some(step) })
    }

    /// Smallest value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Largest value.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Linear or log.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Distance between grid points; `None` if continuous.
    pub fn step(&self) -> Option<f64> {
        self.step
    }
}

impl IntDomain {
    /// A range of whole numbers with a step of at least 1. `high` is the last grid point that does
    /// not exceed the given one.
    ///
    /// # Errors
    /// [`SpaceError::EmptyRange`], [`SpaceError::LogOfNonPositive`], [`SpaceError::BadStep`],
    /// [`SpaceError::TooManyLevels`].
    pub fn new(low: i64, high: i64, scale: Scale, step: i64) -> Result<Self, SpaceError> {
        check_range(low, high, scale)?;
        let width = i128::from(high) - i128::from(low);
        if step < 1 || i128::from(step) > width {
            return Err(SpaceError::BadStep { step: step.to_string(), width: width.to_string() });
        }
        let last = width / i128::from(step);
        if last as f64 >= MAX_LEVELS {
            return Err(SpaceError::TooManyLevels { levels: last as f64 + 1.0 });
        }
        // In range: low + last·step ≤ high.
        let high = (i128::from(low) + last * i128::from(step)) as i64;
        Ok(Self { low, high, scale, step })
    }

    /// Smallest value.
    pub fn low(&self) -> i64 {
        self.low
    }

    /// Largest value.
    pub fn high(&self) -> i64 {
        self.high
    }

    /// Linear or log.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Distance between neighbours, at least 1.
    pub fn step(&self) -> i64 {
        self.step
    }
}

impl CategoricalDomain {
    /// At least two different choices.
    ///
    /// # Errors
    /// [`SpaceError::TooFewChoices`], [`SpaceError::DuplicateChoice`].
    pub fn new(choices: Vec<ParamValue>) -> Result<Self, SpaceError> {
        check_choices(&choices).map(|()| Self { choices })
    }

    /// The choices, as declared.
    pub fn choices(&self) -> &[ParamValue] {
        &self.choices
    }
}

impl OrdinalDomain {
    /// At least two different choices, in their order.
    ///
    /// # Errors
    /// [`SpaceError::TooFewChoices`], [`SpaceError::DuplicateChoice`].
    pub fn new(choices: Vec<ParamValue>) -> Result<Self, SpaceError> {
        check_choices(&choices).map(|()| Self { choices })
    }

    /// The choices, in order.
    pub fn choices(&self) -> &[ParamValue] {
        &self.choices
    }
}

/// The short number that a value is but for rounding: 0.35 instead of 0.35000000000000003.
fn tidy(value: f64) -> f64 {
    let short: f64 = format!("{value:.12e}").parse().unwrap_or(value);
    if (short - value).abs() <= 4.0 * f64::EPSILON * value.abs() { short } else { value }
}

fn check_range<T: PartialOrd + Default + fmt::Debug>(
    low: T,
    high: T,
    scale: Scale,
) -> Result<(), SpaceError> {
    if low >= high {
        return Err(SpaceError::EmptyRange { low: format!("{low:?}"), high: format!("{high:?}") });
    }
    if scale == Scale::Log && low <= T::default() {
        return Err(SpaceError::LogOfNonPositive { low: format!("{low:?}") });
    }
    Ok(())
}

fn check_choices(choices: &[ParamValue]) -> Result<(), SpaceError> {
    if choices.len() < 2 {
        return Err(SpaceError::TooFewChoices { found: choices.len() });
    }
    for (i, choice) in choices.iter().enumerate() {
        if choices[..i].iter().any(|c| same(c, choice)) {
            return Err(SpaceError::DuplicateChoice { choice: choice.to_string() });
        }
    }
    Ok(())
}

/// Equality of values where 1 and 1.0 are the same number.
fn same(a: &ParamValue, b: &ParamValue) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

impl Domain {
    /// A continuous real range, linear.
    ///
    /// # Errors
    /// As [`FloatDomain::new`].
    pub fn float(low: f64, high: f64) -> Result<Self, SpaceError> {
        FloatDomain::new(low, high, Scale::Linear, None).map(Self::Float)
    }

    /// A continuous real range on a log scale.
    ///
    /// # Errors
    /// As [`FloatDomain::new`].
    pub fn log_float(low: f64, high: f64) -> Result<Self, SpaceError> {
        FloatDomain::new(low, high, Scale::Log, None).map(Self::Float)
    }

    /// All whole numbers of a range, linear.
    ///
    /// # Errors
    /// As [`IntDomain::new`].
    pub fn int(low: i64, high: i64) -> Result<Self, SpaceError> {
        IntDomain::new(low, high, Scale::Linear, 1).map(Self::Int)
    }

    /// All whole numbers of a range, on a log scale.
    ///
    /// # Errors
    /// As [`IntDomain::new`].
    pub fn log_int(low: i64, high: i64) -> Result<Self, SpaceError> {
        IntDomain::new(low, high, Scale::Log, 1).map(Self::Int)
    }

    /// Unordered choices.
    ///
    /// # Errors
    /// As [`CategoricalDomain::new`].
    pub fn categorical<T: Into<ParamValue>>(
        choices: impl IntoIterator<Item = T>,
    ) -> Result<Self, SpaceError> {
        CategoricalDomain::new(choices.into_iter().map(Into::into).collect()).map(Self::Categorical)
    }

    /// Ordered choices.
    ///
    /// # Errors
    /// As [`OrdinalDomain::new`].
    pub fn ordinal<T: Into<ParamValue>>(
        choices: impl IntoIterator<Item = T>,
    ) -> Result<Self, SpaceError> {
        OrdinalDomain::new(choices.into_iter().map(Into::into).collect()).map(Self::Ordinal)
    }

    /// Number of values, `None` if continuous.
    pub fn levels(&self) -> Option<u64> {
        match self {
            Self::Float(d) => d.step.map(|step| ((d.high - d.low) / step).round() as u64 + 1),
            Self::Int(d) => {
                Some(((i128::from(d.high) - i128::from(d.low)) / i128::from(d.step)) as u64 + 1)
            }
            Self::Categorical(d) => Some(d.choices.len() as u64),
            Self::Bool => Some(2),
            Self::Ordinal(d) => Some(d.choices.len() as u64),
        }
    }

    /// Whether values have an order, so that near coordinates mean near values.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Categorical(_) | Self::Bool)
    }

    /// Linear or log; everything that is no numeric range is linear.
    pub fn scale(&self) -> Scale {
        match self {
            Self::Float(d) => d.scale,
            Self::Int(d) => d.scale,
            Self::Categorical(_) | Self::Bool | Self::Ordinal(_) => Scale::Linear,
        }
    }

    /// The value of level `k`, clamped to the last; `None` if continuous.
    pub fn level(&self, k: u64) -> Option<ParamValue> {
        let k = k.min(self.levels()? - 1);
        Some(match self {
            Self::Float(d) => {
                ParamValue::Float(tidy(d.low + k as f64 * d.step?).clamp(d.low, d.high))
            }
            Self::Int(d) => {
                ParamValue::Int((i128::from(d.low) + i128::from(k) * i128::from(d.step)) as i64)
            }
            Self::Categorical(CategoricalDomain { choices })
            | Self::Ordinal(OrdinalDomain { choices }) => choices[k as usize].clone(),
            Self::Bool => ParamValue::Bool(k == 1),
        })
    }

    /// The value in the form the domain stores, or `None` if it lies outside.
    pub(super) fn check(&self, value: &ParamValue) -> Option<ParamValue> {
        match self {
            Self::Float(d) => {
                let v = value.as_f64().filter(|v| (d.low..=d.high).contains(v))?;
                let Some(step) = d.step else {
                    return Some(ParamValue::Float(v));
                };
                let k = ((v - d.low) / step).round();
                let ParamValue::Float(grid) = self.level(k as u64)? else {
                    return None;
                };
                ((v - grid).abs() <= 1e-9 * step).then_some(ParamValue::Float(grid))
            }
            Self::Int(d) => {
                let v = match value {
                    ParamValue::Int(v) => *v,
                    ParamValue::Float(v) if v.fract() == 0.0 && v.abs() < MAX_LEVELS => *v as i64,
                    _ => return None,
                };
                let on_grid = (d.low..=d.high).contains(&v)
                    && (i128::from(v) - i128::from(d.low)) % i128::from(d.step) == 0;
                on_grid.then_some(ParamValue::Int(v))
            }
            Self::Categorical(CategoricalDomain { choices })
            | Self::Ordinal(OrdinalDomain { choices }) => {
                choices.iter().find(|c| same(c, value)).cloned()
            }
            Self::Bool => matches!(value, ParamValue::Bool(_)).then(|| value.clone()),
        }
    }

    /// The level of a value inside the domain; `None` if continuous.
    pub(super) fn level_of(&self, value: &ParamValue) -> Option<u64> {
        match (self, value) {
            (Self::Float(d), v) => Some(((v.as_f64()? - d.low) / d.step?).round().max(0.0) as u64),
            (Self::Int(d), ParamValue::Int(v)) => {
                Some(((i128::from(*v) - i128::from(d.low)) / i128::from(d.step)).max(0) as u64)
            }
            (
                Self::Categorical(CategoricalDomain { choices })
                | Self::Ordinal(OrdinalDomain { choices }),
                v,
            ) => choices.iter().position(|c| same(c, v)).map(|k| k as u64),
            (Self::Bool, ParamValue::Bool(v)) => Some(u64::from(*v)),
            _ => None,
        }
    }
}

impl fmt::Display for Domain {
    /// The domain in words, as an error or a table shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = if self.scale() == Scale::Log { ", log scale" } else { "" };
        match self {
            Self::Float(d) => {
                write!(f, "a number from {:?} to {:?}", d.low, d.high)?;
                if let Some(step) = d.step {
                    write!(f, " in steps of {step:?}")?;
                }
                f.write_str(scale)
            }
            Self::Int(d) => {
                write!(f, "a whole number from {} to {}", d.low, d.high)?;
                if d.step != 1 {
                    write!(f, " in steps of {}", d.step)?;
                }
                f.write_str(scale)
            }
            Self::Categorical(CategoricalDomain { choices })
            | Self::Ordinal(OrdinalDomain { choices }) => {
                let ordered = if self.is_ordered() { " (ordered)" } else { "" };
                let list: Vec<String> = choices.iter().map(ToString::to_string).collect();
                write!(f, "one of {}{ordered}", list.join(", "))
            }
            Self::Bool => f.write_str("true or false"),
        }
    }
}
