//! The drawing surface: plotters' SVG backend between two layers of our own.
//!
//! plotters draws lines, shapes and level text. What it has no words for goes into elements written
//! here: filled regions with holes (below its drawing), text at an angle, and marks with a hover
//! text (above it). The three are put together once, as sibling elements of one document.
//!
//! plotters counts in whole pixels, which is too coarse for curves and text. The document's
//! coordinate system is therefore [`FINE`] times finer than its size in pixels. Everything outside
//! this file speaks pixels.

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::mark::MarkLook;
use super::xml::{clean, escaped, hex};
use super::{Picture, PlotError, Raster, font, theme};

/// Drawing units per pixel.
const FINE: f64 = 10.0;

/// A point in pixels from the top left corner.
pub(super) type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The point at a position along the axes: (0, 0) bottom left, (1, 1) top right.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (self.left + x * self.width, self.bottom() - y * self.height)
    }
}

/// Which end of a text lies at its point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextLook {
    /// Font size in pixels.
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
    pub(super) align: Align,
}

impl TextLook {
    pub(super) fn new(size: f64, color: RGBColor) -> Self {
        Self { size, bold: false, color, align: Align::Left }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// Draws one picture.
pub(super) struct Pen<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    below: String,
    above: String,
}

/// Makes a picture of `width × height` pixels; `summary` says in one line what it shows, for people
/// who cannot see it.
pub(super) fn draw(
    (width, height): (f64, f64),
    summary: &str,
    content: impl FnOnce(&mut Pen<'_>) -> Result<(), PlotError>,
) -> Result<Picture, PlotError> {
    if !font::register() {
        return Err(PlotError::Draw { reason: "the embedded font cannot be read".to_owned() });
    }
    let (fine_width, fine_height) = (fine(width) as u32, fine(height) as u32);
    let mut lines = String::new();
    let (below, above) = {
        let backend = SVGBackend::with_string(&mut lines, (fine_width, fine_height));
        let mut pen =
            Pen { area: backend.into_drawing_area(), below: String::new(), above: String::new() };
        content(&mut pen)?;
        pen.area.present().map_err(failed)?;
        (pen.below, pen.above)
    };
    let (summary, paper, family) = (escaped(summary), hex(theme::PAPER), font::FAMILY);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {fine_width} {fine_height}\" role=\"img\" aria-label=\"{summary}\" \
         font-family=\"{family}\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\n{below}{lines}{above}</svg>\n"
    );
    Ok(Picture { svg })
}

impl Pen<'_> {
    pub(super) fn line(
        &self,
        points: &[Point],
        color: RGBAColor,
        width: f64,
    ) -> Result<(), PlotError> {
        let path = points.iter().map(|&p| fine_point(p)).collect::<Vec<_>>();
        let style = color.stroke_width(fine(width) as u32);
        self.area.draw(&PathElement::new(path, style)).map_err(failed)
    }

    /// A line of dashes and gaps, in pixels.
    pub(super) fn dashed(
        &self,
        points: &[Point],
        color: RGBAColor,
        width: f64,
        (dash, gap): (f64, f64),
    ) -> Result<(), PlotError> {
        let path = points.iter().map(|&p| fine_point(p)).collect::<Vec<_>>();
        let style = color.stroke_width(fine(width) as u32);
        let (dash, gap) = (fine(dash), fine(gap));
        let element = DashedPathElement::new(path, dash, gap, style);
        self.area.draw(&element).map_err(failed)
    }

    pub(super) fn rect(&self, rect: Rect, color: RGBAColor) -> Result<(), PlotError> {
        let corners =
            [fine_point((rect.left, rect.top)), fine_point((rect.right(), rect.bottom()))];
        self.area.draw(&Rectangle::new(corners, color.filled())).map_err(failed)
    }

    pub(super) fn polygon(&self, points: &[Point], color: RGBAColor) -> Result<(), PlotError> {
        let path = points.iter().map(|&p| fine_point(p)).collect::<Vec<_>>();
        self.area.draw(&Polygon::new(path, color)).map_err(failed)
    }

    /// One line of text whose middle height lies at the point.
    pub(super) fn text(&self, text: &str, at: Point, look: TextLook) -> Result<(), PlotError> {
        self.plain_text(text, at, look, FontTransform::None)
    }

    /// The same, reading upwards.
    pub(super) fn text_upwards(
        &self,
        text: &str,
        at: Point,
        look: TextLook,
    ) -> Result<(), PlotError> {
        self.plain_text(text, at, look, FontTransform::Rotate270)
    }

    fn plain_text(
        &self,
        text: &str,
        at: Point,
        look: TextLook,
        transform: FontTransform,
    ) -> Result<(), PlotError> {
        let side = match look.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style =
            font_of(look).transform(transform).color(&look.color).pos(Pos::new(side, VPos::Center));
        let element = Text::new(clean(text), fine_point(at), style);
        self.area.draw(&element).map_err(failed)
    }

    /// Width of a text in pixels.
    pub(super) fn width(&self, text: &str, look: TextLook) -> f64 {
        text_width(text, look)
    }

    /// The text, or as much of its two ends as fits into `width` pixels, with an ellipsis between:
    /// for names, which often differ at their ends.
    pub(super) fn elide(&self, text: &str, width: f64, look: TextLook) -> String {
        self.fit(text, width, look, |letters, kept| {
            let head: String = letters[..kept.div_ceil(2)].iter().collect();
            let tail: String = letters[letters.len() - kept / 2..].iter().collect();
            format!("{}…{}", head.trim_end(), tail.trim_start())
        })
    }

