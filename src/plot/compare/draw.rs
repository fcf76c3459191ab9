//! Draws a [`CompareData`].

use plotters::style::{Color, RGBColor};

use super::super::axis::{Axis, AxisKind, value_scale};
use super::super::frame::{self, AxesLook};
use super::super::header::header;
use super::super::mark::{MarkLook, Shape};
use super::super::number::{count, significant};
use super::super::pen::{self, Align, Pen, Point, Rect, TextLook};
use super::super::{Picture, PlotError, theme};
use super::table::{runs_text, trials_text};
use super::{CompareData, CompareGroup};

const WIDTH: f64 = 1000.0;
/// Height without the table of final values.
const PLOT_HEIGHT: f64 = 520.0;
const ROW: f64 = 27.0;
/// Rows of the table; further studies are counted, not listed.
const MAX_ROWS: usize = 24;

const SHAPES: [Shape; 4] = [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond];

/// How the group of an index is drawn: every combination of colour, dash and mark is unlike the
/// others for the first 84 groups.
struct Look {
    color: RGBColor,
    dash: Option<(f64, f64)>,
    shape: Shape,
}

impl Look {
    fn of(index: usize) -> Self {
        let colors = theme::QUALITATIVE.len();
        let dash = [None, Some((9.0, 5.0)), Some((2.5, 4.0))][index / colors % 3];
        Self {
            color: theme::QUALITATIVE[index % colors],
            dash,
            shape: SHAPES[index % SHAPES.len()],
        }
    }

    fn line(&self, pen: &Pen<'_>, path: &[Point]) -> Result<(), PlotError> {
        match self.dash {
            None => pen.line(path, self.color.mix(1.0), 2.4),
            Some(dash) => pen.dashed(path, self.color.mix(1.0), 2.4, dash),
        }
    }

    fn mark(&self) -> MarkLook {
        MarkLook {
            shape: self.shape,
            radius: 5.0,
            fill: self.color,
            edge: theme::PAPER,
            edge_width: 2.0,
        }
    }
}

pub(super) fn draw(data: &CompareData) -> Result<Picture, PlotError> {
    let title = format!("Best {} so far", data.metric);
    let rows = data.groups.len().min(MAX_ROWS) + 1 + usize::from(data.groups.len() > MAX_ROWS);
    let height = PLOT_HEIGHT + ROW * rows as f64 + 24.0;
    let longest = data.groups.iter().flat_map(|g| g.steps.last());
    let longest = longest.map(|s| s.finished).max().unwrap_or(1).max(2);
    let x = Axis {
        label: "finished trials".to_owned(),
        kind: AxisKind::Count { low: 0.0, high: longest as f64 * 1.02 },
    };
    let values = || {
        let steps = data.groups.iter().flat_map(|g| &g.steps);
        steps.flat_map(|s| [s.best.lower, s.best.median, s.best.upper])
    };
    let scale = value_scale(values(), data.direction);
    let y = Axis::around(&data.metric, values(), scale);
    pen::draw((WIDTH, height), &title, |pen| {
        let runs: usize = data.groups.iter().map(|g| g.runs).sum();
        let banded = data.groups.iter().any(|g| g.valued > 1);
        let band = if banded { " · line: median, band: quartiles over runs" } else { "" };
        let subtitle = format!("{}{band}", count(runs, "run"));
        let top = header(pen, WIDTH, &title, &[], &[subtitle])? + 18.0;
        let frame = frame::content(pen, (WIDTH, PLOT_HEIGHT), top, &y);
        let look = AxesLook { grid: (true, false), y_label: true };
        frame::axes(pen, frame, &x, &y, look)?;
        let place = |finished: usize, v: f64| frame.at(x.position(finished as f64), y.position(v));
        for (i, group) in data.groups.iter().enumerate() {
            band_of(pen, group, Look::of(i).color, &place)?;
        }
        for (i, group) in data.groups.iter().enumerate() {
            median_of(pen, group, &Look::of(i), longest, &place)?;
        }
        if data.groups.iter().all(|g| g.steps.is_empty()) {
            let look = frame::label_look().align(Align::Center);
            pen.text("no values to compare yet", frame.at(0.5, 0.5), look)?;
        }
        table(pen, data, Rect { top: PLOT_HEIGHT + 8.0, ..frame })
    })
}

