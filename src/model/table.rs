//! Trials as a model takes them: columns, points of the unit cube, losses.

use crate::gp::{Column, DMatrix, DVector, Values};
use crate::space::{Parameter, Params, SearchSpace};
use crate::trial::{History, Observation};

use super::warp::Warp;

/// Ordered domains with more levels are searched on an even choice of this many.
const MAX_LEVELS: u64 = 1024;

/// Most observations that a model for pictures and predictions is fitted to. Time grows with their
/// cube: at this many a fit takes seconds.
pub(super) const MAX_OBSERVATIONS: usize = 2000;

/// Trials with a finite loss, and those losses, in the order of finishing.
pub(super) fn measured(history: &History) -> (Vec<&Params>, Vec<f64>) {
    let observations = history.observations.iter();
    observations.filter_map(|o| Some((&o.params, finite_loss(o)?))).unzip()
}

pub(super) fn finite_loss(observation: &Observation) -> Option<f64> {
    observation.loss.filter(|loss| loss.is_finite())
}

pub(super) fn has_choices(space: &SearchSpace) -> bool {
    space.parameters().iter().any(|p| !p.domain.is_ordered())
}

/// Columns, points and warped losses of at most `most` trials.
pub(super) fn table(
    space: &SearchSpace,
    params: &[&Params],
    losses: &[f64],
    warp: Warp,
    most: usize,
) -> (Vec<Column>, DMatrix<f64>, DVector<f64>) {
    let kept = representatives(losses, most);
    let units: Vec<Vec<f64>> = kept.iter().map(|&i| space.encode(params[i])).collect();
    let columns = space.parameters().iter().map(column).collect();
    let y = kept.iter().map(|&i| warp.apply(losses[i]));
    (columns, rows(&units, space.len()), DVector::from_iterator(kept.len(), y))
}

/// Indices, ascending, of the trials a model is fitted to: all of them, or the best ones for half of
/// `most` and an even choice of the rest by loss.
fn representatives(losses: &[f64], most: usize) -> Vec<usize> {
    let n = losses.len();
    let mut order: Vec<usize> = (0..n).collect();
    if n > most {
        order.sort_by(|&a, &b| losses[a].total_cmp(&losses[b]));
        let half = most / 2;
        let others = (0..most - half).map(|i| order[half + i * (n - half) / (most - half)]);
        order = order[..half].iter().copied().chain(others).collect();
        order.sort_unstable();
    }
    order
}

/// The points as rows of a matrix with `d` columns; ½ where a point is too short.
pub(super) fn rows(points: &[Vec<f64>], d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), d, |i, k| points[i].get(k).copied().unwrap_or(0.5))
}

/// How the coordinate of a parameter may move.
fn column(parameter: &Parameter) -> Column {
    let values = match (&parameter.domain, parameter.domain.levels()) {
        (_, None) => Values::Continuous,
        (domain, _) if !domain.is_ordered() => {
            Values::Categorical(domain.level_units().unwrap_or_default())
        }
        (domain, Some(count)) if count <= MAX_LEVELS => {
            Values::Ordered(domain.level_units().unwrap_or_default())
        }
        (domain, Some(_)) => {
            let even = (0..=MAX_LEVELS).map(|i| i as f64 / MAX_LEVELS as f64);
            let mut levels: Vec<f64> = even.map(|u| domain.snap(u)).collect();
            levels.dedup();
            Values::Ordered(levels)
        }
    };
    Column { values, conditional: parameter.condition.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_observations_are_thinned_to_the_best_and_some_of_all() {
        let losses: Vec<f64> = (0..7001).map(|i| f64::from(i * 3001 % 7001)).collect();
        let kept = representatives(&losses, 2000);
        assert_eq!(kept.len(), 2000);
        assert!(kept.is_sorted_by(|a, b| a < b));
        let mut values: Vec<f64> = kept.iter().map(|&i| losses[i]).collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values[..1000], (0..1000).map(f64::from).collect::<Vec<_>>());
        assert!(values[1999] > 6990.0);
        assert_eq!(representatives(&losses[..2000], 2000), (0..2000).collect::<Vec<_>>());
    }

    #[test]
    fn huge_domains_become_columns_of_their_own_levels() {
        use crate::space::{Domain, IntDomain, Scale};
        let domain = Domain::Int(IntDomain::new(1, 1 << 40, Scale::Log, 1).unwrap());
        let column = column(&Parameter::new("n", domain.clone()));
        let Values::Ordered(levels) = column.values else { panic!("not ordered") };
        assert!(levels.len() > 900 && levels.len() <= 1025, "{}", levels.len());
        assert!(levels.is_sorted_by(|a, b| a < b));
        assert!(levels.iter().all(|&u| domain.snap(u) == u));
        assert_eq!(domain.decode(levels[0]), domain.decode(0.0));
        assert_eq!(domain.decode(levels[levels.len() - 1]), domain.decode(1.0));
    }
}
