//! Samplers, from outside.

use proptest::prelude::*;
use surmise::gp::GpError;
use surmise::model::{Purpose, Surrogate};
use surmise::sampler::{self, Ablation, GpSettings, Sampler, SamplerError, SamplerSettings};
use surmise::space::{
    CategoricalDomain, Condition, Domain, Guess, IntDomain, ParamValue, Parameter, Params, Scale,
    SearchSpace,
};
use surmise::trial::{History, Observation, Origin, TrialNumber};

fn gp(sobol: Option<usize>) -> SamplerSettings {
    SamplerSettings::Gp(GpSettings { sobol, ..GpSettings::default() })
}

fn unit_cube(d: usize) -> SearchSpace {
    let float = |k| Parameter::new(format!("x{k}"), Domain::float(0.0, 1.0).unwrap());
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
    type Problem = (usize, fn(&Params) -> f64, f64, u64);
    let problems: [Problem; 2] =
        [(2, branin, 0.397_887_357_729_739, 30), (6, hartmann6, -3.322_368_011_391_339, 50)];
    for (d, loss, minimum, trials) in problems {
        let model = median_log_regret(&gp(None), d, loss, minimum, trials);
        let quasi_random = median_log_regret(&SamplerSettings::Sobol, d, loss, minimum, trials);
        eprintln!("d={d}: gp {model:.2}, sobol {quasi_random:.2}");
        // A hundredth of Sobol's regret; measured: a thousandth or less.
        assert!(model < quasi_random - 2.0, "d={d}: gp {model:.2}, sobol {quasi_random:.2}");
    }
}

/// A third of the space diverges by many orders of magnitude; the model still finds the optimum.
#[test]
fn diverged_losses_do_not_blind_the_model() {
    fn loss(params: &Params) -> f64 {
        let u = coordinates(params);
        if u[0] > 0.7 {
            10f64.powf(2.0 + 20.0 * (u[0] - 0.7))
        } else {
            (u[0] - 0.55).powi(2) + 0.2 * (u[1] - 0.6).powi(2)
        }
    }
    // Of five seeds, the median: one run more or less lucky says nothing.
    let regret = median_log_regret(&gp(None), 2, loss, 0.0, 25);
    eprintln!("gp {regret:.2}");
    assert!(regret < -4.0, "{regret:.2}");
}

/// What is gained on first trials that were all hopeless is no measure of what is worth a trial.
#[test]
fn outliers_at_first_do_not_make_the_search_reckless() {
    let space = unit_cube(2);
    let regret = |seed| {
        let sampler = sampler::build(&gp(None), seed);
        let mut history = History::default();
        for number in (0..30).map(TrialNumber) {
            let params = sampler.suggest(&space, &history, number).unwrap().params;
            let u = coordinates(&params);
            let bowl = (u[0] - 0.3).powi(2) + 2.0 * (u[1] - 0.6).powi(2);
            let loss = Some(if number.0 < 4 { 1e9 + bowl } else { bowl });
            history.observations.push(Observation { number, params, loss });
        }
        let losses = history.observations.iter().filter_map(|o| o.loss);
        losses.fold(f64::INFINITY, f64::min)
    };
    let mut regrets: Vec<f64> = (0..3).map(regret).collect();
    regrets.sort_by(f64::total_cmp);
    eprintln!("{regrets:?}");
    assert!(regrets[1] < 1e-3);
}

/// Failed trials have no loss; the model keeps away from where they are.
#[test]
fn failures_are_avoided() {
    let space = unit_cube(2);
    let sampler = sampler::build(&gp(None), 3);
    let mut history = History::default();
    let mut failures = 0;
    for number in (0..30).map(TrialNumber) {
        let params = sampler.suggest(&space, &history, number).unwrap().params;
        let u = coordinates(&params);
        let loss = (u[0] < 0.6).then(|| (u[0] - 0.5).powi(2) + (u[1] - 0.2).powi(2));
        failures += usize::from(loss.is_none() && number.0 >= 10);
        history.observations.push(Observation { number, params, loss });
    }
    assert!(failures <= 4, "{failures} of 20");
}

#[test]
fn suggestions_repeat_to_the_bit_and_differ_by_seed() {
    let space = unit_cube(3);
    let mut history = History::default();
    let sobol = sampler::build(&SamplerSettings::Sobol, 9);
    for number in (0..12).map(TrialNumber) {
        let params = sobol.suggest(&space, &history, number).unwrap().params;
        let loss = Some(coordinates(&params).iter().sum());
        history.observations.push(Observation { number, params, loss });
    }
    for settings in [SamplerSettings::Random, SamplerSettings::Sobol, gp(Some(5))] {
        let suggest = |seed| {
            let sampler = sampler::build(&settings, seed);
            sampler.suggest(&space, &history, TrialNumber(12)).unwrap()
        };
        assert_eq!(suggest(1), suggest(1));
        assert_ne!(suggest(1).params, suggest(2).params, "{settings:?}");
    }
}

