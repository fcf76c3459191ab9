//! The histories that the benchmarks suggest from.

use surmise::sampler::{self, GpSettings, SamplerSettings};
use surmise::space::{Domain, Parameter, SearchSpace};
use surmise::trial::{History, Observation, TrialNumber};

const DIMENSIONS: usize = 10;

/// The model begins at once.
pub(crate) fn settings() -> GpSettings {
    GpSettings { sobol: Some(0), ..GpSettings::default() }
}

/// A space of ten parameters and `n` quasi-random observations of a smooth function with one narrow
/// and one wide basin.
pub(crate) fn history(n: usize) -> (SearchSpace, History) {
    let float = |k| Parameter::new(format!("x{k}"), Domain::float(0.0, 1.0).unwrap());
    let space = SearchSpace::new((0..DIMENSIONS).map(float).collect()).unwrap();
    let sobol = sampler::build(&SamplerSettings::Sobol, 1);
    let mut history = History::default();
    for number in (0..n as u64).map(TrialNumber) {
        let params = sobol.suggest(&space, &History::default(), number).unwrap().params;
        let x: Vec<f64> = params.iter().filter_map(|(_, v)| v.as_f64()).collect();
        let basin = |center: f64, sharpness: f64| {
            let squares: f64 = x.iter().map(|x| (x - center).powi(2)).sum();
            (-sharpness * squares).exp()
        };
        let ripple: f64 = x.iter().take(3).map(|x| (9.0 * x).sin()).sum();
        history.observations.push(Observation {
            number,
            params,
            loss: Some(-basin(0.3, 3.0) - 0.5 * basin(0.7, 0.8) + 0.05 * ripple),
        });
    }
    (space, history)
}
