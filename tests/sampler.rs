//! Samplers, from outside.

use surmise::sampler::{self, GpSettings, Sampler, SamplerSettings};
use surmise::space::{Domain, FloatDomain, Parameter, Params, Scale, SearchSpace};
use surmise::trial::{History, Observation, TrialNumber};

fn unit_cube(d: usize) -> SearchSpace {
    let float = |k| Parameter {
        name: format!("x{k}"),
        domain: Domain::Float(FloatDomain::new(0.0, 1.0, Scale::Linear, None).unwrap()),
    };
    SearchSpace::new((0..d).map(float).collect()).unwrap()
}

fn coordinates(params: &Params) -> Vec<f64> {
    params.iter().map(|(_, v)| v.as_f64().unwrap()).collect()
}

/// Minimises one after the other; the least loss after `trials` trials.
fn minimize(
    sampler: &dyn Sampler,
    space: &SearchSpace,
    loss: impl Fn(&Params) -> f64,
    trials: u64,
) -> f64 {
    let mut history = History::default();
    let mut best = f64::INFINITY;
    for number in (0..trials).map(TrialNumber) {
        let params = sampler.suggest(space, &history, number).unwrap().params;
        let loss = loss(&params);
        best = best.min(loss);
        history.observations.push(Observation { number, params, loss: Some(loss) });
    }
    best
}

/// Branin's function on the unit square; minimum 0.397887.
fn branin(params: &Params) -> f64 {
    use std::f64::consts::PI;
    let u = coordinates(params);
    let (x, y) = (15.0 * u[0] - 5.0, 15.0 * u[1]);
    let bend = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

/// Hartmann's function in six dimensions; minimum −3.32237.
fn hartmann6(params: &Params) -> f64 {
    const HEIGHTS: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const WIDTHS: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const CENTERS: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let x = coordinates(params);
    let hill = |i: usize| {
        let squares = (0..6).map(|k| WIDTHS[i][k] * (x[k] - CENTERS[i][k]).powi(2));
        HEIGHTS[i] * (-squares.sum::<f64>()).exp()
    };
    -(0..4).map(hill).sum::<f64>()
}

/// Median over seeds of log10 (least loss − minimum).
fn median_log_regret(
    settings: &SamplerSettings,
    d: usize,
    loss: fn(&Params) -> f64,
    minimum: f64,
    trials: u64,
) -> f64 {
    let space = unit_cube(d);
    let regret = |seed: u64| {
        let sampler = sampler::build(settings, seed);
        (minimize(&*sampler, &space, loss, trials) - minimum).max(1e-12).log10()
    };
    let mut regrets: Vec<f64> = (0..5).map(regret).collect();
    regrets.sort_by(f64::total_cmp);
    regrets[2]
}

#[test]
fn gp_is_clearly_better_than_sobol() {
    let gp = SamplerSettings::Gp(GpSettings { sobol: None });
    type Problem = (usize, fn(&Params) -> f64, f64, u64);
    let problems: [Problem; 2] =
        [(2, branin, 0.397_887_357_729_739, 30), (6, hartmann6, -3.322_368_011_391_339, 50)];
    for (d, loss, minimum, trials) in problems {
        let model = median_log_regret(&gp, d, loss, minimum, trials);
        let quasi_random = median_log_regret(&SamplerSettings::Sobol, d, loss, minimum, trials);
        eprintln!("d={d}: gp {model:.2}, sobol {quasi_random:.2}");
        assert!(model < quasi_random - 0.7, "d={d}: gp {model:.2}, sobol {quasi_random:.2}");
    }
}
