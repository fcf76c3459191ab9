//! Points that the space allows and that have not been tried: rejection, repair, and the list of what
//! is left.

use std::collections::HashSet;

use super::SamplerError;
use crate::space::SearchSpace;
use crate::trial::History;

/// Feasible candidates tried before the rest of the space is listed.
const CANDIDATES: usize = 64;

/// Candidates drawn in search of feasible ones before the first is repaired. Regions down to a
/// thousandth of the space are thus sampled as they are.
const DRAWS: usize = 4096;

/// Candidates repaired before giving up.
const REPAIRS: usize = 64;

/// Spaces with at most this many points are listed in full for the model to choose from.
const LISTED: u64 = 4096;

/// Spaces with at most this many are listed when nearly all of their points have been tried.
const LISTED_AT_LAST: u64 = 200_000;

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
}

/// The first of a few candidates that is feasible and not in the history, on its levels; if none is, an
/// unseen point picked from the list of a finite space by the first candidate's first coordinate, else
/// the first feasible candidate, seen or not.
///
/// `candidates` is endless, or at least not empty.
///
/// # Errors
/// [`SamplerError::NoFeasiblePoint`].
pub(super) fn choose(
    space: &SearchSpace,
    history: &History,
    candidates: impl IntoIterator<Item = Vec<f64>>,
) -> Result<Vec<f64>, SamplerError> {
    let mut drawn = candidates.into_iter().take(DRAWS).map(|unit| (unit[0], space.snap(&unit)));
    let mut refused = Vec::new();
    let mut feasible = drawn.by_ref().filter(|(_, unit)| {
        let fits = space.is_feasible(unit);
        if !fits && refused.len() < REPAIRS {
            refused.push(unit.clone());
        }
        fits
    });
    let first = feasible.next();
    if let Some((_, unit)) = &first
        && !space.may_repeat()
    {
        return Ok(unit.clone());
    }
    let seen = Seen::new(space, history);
    let more = feasible.by_ref().take(CANDIDATES - 1);
    let fresh = first.iter().cloned().chain(more).find(|(_, unit)| !seen.contains(unit));
    if let Some((_, unit)) = fresh {
        return Ok(unit);
    }
    let pick = first.as_ref().map_or(0.5, |(pick, _)| *pick);
    if let Some(mut rest) = list(space, &seen, LISTED_AT_LAST).filter(|rest| !rest.is_empty()) {
        let pick = (pick * rest.len() as f64) as usize;
        return Ok(rest.swap_remove(pick.min(rest.len() - 1)));
    }
    let repaired = || {
        let anchors = anchors(space, history);
        let repaired = refused.iter().zip(anchors.iter().cycle()).map(|(u, a)| repair(space, a, u));
        let mut all = repaired.collect::<Vec<_>>().into_iter();
        all.clone().find(|unit| !seen.contains(unit)).or_else(|| all.next())
    };
    let tried = DRAWS;
    first.map(|(_, unit)| unit).or_else(repaired).ok_or(SamplerError::NoFeasiblePoint { tried })
}

/// Feasible points: of the history, and the one that the space itself knows.
fn anchors(space: &SearchSpace, history: &History) -> Vec<Vec<f64>> {
    let tried = history.observations.iter().map(|o| &o.params).chain(&history.pending);
    let tried = tried.map(|params| space.encode(params)).filter(|unit| space.is_feasible(unit));
    // The latest first: neighbours of trials that other trials have not seen yet.
    let mut anchors: Vec<Vec<f64>> = tried.collect();
    anchors.reverse();
    anchors.truncate(REPAIRS);
    anchors.extend(space.feasible_point().ok().map(<[f64]>::to_vec));
    anchors
}

/// A feasible point on the way from a feasible one to another: coordinate by coordinate it goes there,
/// or half the way, or a quarter, as far as the constraints allow.
fn repair(space: &SearchSpace, anchor: &[f64], wanted: &[f64]) -> Vec<f64> {
    let mut unit = anchor.to_vec();
    for column in 0..unit.len() {
        for share in [1.0, 0.5, 0.25] {
            let mut moved = unit.clone();
            // Inactive coordinates jump: there is nothing between.
            moved[column] = if unit[column] < 0.0 || wanted[column] < 0.0 {
                wanted[column]
            } else {
                unit[column] + share * (wanted[column] - unit[column])
            };
            let moved = space.snap(&moved);
            if space.is_feasible(&moved) {
                unit = moved;
                break;
            }
        }
    }
    unit
}

/// All unseen feasible points of a small finite space, on their levels; `None` if it is not small.
pub(super) fn unseen(space: &SearchSpace, seen: &Seen) -> Option<Vec<Vec<f64>>> {
    list(space, seen, LISTED)
}

fn list(space: &SearchSpace, seen: &Seen, most: u64) -> Option<Vec<Vec<f64>>> {
    space.cardinality().filter(|&n| n <= most)?;
    let mut points = space.points()?;
    points.retain(|point| !seen.contains(point));
    Some(points)
}

fn bits(unit: &[f64]) -> Vec<u64> {
    unit.iter().map(|u| u.to_bits()).collect()
}
