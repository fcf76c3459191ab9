use surmise::plot::{ContourData, MarkState, Prediction, SliceData};
use surmise::space::{Condition, ParamValue, Params, Scale};
use surmise::trial::{Direction, TrialNumber, TrialState};

use super::fixtures::*;

#[test]
fn holds_everything_the_picture_shows() {
    let space = vec![float("lr", 1e-4, 1.0, Scale::Log)];
    let spec = spec("one", "loss", Direction::Minimize, space);
    let trials = trials(&spec, 4, 2, &[0.5], |p| match p.f64("lr").unwrap() {
        lr if lr > 0.1 => failed(),
        lr => TrialState::Complete { value: lr },
    });
    let model = |points: &[Params]| -> Vec<Prediction> {
        let one = |p: &Params| Prediction { mean: p.f64("lr").unwrap(), standard_error: 0.5 };
        points.iter().map(one).collect()
    };
    let at = trials[0].params.clone().unwrap();
    let data = SliceData::new(&spec, &trials, 0, &at, &model, 5).unwrap();
    for (position, mean) in [0.0, 0.25, 0.5, 0.75, 1.0].iter().zip([1e-4, 1e-3, 1e-2, 0.1, 1.0]) {
        let i = data.positions.iter().position(|p| (p - position).abs() < 1e-12).unwrap();
        assert!((data.mean[i] / mean - 1.0).abs() < 1e-12);
    }
    let best = data.summary.best.as_ref().unwrap();
    let least = trials.iter().filter_map(|t| t.state.value()).fold(f64::MAX, f64::min);
    assert_eq!(best.value, least);
    assert!(data.points.iter().any(|p| p.state == MarkState::Failed));
    assert!(data.fixed.values.is_empty());
}

/// The rate belongs to one kind only: its slice takes the trials that have it, and a contour over the
/// kind asks the model about points that exist.
#[test]
fn trials_without_the_parameter_are_left_out_and_counted() {
    let sgd = ParamValue::Text("sgd".into());
    let when = Condition::Values(vec![("kind".into(), vec![sgd])]);
    let space = vec![
        categorical("kind", &["adam", "sgd"]),
        float("rate", 1e-4, 1.0, Scale::Log).when(when),
        float("decay", 0.0, 1.0, Scale::Linear),
    ];
    let spec = spec("tree", "loss", Direction::Minimize, space);
    let trials = trials(&spec, 12, 12, &[0.5; 3], |p| TrialState::Complete {
        value: p.f64("rate").map_or(5.0, f64::ln),
    });
    let model = |points: &[Params]| -> Vec<Prediction> {
        let one = |p: &Params| {
            assert_eq!(p.str("kind") == Some("sgd"), p.f64("rate").is_some(), "{p}");
            Prediction { mean: p.f64("rate").unwrap_or(9.0), standard_error: 0.5 }
        };
        points.iter().map(one).collect()
    };
    let with: Vec<TrialNumber> = trials
        .iter()
        .filter(|t| t.params.as_ref().unwrap().f64("rate").is_some())
        .map(|t| t.number)
        .collect();
    assert!(!with.is_empty() && with.len() < 12);
    let at = trials.iter().find(|t| t.number == with[0]).unwrap().params.clone().unwrap();

    let slice = SliceData::new(&spec, &trials, 1, &at, &model, 5).unwrap();
    assert_eq!(slice.points.iter().map(|p| p.number).collect::<Vec<_>>(), with);
    assert_eq!(
        (slice.left_out.trials, slice.left_out.without),
        (12 - with.len(), vec!["rate".into()])
    );
    let names: Vec<&str> = slice.fixed.values.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["kind", "decay"]);

    let contour = ContourData::new(&spec, &trials, (0, 1), &at, &model, 4).unwrap();
    assert_eq!(contour.marks.len(), with.len());
    assert_eq!(contour.left_out.without, ["rate"]);
    assert_eq!(contour.grid.mean.chunks(2).map(|row| row[0]).collect::<Vec<_>>(), [9.0; 4]);
    let svg = contour.draw().unwrap();
    assert!(svg.svg.contains(&format!("{} trials without rate left out", 12 - with.len())));

    // Another point than one with a rate will do as well, and all kinds are in this picture.
    let without = trials.iter().find(|t| !with.contains(&t.number)).unwrap().params.clone();
    let slice = SliceData::new(&spec, &trials, 0, &without.unwrap(), &model, 5).unwrap();
    assert_eq!((slice.points.len(), slice.left_out.trials), (12, 0));
    slice.draw().unwrap();
}
