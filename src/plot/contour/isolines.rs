//! Marching squares over a grid of predictions: filled regions, iso-lines, and where to label them.
//!
//! | symbol | meaning | range |
//! | --- | --- | --- |
//! | level | height of the surface, relative to its colour scale | `[0, 1]` |
//! | position | place along an axis | `[0, 1]` inside the frame |

use contour::ContourBuilder;

use super::super::pen::{Point, Rect};

/// A surface over the frame, its heights relative to the colour scale.
pub(super) struct Surface<'a> {
    /// Positions of columns and rows, ascending.
    pub(super) x: &'a [f64],
    pub(super) y: &'a [f64],
    /// Heights padded by one repeated row and column on each side, so that what marching squares
    /// does at its border falls outside the frame.
    padded: Vec<f64>,
}

impl<'a> Surface<'a> {
    /// `heights`: `y.len()` rows of `x.len()`, lowest row first.
    pub(super) fn new(x: &'a [f64], y: &'a [f64], heights: &[f64]) -> Self {
        let (columns, rows) = (x.len(), y.len());
        let inside = |i: usize, n: usize| i.saturating_sub(1).min(n - 1);
        let padded = (0..rows + 2)
            .flat_map(|row| (0..columns + 2).map(move |column| (row, column)))
            .map(|(row, column)| heights[inside(row, rows) * columns + inside(column, columns)])
            .collect();
        Self { x, y, padded }
    }

    /// Rings around everything at least as high as `level`, with holes as rings of their own, in
    /// pixels; they reach beyond the frame.
    pub(super) fn rings(&self, level: f64, frame: Rect) -> Vec<Vec<Point>> {
        let builder = ContourBuilder::new(self.x.len() + 2, self.y.len() + 2, true);
        // Fails only if the number of values is not columns × rows, which `new` ensures.
        let contours = builder.contours(&self.padded, &[level]).unwrap_or_default();
        let polygons = contours.iter().flat_map(|c| c.geometry().iter());
        let rings = polygons.flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        rings
            .map(|ring| {
                ring.coords()
                    // The value of padded cell i is at i + ½.
                    .map(|c| frame.at(place(self.x, c.x - 1.5), place(self.y, c.y - 1.5)))
                    .collect()
            })
            .collect()
    }

    /// The lines at `level` inside the frame, in pixels.
    pub(super) fn lines(&self, level: f64, frame: Rect) -> Vec<Vec<Point>> {
        let rings = self.rings(level, frame);
        rings.iter().flat_map(|ring| clip(ring, frame)).collect()
    }
}

/// Position of a fractional index, extrapolated by up to one cell.
fn place(positions: &[f64], index: f64) -> f64 {
    let last = positions.len() - 1;
    if last == 0 {
        return positions[0] + index;
    }
    let cell = (index.floor().max(0.0) as usize).min(last - 1);
    let (a, b) = (positions[cell], positions[cell + 1]);
    a + (index - cell as f64) * (b - a)
}

/// The parts of a path inside the frame.
fn clip(path: &[Point], frame: Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in path.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], frame) else {
            open = false;
            continue;
        };
        match parts.last_mut().filter(|_| open) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    // A closed path that starts inside is one part, not two that meet at the start.
    if parts.len() > 1 && parts[0].first() == parts.last().and_then(|p| p.last()) {
        let first = parts.remove(0);
        if let Some(last) = parts.last_mut() {
            last.extend(&first[1..]);
        }
    }
    parts
}

/// The part of a segment inside the frame: Y.-D. Liang, B. Barsky, "A new concept and method for
/// line clipping" (1984).
fn clip_segment(a: Point, b: Point, frame: Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let edges = [
        (-dx, a.0 - frame.left),
        (dx, frame.right() - a.0),
        (-dy, a.1 - frame.top),
        (dy, frame.bottom() - a.1),
    ];
    for (p, q) in edges {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    let from = if enter > 0.0 { at(enter) } else { a };
    let to = if leave < 1.0 { at(leave) } else { b };
    (enter < leave).then_some((from, to))
}

/// Where a line carries its label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LabelPlace {
    /// Middle of the label.
    pub(super) at: Point,
    /// Slope of the text in degrees clockwise, within ±90.
    pub(super) degrees: f64,
    /// Arc length along the line where the label begins and ends.
    pub(super) gap: (f64, f64),
}

/// Distance of a label from the frame and from other labels, in pixels.
const CLEARANCE: f64 = 9.0;