#[test]
fn origins_tell_how_a_suggestion_was_made() {
    let space = unit_cube(2);
    let sampler = sampler::build(&gp(Some(3)), 1);
    let mut history = History::default();
    for number in (0..3).map(TrialNumber) {
        let suggestion = sampler.suggest(&space, &history, number).unwrap();
        let first = if number.0 == 0 { Origin::Center } else { Origin::Sobol };
        assert_eq!(suggestion.origin, first);
        let params = suggestion.params;
        history.observations.push(Observation { number, params, loss: None });
    }
    // All failed: nothing to model.
    let Origin::Fallback { reason } =
        sampler.suggest(&space, &history, TrialNumber(3)).unwrap().origin
    else {
        panic!("a model of nothing")
    };
    assert_eq!(reason, "no observations");
    for (i, observation) in history.observations.iter_mut().enumerate() {
        observation.loss = Some(i as f64);
    }
    let Origin::Model { acquisition, acquisition_value, observations } =
        sampler.suggest(&space, &history, TrialNumber(3)).unwrap().origin
    else {
        panic!("no model")
    };
    assert_eq!((acquisition.as_str(), observations), ("log_ei", 3));
    assert!(acquisition_value.is_finite());
}

#[test]
fn the_first_trial_lies_in_the_middle_or_at_the_guesses() {
    let float = |name| Parameter::new(name, Domain::float(0.0, 1.0).unwrap());
    let first = |parameters: Vec<Parameter>, constraints: &[&str], settings: &SamplerSettings| {
        let constraints = constraints.iter().map(|c| (*c).to_owned()).collect();
        let space = SearchSpace::with_constraints(parameters, constraints).unwrap();
        let sampler = sampler::build(settings, 5);
        let suggestion = sampler.suggest(&space, &History::default(), TrialNumber(0)).unwrap();
        (suggestion.origin, coordinates(&suggestion.params))
    };
    let plain = vec![float("x"), float("y")];
    assert_eq!(first(plain.clone(), &[], &gp(None)), (Origin::Center, vec![0.5, 0.5]));
    // Where the middle is not allowed no one pretends it was.
    let (origin, at) = first(plain.clone(), &["x + y < 0.5"], &gp(None));
    assert!(origin == Origin::Sobol && at[0] + at[1] < 0.5, "{origin:?} {at:?}");
    let settings = GpSettings { ablate: vec![Ablation::Center], ..GpSettings::default() };
    let sobol = first(plain.clone(), &[], &SamplerSettings::Sobol);
    assert_eq!(first(plain.clone(), &[], &SamplerSettings::Gp(settings)), sobol);
    let mut guessed = plain;
    let value = ParamValue::Float(0.1);
    guessed[0].guess = Some(Guess::new(&guessed[0].domain, value, None).unwrap());
    assert_eq!(first(guessed, &[], &gp(None)), (Origin::Guess, vec![0.1, 0.5]));
}

#[test]
fn pending_trials_are_kept_away_from() {
    let space = unit_cube(2);
    let sampler = sampler::build(&gp(Some(8)), 4);
    let mut history = History::default();
    for number in (0..8).map(TrialNumber) {
        let params = sampler.suggest(&space, &history, number).unwrap().params;
        let loss = Some(branin(&params));
        history.observations.push(Observation { number, params, loss });
    }
    for number in (8..14).map(TrialNumber) {
        let params = sampler.suggest(&space, &history, number).unwrap().params;
        history.pending.push(params);
    }
    for (i, a) in history.pending.iter().enumerate() {
        for b in &history.pending[..i] {
            let gaps = coordinates(a).into_iter().zip(coordinates(b));
            let gap = gaps.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(gap > 0.01, "{a} and {b}");
        }
    }
}

/// 4 × 3 × 2 points: every one comes once before any comes twice.
#[test]
fn a_finite_space_is_used_up_before_anything_repeats() {
    let choices = |n: i64| (0..n).map(ParamValue::Int).collect::<Vec<_>>();
    let domains = [
        Domain::Int(IntDomain::new(1, 4, Scale::Log, 1).unwrap()),
        Domain::Categorical(CategoricalDomain::new(choices(3)).unwrap()),
        Domain::Bool,
    ];
    let named = domains.into_iter().zip(["a", "b", "c"]);
    let parameters = named.map(|(domain, name)| Parameter::new(name, domain));
    let space = SearchSpace::new(parameters.collect()).unwrap();
    for settings in [SamplerSettings::Random, SamplerSettings::Sobol, gp(None)] {
        let sampler = sampler::build(&settings, 11);
        let mut history = History::default();
        let mut seen: Vec<Params> = Vec::new();
        for number in (0..24).map(TrialNumber) {
            let params = sampler.suggest(&space, &history, number).unwrap().params;
            assert!(!seen.contains(&params), "{settings:?}: {params} twice");
            seen.push(params.clone());
            if number.0 % 5 == 4 {
                history.pending.push(params);
            } else {
                let loss = Some(params.i64("a").unwrap() as f64);
                history.observations.push(Observation { number, params, loss });
            }
        }
        // Nothing is left; a suggestion is made all the same.
        assert!(sampler.suggest(&space, &history, TrialNumber(24)).is_ok());
    }
}

