//! Points of a space at which an objective is tried before a study begins.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::space::{Domain, INACTIVE, Params, SearchSpace};

/// Random points beside the chosen ones.
const RANDOM_POINTS: usize = 16;

/// Points in all, and values times parameters at all of them: what is far beyond a real study is tried
/// at fewer points, so that it still loads in a second.
const MOST_POINTS: usize = 20_000;
const MOST_WORK: usize = 100_000_000;

/// The centre, the two extreme corners, some random points, and every parameter at each of its ends
/// or choices with the others at the centre (or, if it is inactive there, at the first of the other
/// points where it is not); always the same ones, but for those that break a constraint. `size` is the
/// number of values in the objective.
pub(super) fn points(space: &SearchSpace, size: usize) -> impl Iterator<Item = Params> {
    let width = space.len();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut chosen: Vec<Vec<f64>> = [0.5, 0.0, 1.0].map(|u| vec![u; width]).into();
    chosen.extend((0..RANDOM_POINTS).map(|_| (0..width).map(|_| rng.random()).collect()));
    let bases = chosen.clone();
    let one_at_a_time = (0..width).flat_map(move |column| {
        let active = |unit: &&Vec<f64>| {
            !space.may_be_inactive(column) || space.snap(unit)[column] != INACTIVE
        };
        let base = bases.iter().find(active).unwrap_or(&bases[0]).clone();
        coordinates(&space.parameters()[column].domain).map(move |u| {
            let mut unit = base.clone();
            unit[column] = u;
            unit
        })
    });
    chosen
        .into_iter()
        .chain(one_at_a_time)
        .take((MOST_WORK / (size * width).max(1)).clamp(RANDOM_POINTS, MOST_POINTS))
        .map(|unit| space.snap(&unit))
        .filter(|unit| space.is_feasible(unit))
        .map(|unit| space.decode(&unit))
}

/// Each choice, or both ends of a range.
fn coordinates(domain: &Domain) -> impl Iterator<Item = f64> {
    let (count, start, gap) = match domain {
        Domain::Float(_) | Domain::Int(_) => (2, 0.0, 1.0),
        Domain::Categorical(_) | Domain::Bool | Domain::Ordinal(_) => {
            let levels = domain.levels().unwrap_or(1);
            (levels, 0.5 / levels as f64, 1.0 / levels as f64)
        }
    };
    (0..count).map(move |k| start + gap * k as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{CategoricalDomain, IntDomain, ParamValue, Parameter, Scale};

    #[test]
    fn every_end_and_every_choice_is_tried() {
        let kinds: Vec<ParamValue> = (0..50).map(ParamValue::Int).collect();
        let domains = [
            ("n", Domain::Int(IntDomain::new(1, 1000, Scale::Log, 1).unwrap())),
            ("kind", Domain::Categorical(CategoricalDomain::new(kinds.clone()).unwrap())),
            ("flag", Domain::Bool),
        ];
        let space =
            SearchSpace::new(domains.map(|(name, domain)| Parameter::new(name, domain)).into())
                .unwrap();
        let points: Vec<Params> = points(&space, 5).collect();
        assert_eq!(points.len(), 3 + RANDOM_POINTS + 2 + 50 + 2);
        let tried = |name: &str, value: &ParamValue| {
            points.iter().any(|params| params.get(name) == Some(value))
        };
        assert!(tried("n", &ParamValue::Int(1)) && tried("n", &ParamValue::Int(1000)));
        assert!(kinds.iter().all(|kind| tried("kind", kind)));
        assert!(tried("flag", &ParamValue::Bool(false)) && tried("flag", &ParamValue::Bool(true)));
    }
}
