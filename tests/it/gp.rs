//! The Gaussian process, from outside. Its comparison with GPyTorch and BoTorch lives beside the code.

use proptest::prelude::*;
use surmise::gp::{Column, DMatrix, DVector, Ensemble, GaussianProcess, GpError, Hyperparameters};

fn line(x: &[f64]) -> DMatrix<f64> {
    DMatrix::from_column_slice(x.len(), 1, x)
}

fn fit(x: &[f64], y: &[f64]) -> GaussianProcess {
    let y = DVector::from_column_slice(y);
    GaussianProcess::fit(&[Column::continuous()], line(x), &y).unwrap()
}

/// Two observations, −1 and 1: standardised ±1/√2, the 2 × 2 inverse written out.
#[test]
fn two_points_by_hand() {
    let (signal, noise, length) = (1.5, 0.1, 0.4);
    let gp = GaussianProcess::with_hyperparameters(
        &[Column::continuous()],
        line(&[0.2, 0.7]),
        &DVector::from_column_slice(&[-1.0, 1.0]),
        Hyperparameters {
            length_scales: vec![length],
            signal_variance: signal,
            additive_variance: 0.0,
            additive_ratio: 1.0,
            noise_variance: noise,
            mean: 0.0,
        },
    )
    .unwrap();
    let k = |a: f64, b: f64| {
        let r = 5.0_f64.sqrt() * (a - b).abs() / length;
        signal * (1.0 + r + r * r / 3.0) * (-r).exp()
    };
    let (diagonal, off) = (signal + noise, k(0.2, 0.7));
    let determinant = diagonal * diagonal - off * off;
    for x in [0.0, 0.2, 0.45, 0.61, 1.0] {
        let (a, b) = (k(x, 0.2), k(x, 0.7));
        // In the user's units the factor √2 of standardisation cancels in the mean.
        let mean = (b - a) * (diagonal + off) / determinant;
        let explained = (diagonal * (a * a + b * b) - 2.0 * off * a * b) / determinant;
        let posterior = gp.posterior(&line(&[x])).unwrap();
        assert!((posterior.mean[0] - mean).abs() < 1e-12);
        assert!((posterior.variance()[0] - 2.0 * (signal - explained)).abs() < 1e-12);
    }
    let z2 = 0.5;
    let quadratic = 2.0 * z2 * (diagonal + off) / determinant;
    let expected = -0.5 * quadratic - 0.5 * determinant.ln() - (2.0 * std::f64::consts::PI).ln();
    assert!((gp.log_marginal_likelihood() - expected).abs() < 1e-12);
}

#[test]
fn one_point_predicts_itself() {
    let gp = fit(&[0.3], &[42.0]);
    let posterior = gp.posterior(&line(&[0.3, 0.9])).unwrap();
    assert!((posterior.mean[0] - 42.0).abs() < 1e-9);
    assert!((posterior.mean[1] - 42.0).abs() < 1e-9);
    assert!(posterior.standard_deviation[0] < posterior.standard_deviation[1]);
}

/// Noise of standard deviation 0.1 around a bowl, in whatever units.
#[test]
fn the_noise_is_found_in_units_of_the_outcomes() {
    let x: Vec<f64> = (0..60).map(|i| f64::from(i) / 59.0).collect();
    for unit in [1.0, 1e6] {
        let sign = |i: usize| if i * 7 % 11 < 5 { -0.1 } else { 0.1 };
        let bowl = |(i, x): (usize, &f64)| unit * (4.0 * (x - 0.3) * (x - 0.3) + sign(i));
        let y: Vec<f64> = x.iter().enumerate().map(bowl).collect();
        let noise = Ensemble::from(fit(&x, &y)).noise_deviation() / unit;
        assert!((0.08..0.12).contains(&noise), "{noise}");
    }
}

#[test]
fn equal_outcomes_predict_themselves() {
    for value in [0.0, -3.5, 1e300, 1e-300, 0.1] {
        let gp = fit(&[0.1, 0.4, 0.4, 0.9], &[value; 4]);
        let posterior = gp.posterior(&line(&[0.0, 0.4, 1.0])).unwrap();
        for mean in &posterior.mean {
            assert!((mean - value).abs() <= 1e-9 * value.abs(), "{value}: {mean}");
        }
        assert!(posterior.standard_deviation.iter().all(|s| s.is_finite() && *s > 0.0));
    }
}

#[test]
fn repeated_points_average() {
    let gp = fit(&[0.5; 20], &[1.0, 2.0].repeat(10));
    let posterior = gp.posterior(&line(&[0.5])).unwrap();
    assert!((posterior.mean[0] - 1.5).abs() < 1e-6);
    assert!(posterior.standard_deviation[0] < 0.4);
}

#[test]
fn losses_of_any_size_are_fine() {
    let x = [0.0, 0.2, 0.5, 0.8, 1.0];
    for scale in [1e300, f64::MAX, 1e-300, 5e-324, 1.0] {
        let y: Vec<f64> = [-1.0, 0.5, 1.0, 0.0, -0.5].iter().map(|v| v * scale).collect();
        let gp = fit(&x, &y);
        let posterior = gp.posterior(&line(&[0.1, 0.6])).unwrap();
        assert!(posterior.mean.iter().all(|m| m.is_finite() && m.abs() <= scale));
        assert!(posterior.standard_deviation.iter().all(|s| s.is_finite()));
    }
    // The same data in another unit are the same model.
    let posteriors = [1.0, 1024.0].map(|scale| {
        let y: Vec<f64> = [-1.0, 0.5, 1.0, 0.0, -0.5].iter().map(|v| v * scale).collect();
        fit(&x, &y).posterior(&line(&[0.3])).unwrap().mean[0] / scale
    });
    assert!((posteriors[0] - posteriors[1]).abs() < 1e-9);
}

