//! Keeps a finite space from being asked the same twice.

use std::collections::HashSet;

use crate::space::SearchSpace;
use crate::trial::History;

/// Candidates tried before the rest of the space is listed.
const CANDIDATES: usize = 64;

/// Spaces with at most this many points are listed in full.
const LISTED: u64 = 4096;

/// Points of a finite space that have been evaluated or are being so.
pub(super) struct Seen(HashSet<Vec<u64>>);

impl Seen {
    pub(super) fn new(space: &SearchSpace, history: &History) -> Self {
        let finished = history.observations.iter().map(|o| &o.params);
        let all = finished.chain(&history.pending);
        Self(all.map(|params| bits(&space.encode(params))).collect())
    }

    /// Whether `unit`, on its levels, has been seen.
    pub(super) fn contains(&self, unit: &[f64]) -> bool {
        self.0.contains(&bits(unit))
    }

    /// The points seen, on their levels, in no order.
    pub(super) fn points(&self) -> Vec<Vec<f64>> {
        let points = self.0.iter();
        points.map(|bits| bits.iter().map(|&u| f64::from_bits(u)).collect()).collect()
    }
}

/// The first of at most [`CANDIDATES`] points of the unit cube that decodes to parameters not in the
/// history; if there is none in a small space, an unseen point picked by the first candidate's first
/// coordinate; the first candidate when all has been seen, or in a space with a continuous parameter.
///
/// `candidates` must not be empty.
pub(super) fn choose(
    space: &SearchSpace,
    history: &History,
    candidates: impl IntoIterator<Item = Vec<f64>>,
) -> Vec<f64> {
    let mut candidates = candidates.into_iter().take(CANDIDATES);
    let first = candidates.next().unwrap_or_else(|| vec![0.5; space.len()]);
    if space.cardinality().is_none() {
        return first;
    }
    let seen = Seen::new(space, history);
    let fresh = std::iter::once(first.clone())
        .chain(candidates)
        .find(|unit| !seen.contains(&space.snap(unit)));
    fresh.unwrap_or_else(|| {
        let mut rest = unseen(space, &seen).unwrap_or_default();
        if rest.is_empty() {
            return first;
        }
        let pick = (first[0] * rest.len() as f64) as usize;
        rest.swap_remove(pick.min(rest.len() - 1))
    })
}

/// All unseen points of a small finite space, on their levels; `None` if it is not small.
pub(super) fn unseen(space: &SearchSpace, seen: &Seen) -> Option<Vec<Vec<f64>>> {
    space.cardinality().filter(|&n| n <= LISTED)?;
    let mut points = vec![Vec::new()];
    for parameter in space.parameters() {
        let levels = parameter.domain.level_units()?;
        let longer = points.iter().flat_map(|point| {
            levels.iter().map(move |&u| {
                let mut point = point.clone();
                point.push(u);
                point
            })
        });
        points = longer.collect();
    }
    points.retain(|point| !seen.contains(point));
    Some(points)
}

fn bits(unit: &[f64]) -> Vec<u64> {
    unit.iter().map(|u| u.to_bits()).collect()
}
