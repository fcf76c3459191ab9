//! Frames with axes and grid.

use plotters::style::Color;

use super::PlotError;
use super::axis::{Axis, AxisKind, Tick};
use super::pen::{Align, Pen, Rect, TextLook};
use super::theme;

/// Distance of a picture's content from its edges, in pixels.
pub(super) const MARGIN: f64 = 28.0;
/// Widest tick labels beside a vertical axis.
const MAX_TICK_WIDTH: f64 = 120.0;

pub(super) fn tick_look() -> TextLook {
    TextLook::new(theme::TICK, theme::SOFT_INK)
}

pub(super) fn label_look() -> TextLook {
    TextLook::new(theme::LABEL, theme::INK)
}

/// About how many labelled ticks suit a horizontal axis of a length in pixels.
fn horizontal_target(axis: &Axis, length: f64) -> usize {
    let room = match axis.kind {
        AxisKind::Log { .. } => 56.0, // 10⁻⁶
        _ => 75.0,                    // −0.25
    };
    (length / room) as usize
}

/// About how many labelled ticks suit a vertical axis of a length in pixels.
pub(super) fn vertical_target(length: f64) -> usize {
    (length / 52.0) as usize
}

/// Room that the tick labels of a vertical axis need, in pixels.
pub(super) fn tick_width(pen: &Pen<'_>, axis: &Axis, length: f64) -> f64 {
    let ticks = axis.ticks(vertical_target(length));
    let labels = ticks.iter().filter_map(|t| t.label.as_deref());
    labels.map(|label| pen.width(label, tick_look())).fold(0.0, f64::max).min(MAX_TICK_WIDTH)
}

/// What of the axes is drawn.
#[derive(Clone, Copy)]
pub(super) struct AxesLook {
    /// Grid lines at labelled ticks of numeric axes, horizontally and vertically.
    pub(super) grid: (bool, bool),
    /// The vertical axis' name.
    pub(super) y_label: bool,
}

/// Ticks, their labels, the axes' names and the grid around and in a frame.
pub(super) fn axes(
    pen: &Pen<'_>,
    frame: Rect,
    x: &Axis,
    y: &Axis,
    look: AxesLook,
) -> Result<(), PlotError> {
    horizontal_axis(pen, frame, x, look.grid.1)?;
    vertical_axis(pen, frame, y, look.grid.0)?;
    let name = pen.elide(&x.label, frame.width, label_look());
    let below = (frame.left + frame.width / 2.0, frame.bottom() + 49.0);
    pen.text(&name, below, label_look().align(Align::Center))?;
    if look.y_label {
        let room = tick_width(pen, y, frame.height);
        let name = pen.elide(&y.label, frame.height, label_look());
        let beside = (frame.left - room - 32.0, frame.top + frame.height / 2.0);
        pen.text_upwards(&name, beside, label_look().align(Align::Center))?;
    }
    Ok(())
}

fn horizontal_axis(pen: &Pen<'_>, frame: Rect, axis: &Axis, grid: bool) -> Result<(), PlotError> {
    let ticks = axis.ticks(horizontal_target(axis, frame.width));
    let labelled = ticks.iter().filter_map(|t| t.label.as_deref());
    // A level's name may take its own cell; where cells are narrow, every few are named.
    let cell = match &axis.kind {
        AxisKind::Levels(levels) => frame.width / levels.len() as f64,
        _ => frame.width,
    };
    let widest = labelled.map(|l| pen.width(l, tick_look())).fold(0.0, f64::max);
    let every = (widest.min(48.0) / (cell - 6.0).max(1.0)).ceil().max(1.0) as usize;
    let line = theme::AXIS.mix(1.0);
    for (i, Tick { position, label }) in ticks.iter().enumerate() {
        let (x, bottom) = frame.at(*position, 0.0);
        let length = if label.is_some() { 6.0 } else { 3.0 };
        pen.line(&[(x, bottom), (x, bottom + length)], line, 1.0)?;
        let Some(label) = label else { continue };
        if grid && axis.is_numeric() {
            pen.line(&[(x, frame.top), (x, bottom)], theme::GRID.mix(1.0), 1.0)?;
        }
        if i % every == 0 {
            let label = pen.elide(label, cell * every as f64 - 6.0, tick_look());
            let look = tick_look().align(Align::Center);
            pen.text(&label, (x, bottom + 19.0), look)?;
        }
    }
    let ends = [frame.at(0.0, 0.0), frame.at(1.0, 0.0)];
    pen.line(&ends, line, 1.0)
}

fn vertical_axis(pen: &Pen<'_>, frame: Rect, axis: &Axis, grid: bool) -> Result<(), PlotError> {
    let ticks = axis.ticks(vertical_target(frame.height));
    let every = match &axis.kind {
        AxisKind::Levels(levels) => (20.0 * levels.len() as f64 / frame.height).ceil() as usize,
        _ => 1,
    };
    let line = theme::AXIS.mix(1.0);
    for (i, Tick { position, label }) in ticks.iter().enumerate() {
        let (left, y) = frame.at(0.0, *position);
        let length = if label.is_some() { 6.0 } else { 3.0 };
        pen.line(&[(left - length, y), (left, y)], line, 1.0)?;
        let Some(label) = label else { continue };
        if grid && axis.is_numeric() {
            pen.line(&[(left, y), (frame.right(), y)], theme::GRID.mix(1.0), 1.0)?;
        }
        if i % every.max(1) == 0 {
            let label = pen.elide(label, MAX_TICK_WIDTH, tick_look());
            let look = tick_look().align(Align::Right);
            pen.text(&label, (left - 11.0, y), look)?;
        }
    }
    let ends = [frame.at(0.0, 0.0), frame.at(0.0, 1.0)];
    pen.line(&ends, line, 1.0)
}

/// The frame of a picture with one panel, below `top` pixels of header.
pub(super) fn content(pen: &Pen<'_>, (width, height): (f64, f64), top: f64, y: &Axis) -> Rect {
    let height = height - top - 74.0;
    let left = MARGIN + 14.0 + tick_width(pen, y, height) + 24.0;
    let width = width - left - MARGIN;
    Rect { left, top, width, height }
}