/// The straightest stretch of a line that holds a label of `width` pixels inside the frame, clear
/// of the `taken` circles (centre and radius); `None` if the line is too short or has no such place.
pub(super) fn label_place(
    line: &[Point],
    width: f64,
    frame: Rect,
    taken: &[(Point, f64)],
) -> Option<LabelPlace> {
    let lengths = arc_lengths(line);
    let total = *lengths.last()?;
    // A label on a short line hides it.
    if total < 2.2 * width {
        return None;
    }
    let half = width / 2.0 + 3.0;
    let steps = ((total - 2.0 * half) / 6.0) as usize;
    let candidates = (0..=steps).filter_map(|i| {
        let middle = half + i as f64 * 6.0;
        let (from, to) =
            (along(line, &lengths, middle - half), along(line, &lengths, middle + half));
        let at = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let clear = (0..=6).all(|k| {
            let t = f64::from(k) / 6.0;
            let p = (from.0 + t * dx, from.1 + t * dy);
            let inside = p.0 > frame.left + CLEARANCE
                && p.0 < frame.right() - CLEARANCE
                && p.1 > frame.top + CLEARANCE
                && p.1 < frame.bottom() - CLEARANCE;
            inside && taken.iter().all(|(c, r)| distance(p, *c) > r + CLEARANCE)
        });
        // 0 for a straight stretch; the line's detour over the chord otherwise.
        let bend = 2.0 * half / distance(from, to).max(1e-9) - 1.0;
        let off_middle = (middle / total - 0.5).abs();
        (clear && bend < 0.06).then_some((bend + 0.01 * off_middle, middle, at, dy.atan2(dx)))
    });
    let (_, middle, at, angle) = candidates.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let degrees = angle.to_degrees();
    // Never upside down.
    let degrees = match degrees {
        d if d > 90.0 => d - 180.0,
        d if d < -90.0 => d + 180.0,
        d => d,
    };
    let gap = (middle - half, middle + half);
    Some(LabelPlace { at, degrees, gap })
}

/// The line before and after its gap.
pub(super) fn without_gap(line: &[Point], (start, end): (f64, f64)) -> [Vec<Point>; 2] {
    let lengths = arc_lengths(line);
    let part = |inside: &dyn Fn(f64) -> bool| -> Vec<Point> {
        let points = line.iter().zip(&lengths);
        points.filter(|(_, s)| inside(**s)).map(|(p, _)| *p).collect()
    };
    let mut before = part(&|s| s < start);
    before.push(along(line, &lengths, start));
    let mut after = vec![along(line, &lengths, end)];
    after.extend(part(&|s| s > end));
    [before, after]
}

fn arc_lengths(line: &[Point]) -> Vec<f64> {
    let mut total = 0.0;
    let mut lengths = vec![0.0; line.len().min(1)];
    for pair in line.windows(2) {
        total += distance(pair[0], pair[1]);
        lengths.push(total);
    }
    lengths
}

/// The point at an arc length.
fn along(line: &[Point], lengths: &[f64], s: f64) -> Point {
    let next = lengths.partition_point(|&l| l < s).clamp(1, line.len() - 1);
    let (a, b) = (line[next - 1], line[next]);
    let (from, to) = (lengths[next - 1], lengths[next]);
    let t = if to > from { ((s - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
    (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 100.0, top: 50.0, width: 400.0, height: 300.0 };

    fn axis(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64 / (n - 1) as f64).collect()
    }

    /// A plane that rises from 0 at the left to 1 at the right: its lines are vertical.
    #[test]
    fn a_plane_has_straight_lines() {
        let (x, y) = (axis(9), axis(5));
        let heights: Vec<f64> = y.iter().flat_map(|_| x.iter().copied()).collect();
        let lines = Surface::new(&x, &y, &heights).lines(0.3, FRAME);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|p| (p.0 - 220.0).abs() < 1e-9), "{lines:?}");
        let ends = [lines[0][0].1, lines[0][lines[0].len() - 1].1];
        assert_eq!((ends[0].min(ends[1]), ends[0].max(ends[1])), (50.0, 350.0));
    }

    /// A cone: its lines are circles, closed where they fit into the frame.
    #[test]
    fn a_cone_has_round_lines() {
        let grid = axis(81);
        let heights: Vec<f64> = grid
            .iter()
            .flat_map(|y| grid.iter().map(move |x| 1.0 - (x - 0.5).hypot(y - 0.5)))
            .collect();
        let surface = Surface::new(&grid, &grid, &heights);
        let square = Rect { height: 400.0, ..FRAME };
        let circle = &surface.lines(0.7, square)[0];
        assert_eq!(circle.first(), circle.last());
        assert!(circle.iter().all(|&p| (distance(p, (300.0, 250.0)) - 120.0).abs() < 0.2));
        // Radius 240 around the middle of a 400 wide square leaves four corners.
        assert_eq!(surface.lines(0.4, square).len(), 4);
    }

    #[test]
    fn labels_keep_clear() {
        let line: Vec<Point> = (0..=50).map(|i| (120.0 + 7.0 * f64::from(i), 200.0)).collect();
        let taken = [((300.0, 200.0), 8.0)];
        let place = label_place(&line, 30.0, FRAME, &taken).unwrap();
        assert_eq!((place.at.1, place.degrees), (200.0, 0.0));
        assert!((place.at.0 - 300.0).abs() > 8.0 + 15.0 + CLEARANCE);
        let everywhere: Vec<(Point, f64)> = line.iter().map(|&p| (p, 8.0)).collect();
        assert_eq!(label_place(&line, 30.0, FRAME, &everywhere), None);
        assert_eq!(label_place(&line[..6], 30.0, FRAME, &[]), None);
        let [before, after] = without_gap(&line, place.gap);
        let gap = after[0].0 - before[before.len() - 1].0;
        assert!((gap - 36.0).abs() < 1e-9);
    }
}
