//! Points of a space at which an objective is tried before a study begins.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::space::{Domain, Params, SearchSpace};

/// Random points beside the chosen ones.
const RANDOM_POINTS: usize = 16;

/// Values bound in all, so that a huge objective on a huge space still loads at once.
const MOST_WORK: usize = 2_000_000;

/// The centre, the two extreme corners, every parameter at each of its ends or choices with the
/// others at the centre, and some random points; always the same ones. `size` is the number of values
/// in the objective.
pub(super) fn points(space: &SearchSpace, size: usize) -> impl Iterator<Item = Params> {
    let width = space.len();
    let corners = [0.5, 0.0, 1.0].into_iter().map(move |u| vec![u; width]);
    let one_at_a_time = (0..width).flat_map(move |column| {
        coordinates(&space.parameters()[column].domain).map(move |u| {
            let mut unit = vec![0.5; width];
            unit[column] = u;
            unit
        })
    });
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let random = (0..RANDOM_POINTS).map(move |_| (0..width).map(|_| rng.random()).collect());
    corners
        .chain(one_at_a_time)
        .chain(random)
        .take((MOST_WORK / (size + width)).max(RANDOM_POINTS))
        .map(|unit: Vec<f64>| space.decode(&unit))
}

/// Each choice, or both ends of a range.
fn coordinates(domain: &Domain) -> impl Iterator<Item = f64> {
    let choices = match domain {
        Domain::Categorical(_) | Domain::Bool | Domain::Ordinal(_) => domain.levels(),
        Domain::Float(_) | Domain::Int(_) => None,
    };
    let (count, offset) = match choices {
        Some(levels) => (levels, 0.5 / levels as f64),
        None => (2, 0.0),
    };
    let gap = match choices {
        Some(levels) => 1.0 / levels as f64,
        None => 1.0,
    };
    (0..count).map(move |k| offset + gap * k as f64)
}
