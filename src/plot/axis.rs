//! Axes: where a value lies between the two ends, and which ticks to show. No drawing.

use super::number::{LIMIT, drawable, minus, power_of_ten};
use crate::space::Scale;
use crate::trial::Direction;

/// A direction of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it shows: a parameter's or the metric's name.
    pub label: String,
    /// How values are laid out along it.
    pub kind: AxisKind,
}

/// How values are laid out along an axis.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AxisKind {
    /// Equal differences are equally long.
    Linear {
        /// Value at position 0.
        low: f64,
        /// Value at position 1, above `low`.
        high: f64,
    },
    /// Like `Linear`, with ticks at whole numbers only.
    Count {
        /// Value at position 0.
        low: f64,
        /// Value at position 1, above `low`.
        high: f64,
    },
    /// Equal ratios are equally long.
    Log {
        /// Value at position 0, above 0.
        low: f64,
        /// Value at position 1, above `low`.
        high: f64,
    },
    /// Level `k` of `n` lies at `(k + ½) / n`.
    Levels(Vec<String>),
}

/// A mark along an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it lies, in `[0, 1]`.
    pub position: f64,
    /// What it says; a minor tick says nothing.
    pub label: Option<String>,
}

impl Axis {
    /// An axis around `values` with a margin at both ends; a defined range for any values.
    pub(super) fn around(label: &str, values: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let (low, high) = range(values).unwrap_or((0.0, 1.0));
        let kind = match scale {
            Scale::Log if low > 0.0 => {
                let margin = ((high.ln() - low.ln()) * 0.05).max(0.05);
                // An end at infinity would have ticks forever.
                AxisKind::Log {
                    low: (low.ln() - margin).exp().max(1e-306),
                    high: (high.ln() + margin).exp().min(1e306),
                }
            }
            _ => {
                let (low, high) = widened(low, high);
                let margin = (high - low) * 0.06;
                AxisKind::Linear { low: low - margin, high: high + margin }
            }
        };
        let label = label.to_owned();
        Self { label, kind }
    }

    /// Position of a number, 0 at the low end and 1 at the high end; outside for values outside,
    /// always finite.
    pub fn position(&self, value: f64) -> f64 {
        let position = match &self.kind {
            AxisKind::Linear { low, high } | AxisKind::Count { low, high } => {
                (value - low) / (high - low)
            }
            AxisKind::Log { low, high } => (value.ln() - low.ln()) / (high.ln() - low.ln()),
            AxisKind::Levels(levels) => (value + 0.5) / levels.len() as f64,
        };
        // Ends so close that their logarithms are equal, or the logarithm of 0.
        if position.is_finite() { position } else { 0.5 }
    }

    /// Whether positions between two values mean something.
    pub fn is_numeric(&self) -> bool {
        !matches!(self.kind, AxisKind::Levels(_))
    }

    /// Ticks in ascending order, about `target` of them labelled (every level has a tick).
    pub fn ticks(&self, target: usize) -> Vec<Tick> {
        match &self.kind {
            AxisKind::Linear { low, high } => self.linear_ticks(*low, *high, target, 0.0),
            AxisKind::Count { low, high } => self.linear_ticks(*low, *high, target, 1.0),
            AxisKind::Log { low, high } => self.log_ticks(*low, *high, target),
            AxisKind::Levels(levels) => {
                let labelled = levels.iter().enumerate();
                labelled.map(|(k, label)| self.tick(k as f64, Some(label.clone()))).collect()
            }
        }
    }

    fn tick(&self, value: f64, label: Option<String>) -> Tick {
        let position = self.position(value).clamp(0.0, 1.0);
        Tick { position, label }
    }

    fn linear_ticks(&self, low: f64, high: f64, target: usize, least_step: f64) -> Vec<Tick> {
        let labelled = linear_ticks(low, high, target, least_step).into_iter();
        labelled.map(|(v, label)| self.tick(v, Some(label))).collect()
    }

    /// Decades with their 2…9 as minor ticks; 1, 2, 5 labelled where there are few decades; linear
    /// ticks within less than one.
    fn log_ticks(&self, low: f64, high: f64, target: usize) -> Vec<Tick> {
        let first = low.log10().floor() as i32;
        let last = high.log10().ceil() as i32;
        let inside = |v: f64| v >= low * (1.0 - 1e-9) && v <= high * (1.0 + 1e-9);
        let decades = (first..=last).filter(|&e| inside(10f64.powi(e))).count();
        let multiples: &[u32] = match decades {
            0 | 1 if high / low < 5.0 => {
                return self.linear_ticks(low, high, target, 0.0);
            }
            n if 3 * n <= target + 2 => &[1, 2, 5],
            _ => &[1],
        };
        let every = decades.div_ceil(target.max(1)).max(1) as i32;
        let plain = first >= -3 && last <= 5;
        let mut ticks = Vec::new();
        for exponent in first..=last {
            for multiple in 1..10u32 {
                let value = f64::from(multiple) * 10f64.powi(exponent);
                let labelled = multiples.contains(&multiple) && exponent.rem_euclid(every) == 0;
                // Beyond some decades the minor ticks are a smear, then those of the decades.
                let smear = (multiple > 1 && every > 1) || (!labelled && decades > 60);
                if !inside(value) || smear {
                    continue;
                }
                let label = labelled.then(|| log_label(multiple, exponent, plain));
                ticks.push(self.tick(value, label));
            }
        }
        ticks
    }
}

