use surmise::plot::{MarkState, Prediction, SliceData};
use surmise::space::{Params, Scale};
use surmise::trial::{Direction, TrialState};

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
