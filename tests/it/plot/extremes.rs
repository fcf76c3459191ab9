//! Whatever the numbers, a picture: never a panic, never a coordinate that is no number.

use proptest::prelude::*;
use resvg::usvg::roxmltree::Document;
use surmise::plot::{
    CompareData, CompareRun, ContourData, Picture, Prediction, SliceData, TraceAxis, TraceData,
};
use surmise::space::{Domain, FloatDomain, Params, Scale};
use surmise::trial::{Direction, Trial, TrialState};

use super::fixtures::*;

fn check(picture: &Picture) {
    let document = Document::parse(&picture.svg).unwrap();
    for node in document.descendants() {
        for attribute in node.attributes() {
            let value = attribute.value();
            let known = ["aria-label"].contains(&attribute.name());
            assert!(known || !(value.contains("NaN") || value.contains("inf")), "{value}");
            // Saturated coordinates are not drawn coordinates.
            assert!(known || !value.contains("2147483647"), "{value}");
        }
    }
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        -1.0..1.0f64,
        Just(1e300),
        Just(-f64::MAX),
        Just(0.5),
    ]
}

fn any_state() -> impl Strategy<Value = TrialState> {
    prop_oneof![
        6 => any_value().prop_map(|value| TrialState::Complete { value }),
        1 => Just(TrialState::Pruned),
        1 => Just(failed()),
        1 => Just(TrialState::Running),
        1 => Just(TrialState::Queued),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_trials_can_be_drawn(
        states in prop::collection::vec(any_state(), 0..12),
        predictions in prop::collection::vec((any_value(), any_value()), 1..8),
        columns in (0usize..7, 1usize..6),
        maximize in any::<bool>(),
        resolution in 0usize..9,
    ) {
        let (mut spec, _) = mixed();
        let mut parameters = spec.space.parameters().to_vec();
        let huge = FloatDomain::new(1e-300, 1e300, Scale::Log, None).unwrap();
        parameters.push(named("huge", Domain::Float(huge)));
        spec.space = surmise::space::SearchSpace::new(parameters).unwrap();
        spec.direction = if maximize { Direction::Maximize } else { Direction::Minimize };
        let trials: Vec<Trial> = states
            .into_iter()
            .enumerate()
            .map(|(k, state)| trial(k as u64, spec.space.decode(&spread(k, 7)), state, 4))
            .collect();
        let model = |points: &[Params]| -> Vec<Prediction> {
            let cycle = predictions.iter().cycle().take(points.len());
            cycle.map(|&(mean, se)| Prediction { mean, standard_error: se.abs() }).collect()
        };
        let at = spec.space.decode(&[0.3; 7]);
        let (x, y) = (columns.0, (columns.0 + columns.1) % 7);
        let contour = ContourData::new(&spec, &trials, (x, y), &at, &model, resolution).unwrap();
        check(&contour.draw().unwrap());
        let slice = SliceData::new(&spec, &trials, x, &at, &model, resolution).unwrap();
        check(&slice.draw().unwrap());
        for axis in [TraceAxis::Number, TraceAxis::Time] {
            check(&TraceData::new(&spec, &trials, axis).draw().unwrap());
        }
        let (head, tail) = trials.split_at(trials.len() / 2);
        let run = |label, trials| CompareRun {
            label,
            metric: "value",
            direction: spec.direction,
            trials,
        };
        let runs = [run("a", head), run("a", tail), run("b", &trials)];
        let compare = CompareData::new(&runs).unwrap();
        compare.table();
        check(&compare.draw().unwrap());
    }
}

#[test]
fn ten_thousand_trials_make_a_file_of_sane_size() {
    let (spec, _) = avatars();
    let trials = trials(&spec, 10_000, 5, &[0.5, 0.5], |p| match p.f64("beta1").unwrap() {
        beta1 if beta1 > 0.9 => failed(),
        value => TrialState::Complete { value },
    });
    let flat = |points: &[Params]| {
        let one = Prediction { mean: 0.5, standard_error: 0.0 };
        vec![one; points.len()]
    };
    let at = trials[0].params.clone().unwrap();
    let contour = ContourData::new(&spec, &trials, (0, 1), &at, &flat, 40).unwrap();
    for picture in
        [TraceData::new(&spec, &trials, TraceAxis::Number).draw().unwrap(), contour.draw().unwrap()]
    {
        check(&picture);
        assert!(picture.svg.len() < 5_000_000, "{} bytes", picture.svg.len());
        picture.png(1.0).unwrap();
    }
}

#[test]
fn thin_ranges_and_narrow_domains_have_pictures() {
    let next_to_one = f64::from_bits(1f64.to_bits() + 1);
    let space = vec![
        float("thin", 1.0, next_to_one, Scale::Log),
        float("tiny", 0.0, f64::from_bits(1), Scale::Linear),
        float("wide", -8e307, 8e307, Scale::Linear),
        int("levels", 0, i64::MAX / 2048, Scale::Linear),
    ];
    let spec = spec("narrow", "value", Direction::Minimize, space);
    let trials =
        trials(&spec, 5, 2, &[0.5; 4], |p| TrialState::Complete { value: p.f64("wide").unwrap() });
    let at = trials[0].params.clone().unwrap();
    let model = |points: &[Params]| -> Vec<Prediction> {
        let one = |p: &Params| Prediction {
            mean: 1e16 + p.f64("thin").unwrap(),
            standard_error: f64::INFINITY,
        };
        points.iter().map(one).collect()
    };
    for (x, y) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
        let data = ContourData::new(&spec, &trials, (x, y), &at, &model, 12).unwrap();
        let picture = data.draw().unwrap();
        check(&picture);
        picture.png(0.5).unwrap();
    }
}