#[test]
fn more_dimensions_than_sobol_has_is_an_error() {
    let space = unit_cube(21_202);
    let error = SamplerError::TooManyDimensions { found: 21_202, max: 21_201 };
    for settings in [SamplerSettings::Sobol, gp(None)] {
        let sampler = sampler::build(&settings, 0);
        let result = sampler.suggest(&space, &History::default(), TrialNumber(0));
        assert_eq!(result, Err(error.clone()));
    }
    let random = sampler::build(&SamplerSettings::Random, 0);
    assert!(random.suggest(&space, &History::default(), TrialNumber(0)).is_ok());
}

/// The surrogate's predictions are in units of the loss, and say where it knows little.
#[test]
fn surrogate_predicts_in_units_of_the_loss() {
    let space = unit_cube(1);
    let mut history = History::default();
    assert_eq!(
        Surrogate::fit(&space, &history, Purpose::Describe).err(),
        Some(GpError::NoObservations)
    );
    let loss = |u: f64| 1000.0 + 50.0 * (4.0 * u).sin();
    for number in 0..9 {
        let u = 0.5 * number as f64 / 8.0;
        let params = space.decode(&[u]);
        let loss = Some(loss(u));
        history.observations.push(Observation { number: TrialNumber(number), params, loss });
    }
    let surrogate = Surrogate::fit(&space, &history, Purpose::Describe).unwrap();
    let near = surrogate.predict(&space.decode(&[0.22]));
    assert!((near.loss - loss(0.22)).abs() < 1.0, "{near:?}");
    assert!(near.standard_error < 2.0, "{near:?}");
    let [again, far] = surrogate.predict_units(&[vec![0.22], vec![1.0]])[..] else {
        panic!("two points, two predictions")
    };
    // To rounding: many points are solved for together.
    assert!((again.loss - near.loss).abs() < 1e-9);
    assert!((again.standard_error - near.standard_error).abs() < 1e-6);
    assert!(far.standard_error > 5.0 * near.standard_error, "{far:?}");
}

/// Three optimizers with settings of their own, two limits: 27 of 54 points remain.
fn finite_tree() -> SearchSpace {
    let optimizer = Domain::categorical(["adam", "sgd", "none"]).unwrap();
    let when = |text: &str| Condition::Expression(text.into());
    let parameters = vec![
        Parameter::new("optimizer", optimizer),
        Parameter::new("layers", Domain::int(1, 3).unwrap()),
        Parameter::new("momentum", Domain::ordinal([0.0, 0.5, 0.9]).unwrap())
            .when(when("optimizer == 'sgd'")),
        Parameter::new("warmup", Domain::Bool).when(when("optimizer != 'none' and layers > 1")),
    ];
    let constraints = vec!["layers * momentum < 1.8".into(), "layers < 3 or not warmup".into()];
    SearchSpace::with_constraints(parameters, constraints).unwrap()
}

#[test]
fn a_finite_tree_is_used_up_before_anything_repeats() {
    let space = finite_tree();
    let points = space.cardinality().unwrap();
    for settings in [SamplerSettings::Random, SamplerSettings::Sobol] {
        let sampler = sampler::build(&settings, 11);
        let mut history = History::default();
        for number in (0..points).map(TrialNumber) {
            let params = sampler.suggest(&space, &history, number).unwrap().params;
            let values = params.iter().map(|(n, v)| (n, v.clone()));
            assert_eq!(space.check(values), Ok(params.clone()));
            let seen = history.observations.iter().any(|o| o.params == params);
            assert!(!seen && !history.pending.contains(&params), "{params} twice");
            history.observations.push(Observation { number, params, loss: Some(1.0) });
        }
        assert!(sampler.suggest(&space, &history, TrialNumber(points)).is_ok());
    }
}

