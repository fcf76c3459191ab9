//! The models of `tests/golden/gp.json`, as GPyTorch and BoTorch have them.

use nalgebra::{DMatrix, DVector};
use serde::Deserialize;

use super::{Column, GaussianProcess, Hyperparameters};

/// One model, with a peer's numbers for it.
#[derive(Deserialize)]
pub(super) struct Golden {
    categorical: bool,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    length_scales: Vec<f64>,
    signal_variance: f64,
    noise_variance: f64,
    mean: f64,
    pub(super) log_marginal_likelihood: f64,
    pub(super) log_marginal_likelihood_gradient: Vec<f64>,
    pub(super) points: Vec<Vec<f64>>,
    pub(super) posterior_mean: Vec<f64>,
    pub(super) posterior_variance: Vec<f64>,
    pub(super) log_ei: Vec<f64>,
    pub(super) log_ei_gradient: Vec<Vec<f64>>,
}

/// Coordinates of three choices.
pub(super) fn thirds() -> Vec<f64> {
    vec![0.5 / 3.0, 1.5 / 3.0, 2.5 / 3.0]
}

/// The models, each with ours of the same hyperparameters.
pub(super) fn golden_models() -> Vec<(Golden, GaussianProcess)> {
    #[derive(Deserialize)]
    struct File {
        models: Vec<Golden>,
    }
    let file: File = serde_json::from_str(include_str!("../../tests/golden/gp.json")).unwrap();
    let pairs = file.models.into_iter().map(|model| {
        let mut columns = vec![Column::continuous(); 3];
        if model.categorical {
            columns[2] = Column::categorical(thirds());
        }
        let gp = GaussianProcess::with_hyperparameters(
            &columns,
            matrix(&model.x),
            &DVector::from_column_slice(&model.y),
            Hyperparameters {
                length_scales: model.length_scales.clone(),
                signal_variance: model.signal_variance,
                additive_variance: 0.0,
                additive_ratio: 1.0,
                noise_variance: model.noise_variance,
                mean: model.mean,
            },
        );
        (model, gp.unwrap())
    });
    pairs.collect()
}

/// The points as rows.
pub(super) fn matrix(points: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), points[0].len(), |i, k| points[i][k])
}
