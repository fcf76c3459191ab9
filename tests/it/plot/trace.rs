use proptest::prelude::*;
use surmise::plot::{MarkState, TraceAxis, TraceData};
use surmise::trial::{Direction, Origin, TrialState};

use super::fixtures::*;

#[test]
fn holds_everything_the_picture_shows() {
    let (spec, trials) = avatars();
    insta::assert_debug_snapshot!(TraceData::new(&spec, &trials[..7], TraceAxis::Number));
}

#[test]
fn time_counts_from_the_first_asking_to_each_end() {
    let (spec, mut trials) = avatars();
    // Trial 6 takes long and ends after trial 7.
    trials[6].finished_at = Some(surmise::trial::Timestamp(trials[8].asked_at.0));
    trials[9].state = TrialState::Running;
    let data = TraceData::new(&spec, &trials, TraceAxis::Time);
    let order: Vec<u64> = data.points.iter().map(|p| p.number.0).collect();
    assert_eq!(order[..9], [0, 1, 2, 3, 4, 5, 7, 6, 8]);
    assert!(!order.contains(&9));
    assert_eq!(data.points[0].x, 42.0);
    assert_eq!(data.points[7].x, 8.0 * 43.0);
    assert_eq!(data.model_begins, Some((5.0 * 43.0, vec!["sobol"])));
}

#[test]
fn without_a_model_nothing_takes_over() {
    let (spec, mut trials) = avatars();
    for trial in &mut trials {
        trial.origin = Some(Origin::Random);
    }
    let data = TraceData::new(&spec, &trials, TraceAxis::Number);
    assert_eq!(data.model_begins, None);
    let empty = TraceData::new(&spec, &[], TraceAxis::Time);
    assert!(empty.points.is_empty() && empty.summary.best.is_none());
}

#[test]
fn every_kind_of_origin_has_its_name_in_the_legend() {
    let (spec, mut trials) = avatars();
    for number in [0, 2, 4] {
        trials[number].origin = Some(Origin::Guess);
    }
    trials[8].origin = Some(Origin::Fallback { reason: "no observations".into() });
    let data = TraceData::new(&spec, &trials, TraceAxis::Number);
    assert_eq!(data.model_begins, Some((4.5, vec!["guess", "sobol"])));
    let svg = data.draw().unwrap().svg;
    for name in ["\nguess, Sobol\n", "\nguess, Sobol, fallback\n"] {
        assert!(svg.contains(name), "no {name:?}");
    }
}

proptest! {
    #[test]
    fn the_best_so_far_only_improves(
        values in prop::collection::vec(prop::option::of(-3i32..4), 0..40),
        maximize in any::<bool>(),
    ) {
        let (mut spec, _) = avatars();
        spec.direction = if maximize { Direction::Maximize } else { Direction::Minimize };
        let params = spec.space.decode(&[0.5, 0.5]);
        let state = |v: &Option<i32>| match v {
            Some(v) => TrialState::Complete { value: f64::from(*v) },
            None => TrialState::Pruned,
        };
        let trials: Vec<_> = (0..)
            .zip(&values)
            .map(|(k, v)| trial(k, params.clone(), state(v), 3))
            .collect();
        let data = TraceData::new(&spec, &trials, TraceAxis::Number);
        let steps = &data.best_so_far;
        prop_assert!(steps.windows(2).all(|s| s[0].0 < s[1].0));
        prop_assert!(steps.windows(2).all(|s| spec.direction.is_better(s[1].1, s[0].1)));
        let losses = values.iter().flatten().map(|&v| spec.direction.loss(f64::from(v)));
        let best = losses.min_by(f64::total_cmp).map(|l| spec.direction.value(l));
        prop_assert_eq!(steps.last().map(|s| s.1), best);
        let summary = data.summary.best.as_ref();
        prop_assert_eq!(summary.map(|b| b.value), best);
        // The earliest of equals.
        prop_assert_eq!(summary.map(|b| b.number.0 as f64), steps.last().map(|s| s.0));
        let pruned = data.points.iter().filter(|p| p.state == MarkState::Pruned).count();
        prop_assert_eq!(pruned, values.iter().filter(|v| v.is_none()).count());
    }
}
