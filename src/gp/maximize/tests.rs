use nalgebra::DVector;

use super::*;
use crate::gp::acquisition::LOG_EI;
use crate::gp::golden::{golden_models, thirds};
use crate::gp::{Column, ColumnPrior, GaussianProcess, Prior};

/// Log expected improvement.
const EI: &dyn Acquisition = LOG_EI.function;

/// All of the cube that the columns allow, but for some points.
struct Cube<'a> {
    columns: &'a [Column],
    excluded: &'a [Vec<f64>],
}

impl Region for Cube<'_> {
    fn admit(&self, point: Vec<f64>) -> Option<Vec<f64>> {
        let pairs = point.into_iter().zip(self.columns);
        let point: Vec<f64> = pairs.map(|(u, column)| column.snap(u)).collect();
        (!self.excluded.contains(&point)).then_some(point)
    }
}

fn maximum(gp: &Ensemble, excluded: &[Vec<f64>]) -> Option<Maximum> {
    let columns = gp.columns();
    gp.maximize(&filling(columns.len()), &Cube { columns, excluded }, EI, None)
}

#[test]
fn log_ei_equals_botorch() {
    for (model, gp) in golden_models() {
        let gp = Ensemble::from(gp);
        let points = model.points;
        let batch = gp.rate(&rows(&points, 3), EI, None);
        for (i, expected) in model.log_ei.into_iter().enumerate() {
            let (single, gradient) = gp.rate_with_gradient(&points[i], EI, None);
            assert!((single - expected).abs() < 1e-8 * expected.abs().max(1.0));
            assert!((batch[i] - expected).abs() < 1e-8 * expected.abs().max(1.0));
            for (found, expected) in gradient.iter().zip(&model.log_ei_gradient[i]) {
                assert!((found - expected).abs() < 1e-7 * expected.abs().max(1.0));
            }
        }
    }
}

#[test]
fn log_ei_gradient_matches_central_differences() {
    for (model, gp) in golden_models() {
        let gp = Ensemble::from(gp);
        for point in model.points {
            let (_, gradient) = gp.rate_with_gradient(&point, EI, None);
            let continuous = gp.columns().iter().filter(|c| c.levels().is_none()).count();
            for k in 0..continuous {
                let at = |h: f64| {
                    let mut moved = point.clone();
                    moved[k] += h;
                    gp.rate_with_gradient(&moved, EI, None).0
                };
                let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                let error = (gradient[k] - numeric).abs() / numeric.abs().max(1.0);
                assert!(error < 1e-5, "{} vs {numeric}", gradient[k]);
            }
        }
    }
}

/// A model whose loss falls towards one corner, so that LogEI is largest on faces.
fn sloping(columns: &[Column], best: &[f64]) -> Ensemble {
    let x = DMatrix::from_fn(9, columns.len(), |i, k| {
        columns[k].snap(((i * (2 * k + 3) + k) % 9) as f64 / 8.0)
    });
    let y =
        DVector::from_fn(9, |i, _| (0..columns.len()).map(|k| (x[(i, k)] - best[k]).abs()).sum());
    GaussianProcess::fit(columns, x, &y).unwrap().into()
}

fn filling(d: usize) -> DMatrix<f64> {
    // Multiples of irrational numbers fill the cube evenly.
    let steps = [0.414_213_562, 0.732_050_808, 0.236_067_977];
    DMatrix::from_fn(128, d, |i, k| (i as f64 * steps[k]).fract())
}

#[test]
fn reaches_a_maximum_on_a_face() {
    let columns = vec![Column::continuous(); 2];
    let gp = sloping(&columns, &[0.0, 1.0]);
    let found = maximum(&gp, &[]).unwrap();
    let fine = DMatrix::from_fn(101 * 101, 2, |i, k| {
        (if k == 0 { i / 101 } else { i % 101 }) as f64 / 100.0
    });
    let grid = gp.best_of(&fine, EI, None).unwrap();
    assert!(found.log_value >= grid.log_value - 1e-4, "{found:?} {grid:?}");
    assert!(grid.point.iter().any(|&u| u == 0.0 || u == 1.0), "{grid:?}");
}

#[test]
fn discrete_columns_stay_on_their_levels_and_exclusions_hold() {
    let columns = vec![
        Column::ordered((0..20).map(|k| (f64::from(k) + 0.5) / 20.0).collect()),
        Column::categorical(thirds()),
        Column::ordered(vec![0.25, 0.75]),
    ];
    let gp = sloping(&columns, &[0.0, 0.5, 1.0]);
    let all: Vec<Vec<f64>> = (0..120)
        .map(|i| {
            let level = |k: usize, j: usize| columns[k].levels().unwrap()[j];
            vec![level(0, i / 6), level(1, i / 2 % 3), level(2, i % 2)]
        })
        .collect();
    let mut excluded: Vec<Vec<f64>> = Vec::new();
    // Every point comes once, and the first is the true maximum.
    while let Some(found) = maximum(&gp, &excluded) {
        if excluded.is_empty() {
            let best = gp.best_of(&rows(&all, 3), EI, None).unwrap();
            assert_eq!(found.point, best.point);
        }
        assert!(all.contains(&found.point), "{found:?}");
        assert!(!excluded.contains(&found.point), "{found:?}");
        excluded.push(found.point);
    }
    assert!(excluded.len() > 60, "{}", excluded.len());
}

