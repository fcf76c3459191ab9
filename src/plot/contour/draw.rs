//! Draws a [`ContourData`].

use plotters::style::{Color, RGBColor};

use super::super::axis::value_scale;
use super::super::frame::{self, AxesLook, MARGIN};
use super::super::header::{Key, header, valueless_entries};
use super::super::mark::{BEST_MARK, FAILED_MARK, MarkLook, PRUNED_MARK, Shape, crowded, hover_of};
use super::super::pen::{self, Pen, Point, Rect, TextLook};
use super::super::record::{Mark, MarkState};
use super::super::{Picture, PlotError, parameter, theme};
use super::ContourData;
use super::colors::{BAR, ColorScale, SHADES, color_bar};
use super::isolines::{Surface, label_place, without_gap};
use crate::space::Scale;
use crate::trial::Direction;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 620.0;
pub(super) fn draw(data: &ContourData) -> Result<Picture, PlotError> {
    let title = format!(
        "{}: {} over {} and {}",
        data.summary.study, data.summary.metric, data.x.label, data.y.label
    );
    let mean = ColorScale::new(
        format!("Model mean of {}", data.summary.metric),
        &data.grid.mean,
        value_scale(data.grid.mean.iter().copied(), data.summary.direction),
        colorous::VIRIDIS,
    );
    // The bright end is the good end.
    let mean = mean.reversed(data.summary.direction == Direction::Minimize);
    let error = ColorScale::new(
        "Model standard error".to_owned(),
        &data.grid.standard_error,
        Scale::Linear,
        colorous::BLUES,
    );
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let mut subtitles = vec![data.summary.text()];
        subtitles.extend(data.fixed.text());
        subtitles.extend(data.left_out.text());
        let entries = legend_entries(data, &mean);
        let top = header(pen, WIDTH, &title, &entries, &subtitles)? + 46.0;
        let height = HEIGHT - top - 74.0;
        let left = MARGIN + 14.0 + frame::tick_width(pen, &data.y, height) + 24.0;
        let ticks = frame::tick_width(pen, &mean.axis, height).max(frame::tick_width(
            pen,
            &error.axis,
            height,
        ));
        let between = left - MARGIN - 14.0;
        let bars = 2.0 * (14.0 + BAR + 10.0 + ticks);
        let width = (WIDTH - left - between - bars - MARGIN) / 2.0;
        let first = Rect { left, top, width, height };
        let second = Rect { left: left + width + bars / 2.0 + between, ..first };
        panel(pen, data, &mean, &data.grid.mean, first, true)?;
        panel(pen, data, &error, &data.grid.standard_error, second, false)
    })
}

fn legend_entries(data: &ContourData, mean: &ColorScale) -> Vec<(Key, String)> {
    let mut entries = Vec::new();
    if data.summary.best.is_some() {
        let key = Key::Mark(complete_mark(mean.color(0.5)));
        entries.push((key, "trial, in the colour of its value".to_owned()));
    }
    if data.marks.iter().any(|mark| data.summary.is_best(mark.number)) {
        entries.push((Key::Mark(BEST_MARK), "best".to_owned()));
    }
    entries.extend(valueless_entries(data.marks.iter().map(|m| m.state)));
    entries
}

fn complete_mark(fill: RGBColor) -> MarkLook {
    MarkLook { shape: Shape::Circle, radius: 6.0, fill, edge: theme::PAPER, edge_width: 3.4 }
}

/// One surface with its colour bar; `valued` marks take the colour of their value.
fn panel(
    pen: &mut Pen<'_>,
    data: &ContourData,
    scale: &ColorScale,
    values: &[f64],
    frame: Rect,
    valued: bool,
) -> Result<(), PlotError> {
    let heights: Vec<f64> = values.iter().map(|&v| scale.axis.position(v)).collect();
    let look = TextLook::new(theme::LABEL, theme::INK).bold();
    let name = pen.elide(&scale.axis.label, frame.width + 60.0, look);
    pen.text(&name, (frame.left, frame.top - 17.0), look)?;
    let places: Vec<Point> = data.marks.iter().map(|m| place(data, m, frame)).collect();
    if data.x.is_numeric() && data.y.is_numeric() {
        let surface = Surface::new(&data.grid.x, &data.grid.y, &heights);
        let mut shades = vec![(vec![corners(frame)], scale.color(0.5 / SHADES as f64))];
        // Each shade covers everything above its lower end: no seams between neighbours.
        shades.extend((1..SHADES).map(|k| {
            let (level, middle) = (k as f64, k as f64 + 0.5);
            let rings = surface.rings(level / SHADES as f64, frame);
            (rings, scale.color(middle / SHADES as f64))
        }));
        pen.regions(frame, &shades);
        isolines(pen, scale, &surface, frame, &places)?;
    } else {
        cells(pen, data, scale, &heights, frame)?;
    }
    let look = AxesLook { grid: (false, false), y_label: valued };
    frame::axes(pen, frame, &data.x, &data.y, look)?;
    color_bar(pen, scale, frame)?;
    marks(pen, data, &places, |value| if valued { scale.color_of(value) } else { theme::INK });
    Ok(())
}