    /// The text, or as much of its beginning as fits into `width` pixels, with an ellipsis.
    pub(super) fn elide_end(&self, text: &str, width: f64, look: TextLook) -> String {
        self.fit(text, width, look, |letters, kept| {
            let head: String = letters[..kept].iter().collect();
            format!("{}…", head.trim_end())
        })
    }

    fn fit(
        &self,
        text: &str,
        width: f64,
        look: TextLook,
        shortened: impl Fn(&[char], usize) -> String,
    ) -> String {
        /// No line of a picture holds more letters.
        const MOST: usize = 1000;
        let letters: Vec<char> = text.chars().collect();
        if letters.len() <= MOST && self.width(text, look) <= width {
            return text.to_owned();
        }
        // The width grows with the letters kept: bisect for the most that fit.
        let (mut fits, mut too_many) = (0, letters.len().min(MOST));
        while too_many - fits > 1 {
            let middle = (fits + too_many) / 2;
            if self.width(&shortened(&letters, middle), look) <= width {
                fits = middle;
            } else {
                too_many = middle;
            }
        }
        shortened(&letters, fits)
    }

    /// Fills the inside of rings (even-odd rule: a ring in a ring is a hole), below everything
    /// else. Rings in pixels; what lies outside `frame` is cut off.
    pub(super) fn regions(&mut self, frame: Rect, regions: &[(Vec<Vec<Point>>, RGBColor)]) {
        let (left, top) = fine_point((frame.left, frame.top));
        let (width, height) = (fine(frame.width), fine(frame.height));
        // A nested viewport clips without an id that could clash on a page with several pictures.
        let _ = writeln!(
            self.below,
            "<svg x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{left} {top} {width} {height}\" fill-rule=\"evenodd\">"
        );
        for (rings, color) in regions {
            let _ = write!(self.below, "<path fill=\"{}\" d=\"", hex(*color));
            for ring in rings {
                let mut previous: Option<(i32, i32)> = None;
                for &point in ring {
                    let (x, y) = fine_point(point);
                    // Relative steps are short to write: half the size of the file.
                    let _ = match previous {
                        None => write!(self.below, "M{x} {y}l"),
                        Some((px, py)) => write!(self.below, "{} {} ", x - px, y - py),
                    };
                    previous = Some((x, y));
                }
                self.below.push('Z');
            }
            self.below.push_str("\"/>\n");
        }
        self.below.push_str("</svg>\n");
    }

    /// Centred text at an angle (degrees clockwise) with a halo, above everything so far.
    pub(super) fn text_along(
        &mut self,
        text: &str,
        (x, y): Point,
        degrees: f64,
        look: TextLook,
        halo: RGBColor,
    ) {
        let (x, y) = fine_point((x, y));
        let (size, weight) = (fine(look.size), if look.bold { "bold" } else { "normal" });
        let _ = writeln!(
            self.above,
            "<text x=\"{x}\" y=\"{y}\" dy=\"0.36em\" text-anchor=\"middle\" font-size=\"{size}\" \
             font-weight=\"{weight}\" fill=\"{}\" stroke=\"{}\" stroke-opacity=\"0.75\" \
             stroke-width=\"30\" paint-order=\"stroke\" \
             transform=\"rotate({degrees:.1} {x} {y})\">{}</text>",
            hex(look.color),
            hex(halo),
            escaped(text)
        );
    }

    /// An image, above everything so far, with a text shown while the pointer rests on it. Pixels of
    /// an enlarged one stay square.
    pub(super) fn image(
        &mut self,
        rect: Rect,
        image: &Raster,
        hover: &str,
    ) -> Result<(), PlotError> {
        let (x, y) = fine_point((rect.left, rect.top));
        let (width, height) = (fine(rect.width), fine(rect.height));
        let rendering =
            if f64::from(image.width()) < rect.width { "optimizeSpeed" } else { "auto" };
        let _ = writeln!(
            self.above,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             image-rendering=\"{rendering}\" href=\"{}\"><title>{}</title></image>",
            image.data_uri()?,
            escaped(hover)
        );
        Ok(())
    }

    /// A mark, above everything so far, with a text shown while the pointer rests on it.
    pub(super) fn mark(&mut self, at: Point, look: MarkLook, hover: Option<&str>) {
        let (x, y) = fine_point(at);
        let (tag, form) = look.shape.element((x, y), fine(look.radius));
        let (fill, edge, edge_width) = (hex(look.fill), hex(look.edge), fine(look.edge_width));
        // Half of an edge lies outside and is seen; the fill covers the other half.
        let _ = write!(
            self.above,
            "<{tag} {form} fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"{edge_width}\" \
             paint-order=\"stroke\""
        );
        let _ = match hover {
            Some(text) => writeln!(self.above, "><title>{}</title></{tag}>", escaped(text)),
            None => writeln!(self.above, "/>"),
        };
    }
}

/// Width of a text in pixels; 0 if the font cannot be read.
pub(super) fn text_width(text: &str, look: TextLook) -> f64 {
    if !font::register() {
        return 0.0;
    }
    font_of(look).box_size(&clean(text)).map_or(0.0, |(width, _)| f64::from(width) / FINE)
}

fn fine(pixels: f64) -> i32 {
    (pixels * FINE).round() as i32
}

fn fine_point((x, y): Point) -> (i32, i32) {
    (fine(x), fine(y))
}

fn font_of(look: TextLook) -> FontDesc<'static> {
    let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
    // plotters' font sizes are heights of a line: it divides by 1.24 for the SVG's size of an em.
    FontDesc::new(FontFamily::Name(font::FAMILY), look.size * FINE * 1.24, style)
}

fn failed(error: impl std::fmt::Display) -> PlotError {
    PlotError::Draw { reason: error.to_string() }
}
