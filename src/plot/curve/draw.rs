//! Draws a [`CurveData`].

use plotters::style::{Color, RGBColor};

use super::{CurveData, CurvePoint};
use crate::plot::axis::{Axis, AxisKind};
use crate::plot::frame::{self, AxesLook, MARGIN};
use crate::plot::header::{Key, header};
use crate::plot::pen::{self, Pen, Rect};
use crate::plot::{Picture, PlotError, theme};
use crate::space::Scale;

const WIDTH: f64 = 1100.0;
const HEIGHT: f64 = 480.0;
/// From one panel's frame to the next one's labels.
const GAP: f64 = 40.0;

/// A measurement in training and in validation.
type Series = fn(&CurvePoint) -> [f64; 2];

const TRAIN: RGBColor = theme::INITIAL;
const VALID: RGBColor = theme::MODEL;

pub(super) fn draw(data: &CurveData) -> Result<Picture, PlotError> {
    let last = data.epochs.last().map_or(1, |point| point.epoch).max(4);
    let (low, high) = (0.7, f64::from(last) + 0.3);
    let x = Axis { label: "epoch".into(), kind: AxisKind::Count { low, high } };
    let panels: [(&str, Series); 2] = [
        ("loss", |point| [point.train.0, point.valid.0]),
        ("accuracy", |point| [point.train.1, point.valid.1]),
    ];
    pen::draw((WIDTH, HEIGHT), &data.title, |pen| {
        let entries = [("training", TRAIN), ("validation", VALID)];
        let entries = entries.map(|(name, color)| (Key::Line(color, 2.4), name.to_owned()));
        let top = header(pen, WIDTH, &data.title, &entries, &data.subtitles)? + 16.0;
        let panel_width = (WIDTH - 2.0 * MARGIN - GAP) / 2.0;
        for (index, (name, values)) in panels.into_iter().enumerate() {
            let all = data.epochs.iter().flat_map(values);
            let y = Axis::around(name, all, Scale::Linear);
            let height = HEIGHT - top - 74.0;
            let labels = 14.0 + frame::tick_width(pen, &y, height) + 24.0;
            let left = MARGIN + (panel_width + GAP) * index as f64 + labels;
            let frame = Rect { left, top, width: panel_width - labels, height };
            frame::axes(pen, frame, &x, &y, AxesLook { grid: (true, false), y_label: true })?;
            for (series, color) in [TRAIN, VALID].into_iter().enumerate() {
                let place = |point: &CurvePoint| {
                    frame.at(x.position(point.epoch.into()), y.position(values(point)[series]))
                };
                line(pen, &data.epochs, color, place)?;
            }
        }
        Ok(())
    })
}

fn line(
    pen: &Pen<'_>,
    epochs: &[CurvePoint],
    color: RGBColor,
    place: impl Fn(&CurvePoint) -> pen::Point,
) -> Result<(), PlotError> {
    let path: Vec<pen::Point> = epochs.iter().map(place).collect();
    pen.line(&path, color.mix(1.0), 2.4)?;
    for (x, y) in path {
        let dot = Rect { left: x - 2.5, top: y - 2.5, width: 5.0, height: 5.0 };
        pen.rect(dot, color.mix(1.0))?;
    }
    Ok(())
}
