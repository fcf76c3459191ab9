//! Draws a [`TraceData`].

use plotters::style::Color;

use super::super::axis::{Axis, AxisKind, value_scale};
use super::super::frame::{self, AxesLook, BEST_MARK, FAILED_MARK, Key, MARGIN, PRUNED_MARK};
use super::super::pen::{self, Align, MarkLook, Pen, Point, Rect, Shape};
use super::super::record::{self, MarkState};
use super::super::{Picture, PlotError, theme};
use super::{TraceAxis, TraceData, TracePoint};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;
/// Space above the frame: header and the phases' names.
const TOP: f64 = 108.0;

pub(super) fn draw(data: &TraceData) -> Result<Picture, PlotError> {
    let title = format!(
        "{}: {} by {}",
        data.study,
        data.metric,
        match data.axis {
            TraceAxis::Number => "trial",
            TraceAxis::Time => "time",
        }
    );
    let (x, unit) = horizontal(data);
    let y = Axis::around(&data.metric, values(data), value_scale(values(data), data.direction));
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let begin = legend(pen, data)?;
        frame::title(pen, begin - 2.0 * MARGIN, &title)?;
        let finished = data.points.len();
        let summary = record::summary(finished, &data.metric, data.best.as_ref());
        frame::subtitles(pen, WIDTH - 2.0 * MARGIN, &[summary])?;
        let frame = frame::content(pen, (WIDTH, HEIGHT), TOP, &y);
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
    let last = data.points.last().map_or(0.0, |p| p.x);
    let (label, unit) = match data.axis {
        TraceAxis::Number => ("trial", 1.0),
        TraceAxis::Time => match last {
            s if s < 180.0 => ("elapsed time (seconds)", 1.0),
            s if s < 3.0 * 3600.0 => ("elapsed time (minutes)", 60.0),
            s if s < 72.0 * 3600.0 => ("elapsed time (hours)", 3600.0),
            _ => ("elapsed time (days)", 86400.0),
        },
    };
    let low = if data.axis == TraceAxis::Number {
        0.0
    } else {
        data.points.first().map_or(0.0, |p| p.x.min(0.0))
    };
    // At least four trials wide, or ticks would fall between trials.
    let high = if data.axis == TraceAxis::Number { last.max(4.0) } else { last.max(1e-3) };
    let margin = (high - low) * 0.02 + if data.axis == TraceAxis::Number { 0.3 } else { 0.0 };
    let kind = AxisKind::Linear { low: (low - margin) / unit, high: (high + margin) / unit };
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
    let name = match before.as_str() {
        "sobol" => "Sobol",
        other => other,
    };
    let height = frame.top - 11.0;
    // The name of the first phase ends at the line unless that would leave the picture.
    if x - pen.width(name, look) - 10.0 > MARGIN {
        pen.text(&format!("{name} ←"), (x - 8.0, height), look.align(Align::Right))?;
    }
    if x + pen.width("→ model", look) + 10.0 < WIDTH - 8.0 {
        pen.text("→ model", (x + 8.0, height), look)?;
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
    let Some(last) = data.points.last() else {
        let middle = frame.at(0.5, 0.5);
        return pen.text(
            "no finished trials yet",
            middle,
            frame::label_look().align(Align::Center),
        );
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

fn complete_mark(by_model: bool, radius: f64) -> MarkLook {
    MarkLook {
        shape: if by_model { Shape::Circle } else { Shape::Diamond },
        radius,
        fill: if by_model { theme::MODEL } else { theme::INITIAL },
        edge: theme::PAPER,
        edge_width: 2.4,
    }
}

fn points(pen: &mut Pen<'_>, data: &TraceData, frame: Rect, place: impl Fn(f64, f64) -> Point) {
    let radius = frame::mark_radius(data.points.len()) - 0.5;
    let best = data.best.as_ref().map(|b| b.0);
    let shrunk = |look: MarkLook| MarkLook { radius: look.radius.min(radius + 1.5), ..look };
    let mut on_top: Option<(Point, &TracePoint)> = None;
    for point in &data.points {
        let (at, look) = match point.state {
            MarkState::Complete(v) => (place(point.x, v), complete_mark(point.by_model, radius)),
            // On the lower edge: there is no value to place them by.
            MarkState::Failed => ((place(point.x, 1.0).0, frame.bottom()), shrunk(FAILED_MARK)),
            MarkState::Pruned => ((place(point.x, 1.0).0, frame.bottom()), shrunk(PRUNED_MARK)),
        };
        if Some(point.number) == best {
            on_top = Some((at, point));
        } else {
            pen.mark(at, look, Some(&point.hover));
        }
    }
    if let Some((at, point)) = on_top {
        pen.mark(at, BEST_MARK, Some(&point.hover));
    }
}

fn legend(pen: &mut Pen<'_>, data: &TraceData) -> Result<f64, PlotError> {
    let complete = |p: &TracePoint| matches!(p.state, MarkState::Complete(_));
    let has = |wanted: &dyn Fn(&TracePoint) -> bool| data.points.iter().any(wanted);
    let mut entries = Vec::new();
    if has(&|p| complete(p) && !p.by_model) {
        let name = match &data.model_begins {
            Some((_, kind)) if kind == "sobol" => "Sobol",
            Some(_) => "initial",
            None => "trial",
        };
        entries.push((Key::Mark(complete_mark(false, 5.5)), name.to_owned()));
    }
    if has(&|p| complete(p) && p.by_model) {
        entries.push((Key::Mark(complete_mark(true, 5.5)), "model".to_owned()));
    }
    if has(&complete) {
        entries.push((Key::Line(theme::INK, 2.4), "best so far".to_owned()));
        entries.push((Key::Mark(BEST_MARK), "best".to_owned()));
    }
    if has(&|p| p.state == MarkState::Pruned) {
        entries.push((Key::Mark(PRUNED_MARK), "pruned".to_owned()));
    }
    if has(&|p| p.state == MarkState::Failed) {
        entries.push((Key::Mark(FAILED_MARK), "failed".to_owned()));
    }
    frame::legend(pen, WIDTH - MARGIN, 32.0, &entries)
}
