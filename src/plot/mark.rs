//! The marks that stand for trials: their forms, and the looks that all pictures share.

use plotters::style::RGBColor;

use super::theme;

/// Form of a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Circle,
    Square,
    Diamond,
    Triangle,
    Star,
    Cross,
}

/// How a mark looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkLook {
    pub(super) shape: Shape,
    /// Half its extent in pixels.
    pub(super) radius: f64,
    pub(super) fill: RGBColor,
    pub(super) edge: RGBColor,
    /// Width of its edge in pixels.
    pub(super) edge_width: f64,
}

impl Shape {
    /// The SVG element's name and the attributes that give its form, around a point and with half
    /// its extent in the document's units.
    pub(super) fn element(self, (x, y): (i32, i32), radius: i32) -> (&'static str, String) {
        let path = |corners: &[(f64, f64)]| {
            let corner = |&(dx, dy): &(f64, f64)| {
                let along = |start: i32, d: f64| f64::from(start) + d * f64::from(radius);
                format!("{:.0} {:.0}", along(x, dx), along(y, dy))
            };
            let corners: Vec<String> = corners.iter().map(corner).collect();
            ("path", format!("d=\"M{}Z\"", corners.join("L")))
        };
        match self {
            Self::Circle => ("circle", format!("cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"")),
            Self::Square => path(&[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]),
            Self::Diamond => path(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
            Self::Triangle => path(&[(0.0, -1.1), (1.1, 0.85), (-1.1, 0.85)]),
            Self::Star => path(&star()),
            Self::Cross => path(&cross()),
        }
    }
}

/// Corners of a five-pointed star.
fn star() -> [(f64, f64); 10] {
    std::array::from_fn(|k| {
        let radius = if k % 2 == 0 { 1.0 } else { 0.45 };
        let angle = std::f64::consts::PI * (k as f64 / 5.0 - 0.5);
        (radius * angle.cos(), radius * angle.sin())
    })
}

/// Corners of an ×, its arms 0.3 wide.
fn cross() -> [(f64, f64); 12] {
    const A: f64 = 0.82; // far corner of an arm
    const B: f64 = 0.58; // near corner of an arm
    const C: f64 = 0.24; // inner corner
    [
        (-A, -B),
        (-B, -A),
        (0.0, -C),
        (B, -A),
        (A, -B),
        (C, 0.0),
        (A, B),
        (B, A),
        (0.0, C),
        (-B, A),
        (-A, B),
        (-C, 0.0),
    ]
}

/// The best trial's star.
pub(super) const BEST_MARK: MarkLook = MarkLook {
    shape: Shape::Star,
    radius: 12.0,
    fill: theme::BEST,
    edge: theme::PAPER,
    edge_width: 2.6,
};

/// A failed trial's ×.
pub(super) const FAILED_MARK: MarkLook = MarkLook {
    shape: Shape::Cross,
    radius: 7.0,
    fill: theme::FAILED,
    edge: theme::PAPER,
    edge_width: 2.0,
};

/// A pruned trial's triangle.
pub(super) const PRUNED_MARK: MarkLook = MarkLook {
    shape: Shape::Triangle,
    radius: 6.0,
    fill: theme::PRUNED,
    edge: theme::PAPER,
    edge_width: 2.0,
};

/// More marks than this are drawn small, without edges, and say only their first line.
const CROWD: usize = 1000;

/// The look at a size that suits `count` marks; as it is where they are few.
pub(super) fn crowded(look: MarkLook, count: usize) -> MarkLook {
    let (size, edge) = match count {
        0..=80 => (1.0, 1.0),
        81..=300 => (0.75, 0.75),
        301..=CROWD => (0.55, 0.5),
        _ => (0.3, 0.0),
    };
    MarkLook { radius: look.radius * size, edge_width: look.edge_width * edge, ..look }
}

/// As much of a hover text as suits `count` marks.
pub(super) fn hover_of(text: &str, count: usize) -> Option<&str> {
    if count > CROWD { text.lines().next() } else { Some(text) }
}