#[test]
fn a_point_conditioned_on_its_mean_keeps_it_and_loses_its_appeal() {
    let columns = vec![Column::continuous(); 2];
    let mut gp = sloping(&columns, &[0.3, 0.6]);
    let first = maximum(&gp, &[]).unwrap();
    let at = DMatrix::from_row_slice(1, 2, &first.point);
    let before = gp.members[0].posterior(&at).unwrap();
    gp.condition_on_mean(&first.point).unwrap();
    let after = gp.members[0].posterior(&at).unwrap();
    assert!((before.mean[0] - after.mean[0]).abs() < 1e-9);
    assert!(after.standard_deviation[0] < 0.5 * before.standard_deviation[0]);
    let second = maximum(&gp, &[]).unwrap();
    assert!(second.log_value < first.log_value);
    let gaps = first.point.iter().zip(&second.point).map(|(a, b)| (a - b).abs());
    assert!(gaps.fold(0.0, f64::max) > 0.01, "{first:?} {second:?}");
}

/// A region with a slanted edge, across which the loss keeps falling.
struct Below(f64);

impl Region for Below {
    fn admit(&self, point: Vec<f64>) -> Option<Vec<f64>> {
        let inside = point.iter().all(|u| (0.0..=1.0).contains(u));
        (inside && point.iter().sum::<f64>() <= self.0).then_some(point)
    }
}

#[test]
fn slides_along_the_edge_of_a_region() {
    let gp = sloping(&vec![Column::continuous(); 2], &[1.0, 0.4]);
    let region = Below(1.1);
    let found = gp.maximize(&filling(2), &region, EI, None).unwrap();
    let fine = (0..=1000).filter_map(|i| {
        let u = f64::from(i) / 1000.0;
        region.admit(vec![u, (1.1 - u).min(1.0)])
    });
    let edge = gp.best_of(&rows(&fine.collect::<Vec<_>>(), 2), EI, None).unwrap();
    assert!(found.point.iter().sum::<f64>() <= 1.1);
    assert!(found.log_value >= edge.log_value - 0.05, "{found:?} {edge:?}");
}

#[test]
fn a_strong_user_prior_draws_the_maximum_and_its_slope_is_right() {
    let gp = sloping(&vec![Column::continuous(); 2], &[0.2, 0.8]);
    let prior = ColumnPrior { center: 0.9, deviation: 0.05 };
    let user_prior = UserPrior { columns: vec![Some(prior), None], weight: 1e4 };
    let columns = gp.columns();
    let region = Cube { columns, excluded: &[] };
    let found = gp.maximize(&filling(2), &region, EI, Some(&user_prior)).unwrap();
    assert!((found.point[0] - 0.9).abs() < 0.01, "{found:?}");
    let mild = UserPrior { weight: 0.3, ..user_prior };
    let at = |u: f64| gp.rate_with_gradient(&[u, 0.4], EI, Some(&mild));
    let numeric = (at(0.5 + 1e-6).0 - at(0.5 - 1e-6).0) / 2e-6;
    assert!((at(0.5).1[0] - numeric).abs() < 1e-4 * numeric.abs(), "{numeric}");
}

#[test]
fn gradients_hold_with_an_additive_part_and_switched_off_columns() {
    let columns = [
        Column::continuous(),
        Column { conditional: true, ..Column::continuous() },
        Column::categorical(thirds()),
    ];
    let x = DMatrix::from_fn(15, 3, |i, k| match k {
        1 if i % 3 == 0 => -1.0,
        2 => thirds()[i % 3],
        _ => ((i * (2 * k + 3) + k) % 15) as f64 / 14.0,
    });
    let y = DVector::from_fn(15, |i, _| (5.0 * x[(i, 0)]).sin() + x[(i, 1)] * x[(i, 1)]);
    let gp = Ensemble::fit(&columns, x, &y, Prior::default(), 5, 7).unwrap();
    assert!(gp.members.len() > 1 && gp.members[0].hyperparameters.additive_variance > 0.0);
    for point in [[0.35, 0.6, thirds()[0]], [0.8, -1.0, thirds()[1]]] {
        let (_, gradient) = gp.rate_with_gradient(&point, EI, None);
        let free = if point[1] < 0.0 { 1 } else { 2 };
        for k in 0..free {
            let at = |h: f64| {
                let mut moved = point;
                moved[k] += h;
                gp.rate_with_gradient(&moved, EI, None).0
            };
            let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
            let error = (gradient[k] - numeric).abs() / numeric.abs().max(1.0);
            assert!(error < 1e-4, "column {k} of {point:?}: {} vs {numeric}", gradient[k]);
        }
        assert!(gradient[free..].iter().all(|&g| g == 0.0), "{gradient:?}");
    }
}