/// A billionth of the square is allowed. Draws do not find it; the space knows one point there.
#[test]
fn a_tiny_feasible_region_is_reached_by_repair() {
    let float = |name| Parameter::new(name, Domain::float(0.0, 1.0).unwrap());
    let parameters = vec![float("x"), float("y"), Parameter::new("k", Domain::int(1, 9).unwrap())];
    let constraint = vec!["abs(x - y) < 1e-4 and k != 4".into()];
    let space = SearchSpace::with_constraints(parameters, constraint).unwrap();
    for settings in [SamplerSettings::Random, SamplerSettings::Sobol] {
        let sampler = sampler::build(&settings, 2);
        let mut history = History::default();
        for number in (0..5).map(TrialNumber) {
            let params = sampler.suggest(&space, &history, number).unwrap().params;
            assert_eq!(params, sampler.suggest(&space, &history, number).unwrap().params);
            let gap = params.f64("x").unwrap() - params.f64("y").unwrap();
            assert!(gap.abs() < 1e-4 && params.i64("k") != Some(4), "{params}");
            assert!(history.observations.iter().all(|o| o.params != params), "{params} twice");
            history.observations.push(Observation { number, params, loss: Some(1.0) });
        }
    }
}

#[test]
fn an_impossible_space_is_an_error() {
    let x = Parameter::new("x", Domain::float(0.0, 1.0).unwrap());
    let space = SearchSpace::with_constraints(vec![x], vec!["x > 1".into()]).unwrap();
    for settings in [SamplerSettings::Random, SamplerSettings::Sobol, gp(None)] {
        let sampler = sampler::build(&settings, 0);
        let result = sampler.suggest(&space, &History::default(), TrialNumber(0));
        assert_eq!(result, Err(SamplerError::NoFeasiblePoint { tried: 4096 }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any tree, any history: a feasible suggestion, the same each time, and none that was tried as
    /// long as another is left.
    #[test]
    fn suggestions_in_a_tree_are_feasible_and_pure(
        space in crate::spaces::tree(),
        seed in any::<u64>(),
        finished in 0u64..20,
        pending in 0u64..4,
    ) {
        for settings in [SamplerSettings::Random, SamplerSettings::Sobol] {
            let sampler = sampler::build(&settings, seed);
            let mut history = History::default();
            for number in (0..finished + pending).map(TrialNumber) {
                let suggestion = sampler.suggest(&space, &history, number).unwrap();
                prop_assert_eq!(&suggestion, &sampler.suggest(&space, &history, number).unwrap());
                let params = suggestion.params;
                let values = params.iter().map(|(n, v)| (n, v.clone()));
                prop_assert_eq!(space.check(values), Ok(params.clone()));
                if space.cardinality().is_some_and(|n| number.0 < n) {
                    let seen = history.observations.iter().any(|o| o.params == params);
                    prop_assert!(!seen && !history.pending.contains(&params), "{} twice", params);
                }
                if number.0 < finished {
                    history.observations.push(Observation { number, params, loss: Some(1.0) });
                } else {
                    history.pending.push(params);
                }
            }
        }
    }

    /// Any space, any history: a suggestion inside the space, the same each time.
    #[test]
    fn suggestions_are_total_and_pure(
        space in crate::spaces::space(),
        seed in any::<u64>(),
        losses in prop::collection::vec(
            prop_oneof![
                6 => (-1e3..1e3).prop_map(Some),
                1 => Just(Some(7.0)),
                1 => Just(Some(1e300)),
                1 => Just(Some(-1e300)),
                2 => Just(None),
            ],
            0..20,
        ),
        pending in 0usize..4,
    ) {
        let random = sampler::build(&SamplerSettings::Random, seed);
        let draw = |number: usize| {
            let nothing = History::default();
            random.suggest(&space, &nothing, TrialNumber(number as u64 / 2)).unwrap().params
        };
        let observations = losses.iter().enumerate().map(|(i, &loss)| Observation {
            number: TrialNumber(i as u64),
            params: draw(i),
            loss,
        });
        let history = History {
            observations: observations.collect(),
            pending: (0..pending).map(|i| draw(1000 + i)).collect(),
        };
        let number = TrialNumber((losses.len() + pending) as u64);
        for settings in [SamplerSettings::Random, SamplerSettings::Sobol, gp(Some(0))] {
            let sampler = sampler::build(&settings, seed);
            let suggestion = sampler.suggest(&space, &history, number).unwrap();
            prop_assert_eq!(&suggestion, &sampler.suggest(&space, &history, number).unwrap());
            let values = suggestion.params.iter().map(|(n, v)| (n, v.clone()));
            prop_assert_eq!(space.check(values), Ok(suggestion.params.clone()));
        }
        if let Ok(model) = Surrogate::fit(&space, &history, Purpose::Describe) {
            let prediction = model.predict(&draw(5000));
            prop_assert!(prediction.loss.is_finite());
            prop_assert!(prediction.standard_error >= 0.0);
        }
    }
}
