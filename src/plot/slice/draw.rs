//! Draws a [`SliceData`].

use plotters::style::Color;

use super::super::axis::{Axis, AxisKind};
use super::super::frame::{
    self, AxesLook, BEST_MARK, FAILED_MARK, HEADER, Key, MARGIN, PRUNED_MARK,
};
use super::super::number::drawable;
use super::super::pen::{self, MarkLook, Pen, Point, Rect, Shape};
use super::super::record::{self, MarkState};
use super::super::{Picture, PlotError, theme};
use super::SliceData;
use crate::space::Scale;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;

pub(super) fn draw(data: &SliceData) -> Result<Picture, PlotError> {
    let title = format!("{}: {} over {}", data.study, data.metric, data.x.label);
    let y = value_axis(data);
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let begin = legend(pen, data)?;
        frame::title(pen, begin - 2.0 * MARGIN, &title)?;
        let finished = data.points.len();
        let mut subtitles = vec![record::summary(finished, &data.metric, data.best.as_ref())];
        subtitles.extend(record::fixed_text(&data.fixed, data.fixed_at_best));
        frame::subtitles(pen, WIDTH - 2.0 * MARGIN, &subtitles)?;
        let frame = frame::content(pen, (WIDTH, HEIGHT), HEADER, &y);
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
    Axis::around(&data.metric, model.chain(measured), Scale::Linear)
}

fn band(pen: &Pen<'_>, data: &SliceData, y: &Axis, frame: Rect) -> Result<(), PlotError> {
    let path = |bound: usize| -> Vec<Point> {
        let samples = data.positions.iter().enumerate();
        samples.map(|(i, &x)| frame.at(x, y.position(bounds(data, i)[bound]))).collect()
    };
    let outline: Vec<Point> = path(0).into_iter().chain(path(2).into_iter().rev()).collect();
    pen.polygon(&outline, theme::MODEL.mix(0.16))?;
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
        pen.rect(Rect { left, top, width, height }, theme::MODEL.mix(0.16))?;
        let line = [frame.at(x - half, mean), frame.at(x + half, mean)];
        pen.line(&line, theme::MODEL.mix(1.0), 2.4)?;
    }
    Ok(())
}

fn complete_mark(radius: f64) -> MarkLook {
    MarkLook { shape: Shape::Circle, radius, fill: theme::INK, edge: theme::PAPER, edge_width: 2.4 }
}

fn legend(pen: &mut Pen<'_>, data: &SliceData) -> Result<f64, PlotError> {
    let has = |wanted: fn(&MarkState) -> bool| data.points.iter().any(|m| wanted(&m.state));
    let mut entries =
        vec![(Key::Line(theme::MODEL, 2.2), "model mean ± 2 standard errors".to_owned())];
    if has(|s| matches!(s, MarkState::Complete(_))) {
        entries.push((Key::Mark(complete_mark(5.5)), "trial".to_owned()));
        entries.push((Key::Mark(BEST_MARK), "best".to_owned()));
    }
    if has(|s| matches!(s, MarkState::Pruned)) {
        entries.push((Key::Mark(PRUNED_MARK), "pruned".to_owned()));
    }
    if has(|s| matches!(s, MarkState::Failed)) {
        entries.push((Key::Mark(FAILED_MARK), "failed".to_owned()));
    }
    frame::legend(pen, WIDTH - MARGIN, 32.0, &entries)
}

fn points(pen: &mut Pen<'_>, data: &SliceData, y: &Axis, frame: Rect) {
    let radius = frame::mark_radius(data.points.len()) - 0.5;
    let best = data.best.as_ref().map(|b| b.0);
    // On levels, trials are spread within their cell: additive recurrence by the golden ratio.
    let spread = |number: u64| match &data.x.kind {
        AxisKind::Levels(levels) => {
            ((number as f64 * 0.618_033_988).fract() - 0.5) * 0.6 / levels.len() as f64
        }
        _ => 0.0,
    };
    let mut last = None;
    for point in &data.points {
        let x = point.x + spread(point.number.0);
        let (at, look) = match point.state {
            MarkState::Complete(value) => (frame.at(x, y.position(value)), complete_mark(radius)),
            MarkState::Failed => (frame.at(x, 0.0), FAILED_MARK),
            MarkState::Pruned => (frame.at(x, 0.0), PRUNED_MARK),
        };
        if Some(point.number) == best {
            last = Some((at, point));
        } else {
            pen.mark(at, look, Some(&point.hover));
        }
    }
    if let Some((at, point)) = last {
        pen.mark(at, BEST_MARK, Some(&point.hover));
    }
}
