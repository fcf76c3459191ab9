use surmise::plot::{AxisKind, ContourData, MarkState, PlotError, Prediction};
use surmise::space::Params;
use surmise::trial::TrialState;

use super::fixtures::*;

fn flat(points: &[Params]) -> Vec<Prediction> {
    let one = Prediction { mean: 0.7, standard_error: 0.1 };
    vec![one; points.len()]
}

#[test]
fn holds_everything_the_picture_shows() {
    let (spec, trials) = avatars();
    let model = |points: &[Params]| -> Vec<Prediction> {
        let one = |p: &Params| Prediction {
            mean: p.f64("beta1").unwrap(),
            standard_error: -p.f64("lr").unwrap().log10() / 100.0,
        };
        points.iter().map(one).collect()
    };
    let best = trials[3].params.clone().unwrap();
    let data = ContourData::new(&spec, &trials[..5], (0, 1), &best, &model, 3).unwrap();
    insta::assert_debug_snapshot!(data);
}

#[test]
fn asks_the_model_where_the_grid_says() {
    let (spec, trials) = mixed();
    let at = trials[0].params.clone().unwrap();
    let model = |points: &[Params]| -> Vec<Prediction> {
        let one = |p: &Params| Prediction {
            mean: p.f64("dropout").unwrap(),
            standard_error: p.f64("units").unwrap(),
        };
        points.iter().map(one).collect()
    };
    // Columns: dropout (float, 0 to 0.6) and units (int, log, 16 to 512).
    let data = ContourData::new(&spec, &trials, (5, 1), &at, &model, 40).unwrap();
    let columns = data.grid.x.len();
    for (i, (&mean, &error)) in data.grid.mean.iter().zip(&data.grid.standard_error).enumerate() {
        let (x, y) = (data.grid.x[i % columns], data.grid.y[i / columns]);
        assert!((mean - 0.6 * x).abs() < 1e-12);
        assert_eq!(error.fract(), 0.0, "a whole number of units");
        assert!((data.y.position(error) - y).abs() < 1e-12);
    }
    assert_eq!((data.grid.x[0], data.grid.x[columns - 1]), (0.0, 1.0));
    assert_eq!(data.fixed.values.len(), 4);
    assert!(!data.fixed.at_best);
}

#[test]
fn levels_are_cells() {
    let (spec, trials) = mixed();
    let at = trials[0].params.clone().unwrap();
    let data = ContourData::new(&spec, &trials, (0, 2), &at, &flat, 50).unwrap();
    let levels = ["1", "2", "3", "4", "5", "6"].map(str::to_owned).to_vec();
    assert_eq!(data.x.kind, AxisKind::Levels(levels));
    assert_eq!((data.grid.x.len(), data.grid.y.len()), (6, 4));
    assert_eq!(data.grid.y, [0.125, 0.375, 0.625, 0.875]);
    assert!(data.marks.iter().all(|m| data.grid.x.contains(&m.x) && data.grid.y.contains(&m.y)));
    let pruned = trials.iter().filter(|t| t.state == TrialState::Pruned).count();
    let marked = data.marks.iter().filter(|m| m.state == MarkState::Pruned).count();
    assert!(pruned > 0);
    assert_eq!(pruned, marked);
}

#[test]
fn refuses_what_makes_no_picture() {
    let (spec, trials) = avatars();
    let at = trials[0].params.clone().unwrap();
    let new = |columns, model: &dyn Fn(&[Params]) -> Vec<Prediction>| {
        ContourData::new(&spec, &trials, columns, &at, &model, 4).unwrap_err()
    };
    assert!(matches!(new((0, 2), &flat), PlotError::NoSuchColumn { column: 2, parameters: 2 }));
    assert!(matches!(new((1, 1), &flat), PlotError::SameColumn { name } if name == "beta1"));
    assert!(matches!(
        new((0, 1), &|_| Vec::new()),
        PlotError::PredictionCount { expected: 16, found: 0 }
    ));
    let nan = |points: &[Params]| {
        let one = Prediction { mean: f64::NAN, standard_error: 0.1 };
        vec![one; points.len()]
    };
    assert!(matches!(new((0, 1), &nan), PlotError::NotANumber { .. }));
}
