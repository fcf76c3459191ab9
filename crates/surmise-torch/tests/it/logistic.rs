//! Logistic regression against scikit-learn's record: tests/golden/logistic.py.

use std::fs;
use std::path::Path;

use serde_json::Value;
use surmise_torch::transfer::logistic::{
    Features, LogisticError, LogisticRegression, Standardizer,
};

fn golden() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/logistic.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}

#[test]
fn standardised_features_and_coefficients_are_scikit_learns() {
    for case in golden() {
        let columns = case["columns"].as_u64().unwrap() as usize;
        let features = Features::new(columns, floats(&case["features"]));
        let standardizer = Standardizer::fit(&features);
        assert!(apart(&standardizer.mean, &floats(&case["mean"])) < 1e-13);
        assert!(apart(&standardizer.scale, &floats(&case["scale"])) < 1e-13);
        let z = standardizer.transform(&features);
        let classes = case["classes"].as_u64().unwrap() as usize;
        let labels: Vec<usize> =
            floats(&case["labels"]).iter().map(|label| *label as usize).collect();
        for fit in case["fits"].as_array().unwrap() {
            let c = fit["c"].as_f64().unwrap();
            let ours = LogisticRegression::fit(&z, &labels, classes, c).unwrap();
            let (weights, intercepts) = (floats(&fit["weights"]), floats(&fit["intercepts"]));
            let difference =
                apart(&ours.weights, &weights).max(apart(&ours.intercepts, &intercepts));
            assert!(difference < 1e-5, "{classes} classes, C = {c}: {difference:e}");
            assert_eq!(ours.accuracy(&z, &labels), fit["accuracy"].as_f64().unwrap());
        }
    }
}

#[test]
fn classes_far_apart_and_large_numbers_have_a_fit() {
    let values: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1e3 } else { -1e3 }).collect();
    let labels: Vec<usize> = (0..40).map(|i| i % 2).collect();
    let features = Features::new(1, values);
    let fit = LogisticRegression::fit(&features, &labels, 2, 1e6).unwrap();
    assert!(fit.weights[0].is_finite() && fit.accuracy(&features, &labels) == 1.0);
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let features = Features::new(2, vec![0.0; 8]);
    let fit = |labels: &[usize], classes, c| LogisticRegression::fit(&features, labels, classes, c);
    assert_eq!(fit(&[0, 1], 2, 1.0), Err(LogisticError::Lengths { labels: 2, examples: 4 }));
    assert_eq!(fit(&[1, 1, 1, 1], 2, 1.0), Err(LogisticError::Labels { classes: 2 }));
    assert_eq!(fit(&[0, 1, 2, 0], 2, 1.0), Err(LogisticError::Labels { classes: 2 }));
    assert_eq!(fit(&[0, 1, 0, 1], 2, 0.0), Err(LogisticError::NotFinite));
    let bad = Features::new(1, vec![0.0, f64::NAN]);
    assert_eq!(LogisticRegression::fit(&bad, &[0, 1], 2, 1.0), Err(LogisticError::NotFinite));
}
