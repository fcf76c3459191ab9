//! One coordinate of the unit cube ↔ one value.
//!
//! A continuous range maps onto `[0, 1]` by its scale. A numeric grid puts level `k` at the middle
//! of a bin whose edges lie half a gap beyond the end points (gaps measured on the scale), so that a
//! uniform coordinate gives the end points their full share: `u(v) = (t(v) − t₀ + g₀/2) / w`,
//! `w = t₁ − t₀ + g₀/2 + g₁/2`, with `t` the identity or the logarithm, `g₀`, `g₁` the first and last
//! gap. Choices lie at `(k + ½) / levels`.

use super::domain::{Domain, Scale};
use super::params::ParamValue;

/// The coordinate of a parameter that is not active.
pub const INACTIVE: f64 = -1.0;

impl Domain {
    /// The coordinate in `[0, 1]` of a value inside the domain.
    pub fn encode(&self, value: &ParamValue) -> f64 {
        match (self.levels(), self.level_of(value)) {
            (Some(levels), Some(k)) => self.level_to_unit(k, levels),
            _ => value.as_f64().map_or(0.5, |v| self.range_to_unit(v)),
        }
    }

    /// The value at a coordinate. Total: clamps to `[0, 1]`, takes NaN for ½.
    pub fn decode(&self, u: f64) -> ParamValue {
        let u = if u.is_nan() { 0.5 } else { u.clamp(0.0, 1.0) };
        match (self, self.levels()) {
            (Self::Float(d), None) => {
                let (t0, t1) = (self.warp(d.low()), self.warp(d.high()));
                let v = self.unwarp(t0 + u * (t1 - t0));
                ParamValue::Float(v.clamp(d.low(), d.high()))
            }
            (_, levels) => {
                let levels = levels.unwrap_or(1);
                // `level` is Some for every finite domain; the fallback cannot be reached.
                self.level(self.unit_to_level(u, levels)).unwrap_or(ParamValue::Float(u))
            }
        }
    }

    /// The coordinate of what `u` decodes to; a continuous coordinate is only clamped.
    pub fn snap(&self, u: f64) -> f64 {
        let u = if u.is_nan() { 0.5 } else { u.clamp(0.0, 1.0) };
        match self.levels() {
            None => u,
            Some(levels) => self.level_to_unit(self.unit_to_level(u, levels), levels),
        }
    }

    /// The coordinates of all levels, ascending; `None` if continuous. Meant for small domains.
    pub fn level_units(&self) -> Option<Vec<f64>> {
        let levels = self.levels()?;
        Some((0..levels).map(|k| self.level_to_unit(k, levels)).collect())
    }

    /// The range of a numeric domain on its scale, and the length on that scale that the unit interval
    /// stands for; `None` for choices.
    pub(super) fn unit_range(&self) -> Option<(f64, f64)> {
        let (low, high) = match self {
            Self::Float(d) => (d.low(), d.high()),
            Self::Int(d) => (d.low() as f64, d.high() as f64),
            Self::Categorical(_) | Self::Bool | Self::Ordinal(_) => return None,
        };
        let range = self.warp(high) - self.warp(low);
        let width = self.levels().and_then(|levels| self.bins(levels)).map_or(range, |bins| bins.1);
        Some((range, width))
    }

    fn level_to_unit(&self, k: u64, levels: u64) -> f64 {
        match self.bins(levels) {
            Some((start, width)) => (self.warp(self.number(k)) - start) / width,
            None => (k as f64 + 0.5) / levels as f64,
        }
    }

    fn unit_to_level(&self, u: f64, levels: u64) -> u64 {
        match self.bins(levels) {
            Some((start, width)) => {
                let v = self.unwarp(start + u * width);
                let (low, step) = (self.number(0), self.number(1) - self.number(0));
                // Rounding in value space misplaces the bin edges of a log scale by less than half a
                // gap; the nearer of two neighbours on the scale is the level.
                let k = ((v - low) / step).floor().clamp(0.0, (levels - 1) as f64) as u64;
                let next = (k + 1).min(levels - 1);
                let t = start + u * width;
                let (a, b) = (self.warp(self.number(k)), self.warp(self.number(next)));
                if (t - a).abs() <= (b - t).abs() { k } else { next }
            }
            None => ((u * levels as f64) as u64).min(levels - 1),
        }
    }

    /// Start and width of the bins of a numeric grid on its scale; `None` for choices.
    fn bins(&self, levels: u64) -> Option<(f64, f64)> {
        if !matches!(self, Self::Float(_) | Self::Int(_)) || levels < 2 {
            return None;
        }
        let t = |k: u64| self.warp(self.number(k));
        let first = (t(1) - t(0)) / 2.0;
        let last = (t(levels - 1) - t(levels - 2)) / 2.0;
        Some((t(0) - first, t(levels - 1) - t(0) + first + last))
    }

    fn range_to_unit(&self, v: f64) -> f64 {
        match self {
            Self::Float(d) => {
                let (t0, t1) = (self.warp(d.low()), self.warp(d.high()));
                ((self.warp(v) - t0) / (t1 - t0)).clamp(0.0, 1.0)
            }
            _ => 0.5,
        }
    }

    fn number(&self, k: u64) -> f64 {
        self.level(k).and_then(|v| v.as_f64()).unwrap_or(k as f64)
    }

    fn warp(&self, v: f64) -> f64 {
        match self.scale() {
            Scale::Linear => v,
            Scale::Log => v.ln(),
        }
    }

    fn unwarp(&self, t: f64) -> f64 {
        match self.scale() {
            Scale::Linear => t,
            Scale::Log => t.exp(),
        }
    }
}