fn corners(frame: Rect) -> Vec<Point> {
    vec![frame.at(0.0, 0.0), frame.at(1.0, 0.0), frame.at(1.0, 1.0), frame.at(0.0, 1.0)]
}

/// Lines at the colour bar's ticks, each labelled once where there is room.
fn isolines(
    pen: &mut Pen<'_>,
    scale: &ColorScale,
    surface: &Surface<'_>,
    frame: Rect,
    marks: &[Point],
) -> Result<(), PlotError> {
    let mut taken: Vec<(Point, f64)> = marks.iter().map(|&p| (p, 8.0)).collect();
    for tick in scale.axis.ticks(frame::vertical_target(frame.height)) {
        let Some(label) = tick.label else { continue };
        let color = scale.contrast(tick.position);
        let look = TextLook::new(13.0, color);
        let width = pen.width(&label, look);
        for line in surface.lines(tick.position, frame) {
            let stroke = color.mix(0.7);
            let Some(place) = label_place(&line, width, frame, &taken) else {
                pen.line(&line, stroke, 1.0)?;
                continue;
            };
            for part in without_gap(&line, place.gap) {
                pen.line(&part, stroke, 1.0)?;
            }
            pen.text_along(&label, place.at, place.degrees, look, scale.color(tick.position));
            taken.push((place.at, width / 2.0 + 6.0));
        }
    }
    Ok(())
}

/// Cells where an axis has levels, smooth strips along one that has not.
fn cells(
    pen: &Pen<'_>,
    data: &ContourData,
    scale: &ColorScale,
    heights: &[f64],
    frame: Rect,
) -> Result<(), PlotError> {
    let (x, y) = (&data.grid.x, &data.grid.y);
    let columns = edges(x, data.x.is_numeric(), frame.width);
    let rows = edges(y, data.y.is_numeric(), frame.height);
    for (i, &(bottom, top)) in rows.iter().enumerate() {
        for (j, &(left, right)) in columns.iter().enumerate() {
            let (left, top) = (frame.left + left, frame.bottom() - top);
            let (width, height) = (frame.left + right - left, frame.bottom() - bottom - top);
            let cell = Rect { left, top, width, height };
            let color = scale.color(heights[i * x.len() + j]);
            pen.rect(cell, color.mix(1.0))?;
        }
    }
    Ok(())
}

/// Start and end of each cell along an axis of `length` pixels: with a gap between levels, without
/// (and slightly overlapping, against hair lines) between samples of a range.
fn edges(positions: &[f64], smooth: bool, length: f64) -> Vec<(f64, f64)> {
    let n = positions.len();
    (0..n)
        .map(|i| {
            if !smooth {
                let gap = (length / n as f64 * 0.1).min(1.5);
                let cell = length / n as f64;
                return (i as f64 * cell + gap, (i + 1) as f64 * cell - gap);
            }
            let middle = |a: usize, b: usize| (positions[a] + positions[b]) / 2.0 * length;
            let start = if i == 0 { 0.0 } else { middle(i - 1, i) };
            let end = if i + 1 == n { length } else { middle(i, i + 1) + 0.5 };
            (start, end.min(length))
        })
        .collect()
}

/// Where a mark is drawn.
fn place(data: &ContourData, mark: &Mark, frame: Rect) -> Point {
    let dx = parameter::spread(&data.x, mark.number, parameter::PLASTIC);
    let dy = parameter::spread(&data.y, mark.number, parameter::GOLDEN);
    frame.at(mark.x + dx, mark.y + dy)
}

/// Failed and pruned trials below, complete ones above, the best on top.
fn marks(pen: &mut Pen<'_>, data: &ContourData, places: &[Point], color: impl Fn(f64) -> RGBColor) {
    let count = data.marks.len();
    let layer = |mark: &Mark| match mark.state {
        _ if data.summary.is_best(mark.number) => 2,
        MarkState::Complete(_) => 1,
        MarkState::Pruned | MarkState::Failed => 0,
    };
    for drawn in 0..=2 {
        let marks = data.marks.iter().zip(places);
        for (mark, &at) in marks.filter(|(mark, _)| layer(mark) == drawn) {
            let look = match mark.state {
                _ if drawn == 2 => BEST_MARK,
                MarkState::Complete(value) => crowded(complete_mark(color(value)), count),
                MarkState::Pruned => crowded(PRUNED_MARK, count),
                MarkState::Failed => crowded(FAILED_MARK, count),
            };
            pen.mark(at, look, hover_of(&mark.hover, count));
        }
    }
}