#[test]
fn ill_conditioned_data_get_an_answer_that_tells() {
    // Forty points within 1e-9 and hardly any noise: singular to rounding.
    let x: Vec<f64> = (0..40).map(|i| 0.5 + 1e-11 * f64::from(i)).collect();
    let y: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
    let gp = GaussianProcess::with_hyperparameters(
        &[Column::continuous()],
        line(&x),
        &DVector::from_column_slice(&y),
        Hyperparameters {
            length_scales: vec![1.0],
            signal_variance: 1.0,
            additive_variance: 0.0,
            additive_ratio: 1.0,
            noise_variance: 1e-18,
            mean: 0.0,
        },
    )
    .unwrap();
    assert!(gp.jitter() > 0.0);
    let posterior = gp.posterior(&line(&[0.5, 0.7])).unwrap();
    assert!(posterior.mean.iter().all(|m| m.is_finite()));
    // Fitted, the noise explains it, and no jitter is needed.
    assert_eq!(fit(&x, &y).jitter(), 0.0);
}

#[test]
fn noise_is_told_from_signal() {
    let x: Vec<f64> = (0..60).map(|i| f64::from(i) / 59.0).collect();
    let clean: Vec<f64> = x.iter().map(|x| (6.0 * x).sin()).collect();
    let rough = |i: usize| 0.2 * (1.7 * (i * i) as f64).sin();
    let noisy: Vec<f64> = clean.iter().enumerate().map(|(i, y)| y + rough(i)).collect();
    let noise = |y: &[f64]| fit(&x, y).hyperparameters().noise_variance;
    assert!(noise(&clean) < 1e-3, "{}", noise(&clean));
    // The roughness has variance 0.2²/2 = 0.02, the outcomes about ½.
    assert!((0.02..0.08).contains(&noise(&noisy)), "{}", noise(&noisy));
}

#[test]
fn a_column_that_does_nothing_gets_the_longer_length_scale() {
    let x = DMatrix::from_fn(40, 2, |i, k| (i as f64 * [0.414_213_562, 0.732_050_808][k]).fract());
    let y = DVector::from_fn(40, |i, _| (7.0 * x[(i, 0)]).cos());
    let gp = GaussianProcess::fit(&[Column::continuous(), Column::continuous()], x, &y).unwrap();
    let scales = &gp.hyperparameters().length_scales;
    assert!(scales[1] > 5.0 * scales[0], "{scales:?}");
}

#[test]
fn wrong_input_is_an_error() {
    let columns = [Column::continuous()];
    let fit = |x: DMatrix<f64>, y: &[f64]| {
        GaussianProcess::fit(&columns, x, &DVector::from_column_slice(y)).err()
    };
    assert_eq!(fit(line(&[]), &[]), Some(GpError::NoObservations));
    assert!(matches!(fit(line(&[0.1, 0.2]), &[1.0]), Some(GpError::Shape { .. })));
    assert!(matches!(fit(DMatrix::zeros(1, 2), &[1.0]), Some(GpError::Shape { .. })));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(matches!(fit(line(&[bad]), &[1.0]), Some(GpError::NotFinite { .. })));
        assert!(matches!(fit(line(&[0.1]), &[bad]), Some(GpError::NotFinite { .. })));
    }
    let gp = self::fit(&[0.1, 0.9], &[1.0, 2.0]);
    assert!(matches!(gp.posterior(&DMatrix::zeros(1, 3)), Err(GpError::Shape { .. })));
    assert!(matches!(gp.posterior(&line(&[f64::NAN])), Err(GpError::NotFinite { .. })));
    assert_eq!(gp.posterior(&DMatrix::zeros(0, 1)).unwrap().mean.len(), 0);
    let bad = Hyperparameters { noise_variance: 0.0, ..gp.hyperparameters().clone() };
    let y = DVector::from_element(1, 0.0);
    let result = GaussianProcess::with_hyperparameters(&columns, line(&[0.1]), &y, bad);
    assert!(matches!(result.err(), Some(GpError::BadHyperparameter { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn variance_lies_between_zero_and_the_prior(
        rows in prop::collection::vec((0.0..=1.0, 0.0..=1.0, 0usize..3, -1e3..1e3), 1..25),
        points in prop::collection::vec((0.0..=1.0, 0.0..=1.0, 0usize..3), 1..10),
    ) {
        let levels = vec![0.5 / 3.0, 0.5, 2.5 / 3.0];
        let columns = [
            Column::continuous(),
            Column::continuous(),
            Column::categorical(levels.clone()),
        ];
        let coordinate = |(a, b, c): (f64, f64, usize), k: usize| [a, b, levels[c]][k];
        let x = DMatrix::from_fn(rows.len(), 3, |i, k| {
            coordinate((rows[i].0, rows[i].1, rows[i].2), k)
        });
        let y = DVector::from_fn(rows.len(), |i, _| rows[i].3);
        let gp = GaussianProcess::fit(&columns, x.clone(), &y).unwrap();
        let points = DMatrix::from_fn(points.len(), 3, |i, k| coordinate(points[i], k));
        for at in [&points, &x] {
            let posterior = gp.posterior(at).unwrap();
            for (mean, deviation) in posterior.mean.iter().zip(&posterior.standard_deviation) {
                prop_assert!(mean.is_finite());
                prop_assert!(*deviation >= 0.0);
                prop_assert!(*deviation <= gp.prior_deviation() * (1.0 + 1e-12));
            }
        }
    }
}
