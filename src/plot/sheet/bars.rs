//! Colour bars below a contact sheet, one a line: what it is of, then the bar with its ticks.

use plotters::style::{Color, RGBColor};

use super::ColorBar;
use crate::plot::axis::{Axis, AxisKind};
use crate::plot::frame::tick_look;
use crate::plot::pen::{Align, Pen, Rect, text_width};
use crate::plot::{PlotError, theme};

/// Of the bar itself.
const LENGTH: f64 = 280.0;
const THICKNESS: f64 = 14.0;
/// From one bar to the next.
const PITCH: f64 = 54.0;
/// Between a label and its bar; half a tick's label reaches into it.
const GAP: f64 = 20.0;
/// About how many ticks are labelled.
const TICKS: usize = 5;

/// Room that the bars need.
pub(super) fn width(bars: &[ColorBar]) -> f64 {
    let half_a_tick = GAP;
    if bars.is_empty() { 0.0 } else { widest_label(bars) + GAP + LENGTH + half_a_tick }
}

pub(super) fn height(bars: &[ColorBar]) -> f64 {
    PITCH * bars.len() as f64
}

fn widest_label(bars: &[ColorBar]) -> f64 {
    bars.iter().map(|bar| text_width(&bar.label, tick_look())).fold(0.0, f64::max)
}

/// Draws them from a point on.
pub(super) fn draw(
    pen: &Pen<'_>,
    bars: &[ColorBar],
    (left, top): (f64, f64),
) -> Result<(), PlotError> {
    let label_width = widest_label(bars);
    for (index, bar) in bars.iter().enumerate() {
        let top = top + PITCH * index as f64;
        pen.text(&bar.label, (left, top + THICKNESS / 2.0), tick_look())?;
        let left = left + label_width + GAP;
        draw_bar(pen, bar, Rect { left, top, width: LENGTH, height: THICKNESS })?;
    }
    Ok(())
}

fn draw_bar(pen: &Pen<'_>, bar: &ColorBar, rect: Rect) -> Result<(), PlotError> {
    let shade = rect.width / bar.colors.len() as f64;
    for (index, &[r, g, b]) in bar.colors.iter().enumerate() {
        let left = rect.left + shade * index as f64;
        // Up to the end, under the ones to come, so that no seam shows.
        let rest = Rect { left, width: rect.right() - left, ..rect };
        pen.rect(rest, RGBColor(r, g, b).mix(1.0))?;
    }
    let axis =
        Axis { label: bar.label.clone(), kind: AxisKind::Linear { low: bar.low, high: bar.high } };
    for tick in axis.ticks(TICKS) {
        let (x, bottom) = rect.at(tick.position, 0.0);
        let Some(label) = tick.label else { continue };
        pen.line(&[(x, bottom), (x, bottom + 4.0)], theme::AXIS.mix(1.0), 1.0)?;
        pen.text(&label, (x, bottom + 15.0), tick_look().align(Align::Center))?;
    }
    Ok(())
}
