//! Values as colours, and the bar that explains them.

use plotters::style::{Color, RGBColor};

use super::super::axis::{Axis, AxisKind, range, widened};
use super::super::frame;
use super::super::pen::{Pen, Rect};
use super::super::{PlotError, theme};
use crate::space::Scale;

/// Shades between the ends of a colour scale.
pub(super) const SHADES: usize = 60;
/// Width of a colour bar.
pub(super) const BAR: f64 = 14.0;

/// Values as colours.
pub(super) struct ColorScale {
    pub(super) axis: Axis,
    gradient: colorous::Gradient,
    /// Whether the gradient runs from high to low values.
    reversed: bool,
}

impl ColorScale {
    pub(super) fn new(
        label: String,
        values: &[f64],
        scale: Scale,
        gradient: colorous::Gradient,
    ) -> Self {
        let (low, high) = range(values.iter().copied()).unwrap_or((0.0, 1.0));
        let (low, high) = widened(low, high);
        let kind = match scale {
            Scale::Linear => AxisKind::Linear { low, high },
            Scale::Log => AxisKind::Log { low, high },
        };
        let axis = Axis { label, kind };
        Self { axis, gradient, reversed: false }
    }

    /// The same with its gradient turned round, or not.
    pub(super) fn reversed(self, reversed: bool) -> Self {
        Self { reversed, ..self }
    }

    /// Colour at a height in `[0, 1]`.
    pub(super) fn color(&self, height: f64) -> RGBColor {
        let height = height.clamp(0.0, 1.0);
        let t = if self.reversed { 1.0 - height } else { height };
        let colorous::Color { r, g, b } = self.gradient.eval_continuous(t);
        RGBColor(r, g, b)
    }

    pub(super) fn color_of(&self, value: f64) -> RGBColor {
        self.color(self.axis.position(value))
    }

    /// Ink or paper, whichever shows up at a height.
    pub(super) fn contrast(&self, height: f64) -> RGBColor {
        if theme::luminance(self.color(height)) > 0.45 { theme::INK } else { theme::PAPER }
    }
}

/// The scale as a bar with its ticks, right of a frame.
pub(super) fn color_bar(pen: &Pen<'_>, scale: &ColorScale, frame: Rect) -> Result<(), PlotError> {
    let bar = Rect { left: frame.right() + 14.0, width: BAR, ..frame };
    for k in 0..SHADES {
        let bottom = k as f64 / SHADES as f64;
        let (left, top) = bar.at(0.0, 1.0f64.min((k + 1) as f64 / SHADES as f64));
        let height = bar.at(0.0, bottom).1 - top + if k == 0 { 0.0 } else { 0.5 };
        let shade = Rect { left, top, width: BAR, height };
        pen.rect(shade, scale.color((k as f64 + 0.5) / SHADES as f64).mix(1.0))?;
    }
    for tick in scale.axis.ticks(frame::vertical_target(frame.height)) {
        let (x, y) = bar.at(1.0, tick.position);
        let Some(label) = tick.label else { continue };
        pen.line(&[(x, y), (x + 4.0, y)], theme::AXIS.mix(1.0), 1.0)?;
        pen.text(&label, (x + 9.0, y), frame::tick_look())?;
    }
    Ok(())
}