fn log_label(multiple: u32, exponent: i32, plain: bool) -> String {
    match (plain, multiple) {
        (true, _) => {
            let decimals = (-exponent).max(0) as usize;
            format!("{:.decimals$}", f64::from(multiple) * 10f64.powi(exponent))
        }
        (false, 1) => power_of_ten(exponent),
        (false, m) => format!("{m}×{}", power_of_ten(exponent)),
    }
}

/// Round values in `[low, high]` at distances of 1, 2, 2.5 or 5 times a power of ten, with labels
/// of equal precision; the distance is at least `least_step`, and whole unless that is 0.
fn linear_ticks(low: f64, high: f64, target: usize, least_step: f64) -> Vec<(f64, String)> {
    let rough = ((high - low) / target.max(1) as f64).max(least_step);
    let power = 10f64.powf(rough.log10().floor());
    let fits =
        |f: &f64| f * power >= rough * 0.999 && (least_step == 0.0 || (f * power).fract() == 0.0);
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(fits).unwrap_or(10.0);
    let step = factor * power;
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    // The range is at least a millionth of its values (see `widened`), so the count is small.
    let values: Vec<f64> =
        (0..=(last - first).min(100.0) as i64).map(|k| (first + k as f64) * step).collect();
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    let exponent = largest.log10().floor() as i32;
    let shared = if largest > 0.0 && !(-4..6).contains(&exponent) { exponent } else { 0 };
    let unit = 10f64.powi(shared);
    let decimals = (0..12)
        .find(|&d| {
            let scaled = step / unit * 10f64.powi(d);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0) && scaled > 0.5
        })
        .unwrap_or(12) as usize;
    let label = |v: f64| {
        let v = v / unit;
        match (v == 0.0, shared) {
            (true, _) => "0".to_owned(),
            (false, 0) => minus(&format!("{v:.decimals$}")),
            (false, e) => format!("{}×{}", minus(&format!("{v:.decimals$}")), power_of_ten(e)),
        }
    };
    values.into_iter().map(|v| (v, label(v))).collect()
}

/// Least and greatest of `values` within what can be drawn.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.map(drawable).fold(None, |range: Option<(f64, f64)>, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// The range, or one around it where it is too thin to be told from a constant.
pub(super) fn widened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > 1e-6 * size {
        return (low, high);
    }
    let middle = low + (high - low) / 2.0;
    let half = if size > 0.0 { 0.05 * size } else { 0.5 };
    ((middle - half).max(-LIMIT * 1.1), (middle + half).min(LIMIT * 1.1))
}

/// Whether values are shown on a log scale: only losses (to be minimised) that are all above 0 and
/// span more than two decades. Then the interesting end is the small one, which a linear scale
/// would flatten.
pub(super) fn value_scale(values: impl Iterator<Item = f64>, direction: Direction) -> Scale {
    match (direction, range(values)) {
        (Direction::Minimize, Some((low, high))) if low > 0.0 && high / low > 100.0 => Scale::Log,
        _ => Scale::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(kind: AxisKind, target: usize) -> Vec<String> {
        let label = String::new();
        let ticks = Axis { label, kind }.ticks(target);
        ticks.into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn ticks_are_round() {
        let linear = |low, high| labels(AxisKind::Linear { low, high }, 5);
        assert_eq!(linear(0.5, 0.999), ["0.5", "0.6", "0.7", "0.8", "0.9"]);
        assert_eq!(linear(-1.0, 1.0), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(linear(0.0, 2e6), ["0", "0.5×10⁶", "1.0×10⁶", "1.5×10⁶", "2.0×10⁶"]);
        assert_eq!(labels(AxisKind::Count { low: -0.3, high: 2.4 }, 12), ["0", "1", "2"]);
        assert_eq!(labels(AxisKind::Count { low: 0.0, high: 11.0 }, 5), ["0", "5", "10"]);
        let log = |low, high| labels(AxisKind::Log { low, high }, 6);
        assert_eq!(log(1e-6, 0.4), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(log(16.0, 512.0), ["20", "50", "100", "200", "500"]);
        assert_eq!(log(0.01, 100.0), ["0.01", "0.1", "1", "10", "100"]);
    }

    #[test]
    fn losses_over_decades_are_logarithmic() {
        let scale = |values: [f64; 2], direction| value_scale(values.into_iter(), direction);
        assert_eq!(scale([0.1, 50.0], Direction::Minimize), Scale::Log);
        assert_eq!(scale([0.1, 50.0], Direction::Maximize), Scale::Linear);
        assert_eq!(scale([-0.1, 50.0], Direction::Minimize), Scale::Linear);
        assert_eq!(scale([1.0, 50.0], Direction::Minimize), Scale::Linear);
    }

    proptest! {
        #[test]
        fn any_values_have_an_axis(
            values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 0..5),
            log in any::<bool>(),
            target in 0usize..12,
        ) {
            let scale = if log { Scale::Log } else { Scale::Linear };
            let axis = Axis::around("y", values.iter().copied(), scale);
            for value in values {
                let position = axis.position(drawable(value));
                prop_assert!((0.0..=1.0).contains(&position), "{value} at {position} of {axis:?}");
            }
            let ticks = axis.ticks(target);
            prop_assert!(ticks.len() <= 120);
            prop_assert!(ticks.windows(2).all(|t| t[0].position <= t[1].position));
        }
    }
}
