//! Draws a [`ConfusionData`].

use plotters::style::{Color, RGBColor};

use super::ConfusionData;
use crate::plot::axis::{Axis, AxisKind};
use crate::plot::frame::{self, AxesLook};
use crate::plot::header::header;
use crate::plot::pen::{self, Align, Pen, Rect, TextLook};
use crate::plot::{Picture, PlotError, theme};

/// Side of the matrix.
const SIDE: f64 = 460.0;
/// Narrower cells hold no numbers.
const MIN_CELL: f64 = 44.0;

pub(super) fn draw(data: &ConfusionData) -> Result<Picture, PlotError> {
    let axis = |label: &str, classes: Vec<String>| Axis {
        label: label.to_owned(),
        kind: AxisKind::Levels(classes),
    };
    let x = axis("predicted", data.classes.clone());
    // From the top down.
    let y = axis("actual", data.classes.iter().rev().cloned().collect());
    let top = 60.0 + 22.0 * data.subtitles.len() as f64;
    let (width, height) = (SIDE + 240.0, top + SIDE + 74.0);
    pen::draw((width, height), &data.title, |pen| {
        header(pen, width, &data.title, &[], &data.subtitles)?;
        let content = frame::content(pen, (width, height), top, &y);
        let square = Rect { width: SIDE, height: SIDE, ..content };
        cells(pen, data, square)?;
        frame::axes(pen, square, &x, &y, AxesLook { grid: (false, false), y_label: true })
    })
}

fn cells(pen: &Pen<'_>, data: &ConfusionData, square: Rect) -> Result<(), PlotError> {
    let cell = square.width / data.classes.len().max(1) as f64;
    for (row, counts) in data.counts.iter().enumerate() {
        let all: u64 = counts.iter().sum();
        for (column, &count) in counts.iter().enumerate() {
            let share = if all == 0 { 0.0 } else { count as f64 / all as f64 };
            let colorous::Color { r, g, b } = colorous::BLUES.eval_continuous(0.9 * share);
            let color = RGBColor(r, g, b);
            let left = square.left + cell * column as f64;
            let top = square.top + cell * row as f64;
            pen.rect(Rect { left, top, width: cell, height: cell }, color.mix(1.0))?;
            if cell < MIN_CELL {
                continue;
            }
            let ink = if theme::luminance(color) > 0.45 { theme::INK } else { theme::PAPER };
            let (x, middle) = (left + cell / 2.0, top + cell / 2.0);
            let number = TextLook::new(theme::LABEL, ink).bold().align(Align::Center);
            pen.text(&count.to_string(), (x, middle - 9.0), number)?;
            let part = TextLook::new(theme::TICK, ink).align(Align::Center);
            pen.text(&format!("{:.1} %", 100.0 * share), (x, middle + 12.0), part)?;
        }
    }
    Ok(())
}