/// The corners of a step function through `(finished, value)`.
fn steps(
    values: impl Iterator<Item = (usize, f64)>,
    place: &impl Fn(usize, f64) -> Point,
) -> Vec<Point> {
    let mut path: Vec<Point> = Vec::new();
    for (finished, value) in values {
        let next = place(finished, value);
        if let Some(&(_, y)) = path.last() {
            path.push((next.0, y));
        }
        path.push(next);
    }
    path
}

fn band_of(
    pen: &Pen<'_>,
    group: &CompareGroup,
    color: RGBColor,
    place: &impl Fn(usize, f64) -> Point,
) -> Result<(), PlotError> {
    if group.valued < 2 {
        return Ok(());
    }
    let lower = steps(group.steps.iter().map(|s| (s.finished, s.best.lower)), place);
    let upper = steps(group.steps.iter().map(|s| (s.finished, s.best.upper)), place);
    let outline: Vec<Point> = lower.into_iter().chain(upper.into_iter().rev()).collect();
    pen.polygon(&outline, color.mix(theme::BAND))
}

fn median_of(
    pen: &mut Pen<'_>,
    group: &CompareGroup,
    look: &Look,
    longest: usize,
    place: &impl Fn(usize, f64) -> Point,
) -> Result<(), PlotError> {
    let path = steps(group.steps.iter().map(|s| (s.finished, s.best.median)), place);
    look.line(pen, &path)?;
    let every = longest.div_ceil(10).max(1);
    for (i, step) in group.steps.iter().enumerate() {
        let last = i + 1 == group.steps.len();
        if last || step.finished % every == 0 {
            let value = significant(step.best.median, 5);
            let hover =
                format!("{}\nafter {}: {value}", group.label, count(step.finished, "trial"));
            pen.mark(place(step.finished, step.best.median), look.mark(), Some(&hover));
        }
    }
    Ok(())
}

/// Final values below the plot; the rows are the legend.
fn table(pen: &mut Pen<'_>, data: &CompareData, frame: Rect) -> Result<(), PlotError> {
    let banded = data.groups.iter().any(|g| g.valued > 1);
    // Name, and right edge as a share of the width.
    let columns: &[(Column, &str, f64)] = if banded {
        &[
            (Column::Runs, "runs", 0.52),
            (Column::Trials, "trials", 0.64),
            (Column::Median, "final median", 0.79),
            (Column::Quartiles, "quartiles", 1.0),
        ]
    } else {
        &[(Column::Trials, "trials", 0.84), (Column::Median, "final best", 1.0)]
    };
    let right = |share: f64| frame.left + share * frame.width;
    let head = TextLook::new(theme::TICK, theme::SOFT_INK);
    let body = TextLook::new(theme::TICK, theme::INK);
    for &(_, name, share) in columns {
        pen.text(name, (right(share), frame.top), head.align(Align::Right))?;
    }
    let rule = frame.top + ROW / 2.0;
    pen.line(&[(frame.left, rule), (frame.right(), rule)], theme::GRID.mix(1.0), 1.0)?;
    for (i, group) in data.groups.iter().take(MAX_ROWS).enumerate() {
        let y = frame.top + ROW * (i + 1) as f64;
        let look = Look::of(i);
        look.line(pen, &[(frame.left, y), (frame.left + 32.0, y)])?;
        pen.mark((frame.left + 16.0, y), look.mark(), None);
        let room = columns[0].2 * frame.width - 44.0 - 70.0;
        pen.text(&pen.elide(&group.label, room, body), (frame.left + 44.0, y), body)?;
        for &(column, _, share) in columns {
            let text = column.text(group);
            pen.text(&text, (right(share), y), body.align(Align::Right))?;
        }
    }
    let hidden = data.groups.len().saturating_sub(MAX_ROWS);
    if hidden > 0 {
        let y = frame.top + ROW * (MAX_ROWS + 1) as f64;
        pen.text(&format!("and {hidden} more"), (frame.left, y), head)?;
    }
    Ok(())
}

/// A column of the table.
#[derive(Clone, Copy)]
enum Column {
    Runs,
    Trials,
    Median,
    Quartiles,
}

impl Column {
    fn text(self, group: &CompareGroup) -> String {
        match (self, &group.last) {
            (Self::Runs, _) => runs_text(group),
            (Self::Trials, _) => trials_text(group),
            (Self::Median, Some(last)) => significant(last.median, 5),
            (Self::Median, None) => "no value".to_owned(),
            (Self::Quartiles, Some(last)) if group.valued > 1 => {
                let (lower, upper) = (significant(last.lower, 4), significant(last.upper, 4));
                format!("{lower} to {upper}")
            }
            (Self::Quartiles, _) => String::new(),
        }
    }
}
