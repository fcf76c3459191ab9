//! Draws a [`ContourData`].

use plotters::style::{Color, RGBColor};

use super::super::axis::{Axis, AxisKind, range, value_scale, widened};
use super::super::frame::{
    self, AxesLook, BEST_MARK, FAILED_MARK, HEADER, Key, MARGIN, PRUNED_MARK,
};
use super::super::pen::{self, MarkLook, Pen, Point, Rect, Shape, TextLook};
use super::super::record::{self, Mark, MarkState};
use super::super::{Picture, PlotError, theme};
use super::ContourData;
use super::isolines::{Surface, label_place, without_gap};
use crate::space::Scale;
use crate::trial::Direction;

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 620.0;
/// Shades between the ends of a colour scale.
const SHADES: usize = 40;
/// Width of a colour bar.
const BAR: f64 = 14.0;

/// Values as colours.
struct ColorScale {
    axis: Axis,
    gradient: colorous::Gradient,
    /// Whether the gradient runs from high to low values.
    reversed: bool,
}

impl ColorScale {
    fn new(label: String, values: &[f64], scale: Scale, gradient: colorous::Gradient) -> Self {
        let (low, high) = range(values.iter().copied()).unwrap_or((0.0, 1.0));
        let (low, high) = widened(low, high);
        let kind = match scale {
            Scale::Linear => AxisKind::Linear { low, high },
            Scale::Log => AxisKind::Log { low, high },
        };
        let axis = Axis { label, kind };
        Self { axis, gradient, reversed: false }
    }

    /// Colour at a height in `[0, 1]`.
    fn color(&self, height: f64) -> RGBColor {
        let height = height.clamp(0.0, 1.0);
        let t = if self.reversed { 1.0 - height } else { height };
        let colorous::Color { r, g, b } = self.gradient.eval_continuous(t);
        RGBColor(r, g, b)
    }

    fn color_of(&self, value: f64) -> RGBColor {
        self.color(self.axis.position(value))
    }

    /// Black or white, whichever shows up at a height, and the other.
    fn contrast(&self, height: f64) -> (RGBColor, RGBColor) {
        if theme::luminance(self.color(height)) > 0.45 {
            (theme::INK, theme::PAPER)
        } else {
            (theme::PAPER, theme::INK)
        }
    }
}

pub(super) fn draw(data: &ContourData) -> Result<Picture, PlotError> {
    let title =
        format!("{}: {} over {} and {}", data.study, data.metric, data.x.label, data.y.label);
    let mean = ColorScale {
        // The bright end is the good end.
        reversed: data.direction == Direction::Minimize,
        ..ColorScale::new(
            format!("Model mean of {}", data.metric),
            &data.grid.mean,
            value_scale(data.grid.mean.iter().copied(), data.direction),
            colorous::VIRIDIS,
        )
    };
    let error = ColorScale::new(
        "Standard error of the mean".to_owned(),
        &data.grid.standard_error,
        Scale::Linear,
        colorous::BLUES,
    );
    pen::draw((WIDTH, HEIGHT), &title, |pen| {
        let begin = legend(pen, data, &mean)?;
        let mut subtitles =
            vec![record::summary(data.marks.len(), &data.metric, data.best.as_ref())];
        subtitles.extend(record::fixed_text(&data.fixed, data.fixed_at_best));
        frame::title(pen, begin - 2.0 * MARGIN, &title)?;
        frame::subtitles(pen, WIDTH - 2.0 * MARGIN, &subtitles)?;

        let (top, height) = (HEADER + 26.0, HEIGHT - HEADER - 26.0 - 74.0);
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

fn legend(pen: &mut Pen<'_>, data: &ContourData, mean: &ColorScale) -> Result<f64, PlotError> {
    let has = |wanted: fn(&MarkState) -> bool| data.marks.iter().any(|m| wanted(&m.state));
    let mut entries = Vec::new();
    if has(|s| matches!(s, MarkState::Complete(_))) {
        let key = Key::Mark(complete_mark(6.0, mean.color(0.5)));
        entries.push((key, "trial, in the colour of its value".to_owned()));
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

fn complete_mark(radius: f64, fill: RGBColor) -> MarkLook {
    MarkLook { shape: Shape::Circle, radius, fill, edge: theme::PAPER, edge_width: 3.4 }
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
        let (color, halo) = scale.contrast(tick.position);
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
            let _ = halo;
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

fn color_bar(pen: &Pen<'_>, scale: &ColorScale, frame: Rect) -> Result<(), PlotError> {
    let bar = Rect { left: frame.right() + 14.0, width: BAR, ..frame };
    for k in 0..SHADES {
        let bottom = k as f64 / SHADES as f64;
        let (left, top) = bar.at(0.0, 1.0f64.min((k + 1) as f64 / SHADES as f64));
        let height = bar.at(0.0, bottom).1 - top + if k == 0 { 0.0 } else { 0.5 };
        let shade = Rect { left, top, width: BAR, height };
        pen.rect(shade, scale.color((k as f64 + 0.5) / SHADES as f64).mix(1.0))?;
    }
    for tick in scale.axis.ticks(frame::vertical_target(frame.height)) {
        let (x, y) = bar.at(1.0, tick.position);
        let Some(label) = tick.label else { continue };
        pen.line(&[(x, y), (x + 4.0, y)], theme::AXIS.mix(1.0), 1.0)?;
        pen.text(&label, (x + 9.0, y), frame::tick_look())?;
    }
    Ok(())
}

/// Where a mark is drawn. Marks on levels are spread within their cell, or they would hide each
/// other: additive recurrence by the golden and the plastic ratio, steady as trials are added.
fn place(data: &ContourData, mark: &Mark, frame: Rect) -> Point {
    let spread = |axis: &Axis, ratio: f64| match &axis.kind {
        AxisKind::Levels(levels) => {
            ((mark.number.0 as f64 * ratio).fract() - 0.5) * 0.7 / levels.len() as f64
        }
        _ => 0.0,
    };
    let (dx, dy) = (spread(&data.x, 0.754_877_666), spread(&data.y, 0.618_033_988));
    frame.at(mark.x + dx, mark.y + dy)
}

/// Failed and pruned trials below, complete ones above, the best on top.
fn marks(pen: &mut Pen<'_>, data: &ContourData, places: &[Point], color: impl Fn(f64) -> RGBColor) {
    let radius = frame::mark_radius(data.marks.len());
    let small = |look: MarkLook| MarkLook { radius: radius + 0.5, ..look };
    let best = data.best.as_ref().map(|b| b.0);
    for (mark, &at) in data.marks.iter().zip(places) {
        let look = match mark.state {
            MarkState::Failed => small(FAILED_MARK),
            MarkState::Pruned => small(PRUNED_MARK),
            MarkState::Complete(_) => continue,
        };
        pen.mark(at, look, Some(&mark.hover));
    }
    for (mark, &at) in data.marks.iter().zip(places) {
        if let MarkState::Complete(value) = mark.state
            && Some(mark.number) != best
        {
            pen.mark(at, complete_mark(radius, color(value)), Some(&mark.hover));
        }
    }
    for (mark, &at) in data.marks.iter().zip(places) {
        if Some(mark.number) == best {
            pen.mark(at, BEST_MARK, Some(&mark.hover));
        }
    }
}
