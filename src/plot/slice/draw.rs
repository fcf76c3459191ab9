//! Draws a [`SliceData`].

use plotters::style::Color;

use super::super::axis::{Axis, AxisKind};
use super::super::frame::{self, AxesLook};
use super::super::header::{Key, header, valueless_entries};
use super::super::mark::{BEST_MARK, FAILED_MARK, MarkLook, PRUNED_MARK, Shape, crowded, hover_of};
use super::super::number::drawable;
use super::super::pen::{self, Pen, Point, Rect};
use super::super::record::MarkState;
use super::super::{Picture, PlotError, parameter, theme};
use super::{SliceData, SlicePoint};
use crate::space::Scale;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;

pub(super) fn draw(data: &SliceData) -> Result<Picture, PlotError> {
    let title = format!("{}: {} over {}", data.summary.study, data.summary.metric, data.x.label);
    let y = value_axis(data);
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let mut subtitles = vec![data.summary.text()];
        subtitles.extend(data.fixed.text());
        subtitles.extend(data.left_out.text());
        let top = header(pen, WIDTH, &title, &legend_entries(data), &subtitles)? + 16.0;
        let frame = frame::content(pen, (WIDTH, HEIGHT), top, &y);
        let look = AxesLook { grid: (true, true), y_label: true };
        frame::axes(pen, frame, &data.x, &y, look)?;
        if data.x.is_numeric() {
            band(pen, data, &y, frame)?;
        } else {
            bars(pen, data, &y, frame)?;
        }
        points(pen, data, &y, frame);
        Ok(())
    })
}

/// The model's mean with what lies two standard errors below and above, at sample `i`.
fn bounds(data: &SliceData, i: usize) -> [f64; 3] {
    let (mean, error) = (data.mean[i], data.standard_error[i]);
    [drawable(mean - 2.0 * error), mean, drawable(mean + 2.0 * error)]
}

fn value_axis(data: &SliceData) -> Axis {
    let model = (0..data.mean.len()).flat_map(|i| bounds(data, i));
    let measured = data.points.iter().filter_map(|p| match p.state {
        MarkState::Complete(value) => Some(value),
        _ => None,
    });
    Axis::around(&data.summary.metric, model.chain(measured), Scale::Linear)
}

fn band(pen: &Pen<'_>, data: &SliceData, y: &Axis, frame: Rect) -> Result<(), PlotError> {
    let path = |bound: usize| -> Vec<Point> {
        let samples = data.positions.iter().enumerate();
        samples.map(|(i, &x)| frame.at(x, y.position(bounds(data, i)[bound]))).collect()
    };
    let outline: Vec<Point> = path(0).into_iter().chain(path(2).into_iter().rev()).collect();
    pen.polygon(&outline, theme::MODEL.mix(theme::BAND))?;
    pen.line(&path(1), theme::MODEL.mix(1.0), 2.2)
}

/// Per level: a bar for the mean, a whisker for two standard errors.
fn bars(pen: &Pen<'_>, data: &SliceData, y: &Axis, frame: Rect) -> Result<(), PlotError> {
    let AxisKind::Levels(levels) = &data.x.kind else {
        return Ok(());
    };
    let half = 0.36 / levels.len() as f64;
    for (i, &x) in data.positions.iter().enumerate() {
        let [low, mean, high] = bounds(data, i).map(|v| y.position(v));
        let (left, top) = frame.at(x - half, high);
        let (right, bottom) = frame.at(x + half, low);
        let (width, height) = (right - left, bottom - top);
        pen.rect(Rect { left, top, width, height }, theme::MODEL.mix(theme::BAND))?;
        let line = [frame.at(x - half, mean), frame.at(x + half, mean)];
        pen.line(&line, theme::MODEL.mix(1.0), 2.4)?;
    }
    Ok(())
}

fn complete_mark() -> MarkLook {
    MarkLook {
        shape: Shape::Circle,
        radius: 5.5,
        fill: theme::INK,
        edge: theme::PAPER,
        edge_width: 2.4,
    }
}

fn legend_entries(data: &SliceData) -> Vec<(Key, String)> {
    let band = Key::Band(theme::MODEL, 2.2);
    let mut entries = vec![(band, "mean ± 2 standard errors".to_owned())];
    let valued = |p: &SlicePoint| matches!(p.state, MarkState::Complete(_));
    if data.points.iter().any(valued) {
        entries.push((Key::Mark(complete_mark()), "trial".to_owned()));
    }
    if data.points.iter().any(|point| data.summary.is_best(point.number)) {
        entries.push((Key::Mark(BEST_MARK), "best".to_owned()));
    }
    entries.extend(valueless_entries(data.points.iter().map(|p| p.state)));
    entries
}

fn points(pen: &mut Pen<'_>, data: &SliceData, y: &Axis, frame: Rect) {
    let count = data.points.len();
    let mut last = None;
    for point in &data.points {
        let x = point.x + parameter::spread(&data.x, point.number, parameter::GOLDEN);
        let (at, look) = match point.state {
            MarkState::Complete(value) => {
                (frame.at(x, y.position(value)), crowded(complete_mark(), count))
            }
            MarkState::Failed => (frame.at(x, 0.0), crowded(FAILED_MARK, count)),
            MarkState::Pruned => (frame.at(x, 0.0), crowded(PRUNED_MARK, count)),
        };
        if data.summary.is_best(point.number) {
            last = Some((at, point));
        } else {
            pen.mark(at, look, hover_of(&point.hover, count));
        }
    }
    if let Some((at, point)) = last {
        pen.mark(at, BEST_MARK, hover_of(&point.hover, count));
    }
}
