//! Draws a [`TraceData`].

use plotters::style::Color;

use super::super::axis::{Axis, AxisKind, value_scale};
use super::super::frame::{self, AxesLook, MARGIN};
use super::super::header::{Key, header, valueless_entries};
use super::super::mark::{BEST_MARK, FAILED_MARK, MarkLook, PRUNED_MARK, Shape, crowded, hover_of};
use super::super::pen::{self, Align, Pen, Point, Rect};
use super::super::record::MarkState;
use super::super::{Picture, PlotError, theme};
use super::{TraceAxis, TraceData, TracePoint};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;

pub(super) fn draw(data: &TraceData) -> Result<Picture, PlotError> {
    let title = format!(
        "{}: {} by {}",
        data.summary.study,
        data.summary.metric,
        match data.axis {
            TraceAxis::Number => "trial",
            TraceAxis::Time => "time",
        }
    );
    let (x, unit) = horizontal(data);
    let y = Axis::around(
        &data.summary.metric,
        values(data),
        value_scale(values(data), data.summary.direction),
    );
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let entries = legend_entries(data);
        let top = header(pen, WIDTH, &title, &entries, &[data.summary.text()])? + 36.0;
        let frame = frame::content(pen, (WIDTH, HEIGHT), top, &y);
        let look = AxesLook { grid: (true, false), y_label: true };
        frame::axes(pen, frame, &x, &y, look)?;
        let place = |at: f64, value: f64| frame.at(x.position(at / unit), y.position(value));
        phases(pen, data, frame, |at| frame.at(x.position(at / unit), 0.0).0)?;
        best_line(pen, data, frame, place)?;
        points(pen, data, frame, place);
        Ok(())
    })
}

fn values(data: &TraceData) -> impl Iterator<Item = f64> {
    data.points.iter().filter_map(|p| match p.state {
        MarkState::Complete(value) => Some(value),
        _ => None,
    })
}

/// The horizontal axis and its unit: trials, or as many seconds as suit the length of the study.
fn horizontal(data: &TraceData) -> (Axis, f64) {
    let first = data.points.first().map_or(0.0, |p| p.x.min(0.0));
    let last = data.points.last().map_or(0.0, |p| p.x);
    let (label, unit, kind) = match data.axis {
        TraceAxis::Number => {
            // At least four trials wide, for a sense of scale.
            let high = last.max(4.0);
            let margin = 0.3 + high * 0.02;
            let (low, high) = (-margin, high + margin);
            ("trial", 1.0, AxisKind::Count { low, high })
        }
        TraceAxis::Time => {
            let (name, unit) = match last {
                s if s < 180.0 => ("elapsed time (seconds)", 1.0),
                s if s < 3.0 * 3600.0 => ("elapsed time (minutes)", 60.0),
                s if s < 72.0 * 3600.0 => ("elapsed time (hours)", 3600.0),
                _ => ("elapsed time (days)", 86400.0),
            };
            let high = last.max(first + 1e-3);
            let margin = (high - first) * 0.02;
            let (low, high) = ((first - margin) / unit, (high + margin) / unit);
            (name, unit, AxisKind::Linear { low, high })
        }
    };
    let label = label.to_owned();
    (Axis { label, kind }, unit)
}

/// A line where the model takes over, and what came before and after.
fn phases(
    pen: &Pen<'_>,
    data: &TraceData,
    frame: Rect,
    at: impl Fn(f64) -> f64,
) -> Result<(), PlotError> {
    let Some((begins, before)) = &data.model_begins else {
        return Ok(());
    };
    let x = at(*begins);
    let line = [(x, frame.top - 18.0), (x, frame.bottom())];
    pen.dashed(&line, theme::AXIS.mix(1.0), 1.2, (5.0, 4.0))?;
    let look = frame::tick_look();
    let name = &phase_name(before);
    let height = frame.top - 11.0;
    // The name of the first phase ends at the line unless that would leave the picture.
    if x - pen.width(name, look) - 10.0 > MARGIN {
        pen.text(name, (x - 8.0, height), look.align(Align::Right))?;
    }
    if x + pen.width("model", look) + 10.0 < WIDTH - 8.0 {
        pen.text("model", (x + 8.0, height), look)?;
    }
    Ok(())
}

/// The best so far as steps, up to the last trial.
fn best_line(
    pen: &Pen<'_>,
    data: &TraceData,
    frame: Rect,
    place: impl Fn(f64, f64) -> Point,
) -> Result<(), PlotError> {
    let (Some(last), Some(_)) = (data.points.last(), &data.summary.best) else {
        let look = frame::label_look().align(Align::Center);
        return pen.text("no trial has a value yet", frame.at(0.5, 0.5), look);
    };
    let mut path: Vec<Point> = Vec::new();
    for &(x, value) in &data.best_so_far {
        let next = place(x, value);
        if let Some(&(_, y)) = path.last() {
            path.push((next.0, y));
        }
        path.push(next);
    }
    if let Some(&(_, value)) = data.best_so_far.last() {
        path.push(place(last.x, value));
        pen.line(&path, theme::INK.mix(1.0), 2.4)?;
    }
    Ok(())
}

fn complete_mark(by_model: bool) -> MarkLook {
    MarkLook {
        shape: if by_model { Shape::Circle } else { Shape::Diamond },
        radius: 5.5,
        fill: if by_model { theme::MODEL } else { theme::INITIAL },
        edge: theme::PAPER,
        edge_width: 2.4,
    }
}

fn points(pen: &mut Pen<'_>, data: &TraceData, frame: Rect, place: impl Fn(f64, f64) -> Point) {
    let count = data.points.len();
    let mut on_top: Option<(Point, &TracePoint)> = None;
    for point in &data.points {
        let (at, look) = match point.state {
            MarkState::Complete(v) => (place(point.x, v), complete_mark(point.by_model)),
            // On the lower edge: there is no value to place them by.
            MarkState::Failed => ((place(point.x, 1.0).0, frame.bottom()), FAILED_MARK),
            MarkState::Pruned => ((place(point.x, 1.0).0, frame.bottom()), PRUNED_MARK),
        };
        if data.summary.is_best(point.number) {
            on_top = Some((at, point));
        } else {
            pen.mark(at, crowded(look, count), hover_of(&point.hover, count));
        }
    }
    if let Some((at, point)) = on_top {
        pen.mark(at, BEST_MARK, Some(&point.hover));
    }
}

fn legend_entries(data: &TraceData) -> Vec<(Key, String)> {
    let complete = |p: &TracePoint| matches!(p.state, MarkState::Complete(_));
    let mut entries = Vec::new();
    if data.points.iter().any(|p| complete(p) && !p.by_model) {
        let all_alike = !data.points.iter().any(|p| p.by_model);
        let name = if all_alike { "trial".to_owned() } else { phase_name(&data.others) };
        entries.push((Key::Mark(complete_mark(false)), name));
    }
    if data.points.iter().any(|p| complete(p) && p.by_model) {
        entries.push((Key::Mark(complete_mark(true)), "model".to_owned()));
    }
    if data.summary.best.is_some() {
        entries.push((Key::Line(theme::INK, 2.4), "best so far".to_owned()));
        entries.push((Key::Mark(BEST_MARK), "best".to_owned()));
    }
    entries.extend(valueless_entries(data.points.iter().map(|p| p.state)));
    entries
}

/// Kinds of origin as a name.
fn phase_name(kinds: &[&'static str]) -> String {
    let name = |&kind: &&'static str| match kind {
        "sobol" => "Sobol",
        other => other,
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(", ")
}
