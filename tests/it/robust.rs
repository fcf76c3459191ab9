//! The `gp` sampler under bad treatment: any space, any history. A suggestion comes, lies inside the
//! space, is the same each time, repeats nothing as long as something is left, and comes from the model
//! unless there is nothing to model or nothing left.

use std::cell::Cell;
use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use surmise::sampler::{self, GpSettings, SamplerSettings, Suggestion};
use surmise::space::{
    CategoricalDomain, Domain, FloatDomain, Guess, IntDomain, ParamValue, Parameter, Params, Scale,
    SearchSpace,
};
use surmise::trial::{History, Observation, Origin, TrialNumber};

const MODEL_AT_ONCE: SamplerSettings = SamplerSettings::Gp(GpSettings {
    sobol: Some(0),
    observations: GpSettings::OBSERVATIONS,
    ablate: Vec::new(),
});

/// A history to be made in some space.
#[derive(Clone, Debug)]
struct Past {
    losses: Vec<Option<f64>>,
    /// The points repeat after so many.
    distinct: usize,
    pending: usize,
}

fn loss() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        8 => (-1e3..1e3).prop_map(Some),
        1 => prop::sample::select(vec![1e300, -1e300, 1e-300, 1e12, 0.0, f64::MAX, f64::MIN]).prop_map(Some),
        1 => Just(None),
    ]
}

fn past() -> impl Strategy<Value = Past> {
    let extreme = prop::sample::select(vec![1e300, -1e300, 1e-300, -7.5, 0.0, 1e12]);
    let losses = prop_oneof![
        3 => prop::collection::vec(loss(), 0..16),
        1 => prop::collection::vec(-1.0..1.0, 2..16).prop_map(|values| {
            let mut losses: Vec<_> = values.into_iter().map(Some).collect();
            losses[1] = Some(1e12);
            losses
        }),
        1 => (extreme, 1usize..16).prop_map(|(value, n)| vec![Some(value); n]),
        1 => prop::collection::vec(prop::sample::select(vec![Some(1e300), Some(-1e300), Some(1e-300)]), 1..10),
        1 => (0usize..10).prop_map(|n| vec![None; n]),
        1 => prop::collection::vec(0.0..1.0, 30..60)
            .prop_map(|values| values.into_iter().map(|v| Some(f64::trunc(3.0 * v))).collect()),
    ];
    (losses, prop_oneof![1 => 1usize..5, 3 => Just(1000)], 0usize..4)
        .prop_map(|(losses, distinct, pending)| Past { losses, distinct, pending })
}

/// Trees with some guesses in them.
fn space() -> impl Strategy<Value = SearchSpace> {
    let guesses = prop::collection::vec(prop::option::weighted(0.3, 0.0..1.0), 12);
    (prop_oneof![crate::spaces::tree_of(1..4), crate::spaces::tree_of(4..13)], guesses).prop_map(
        |(space, guesses)| {
            let mut parameters = space.parameters().to_vec();
            for (parameter, guess) in parameters.iter_mut().zip(guesses) {
                let value = guess.map(|u| parameter.domain.decode(u));
                parameter.guess = value.map(|v| Guess::new(&parameter.domain, v, None).unwrap());
            }
            SearchSpace::with_constraints(parameters, space.constraints().to_vec()).unwrap()
        },
    )
}

fn history(space: &SearchSpace, past: &Past, seed: u64) -> History {
    let random = sampler::build(&SamplerSettings::Random, seed);
    let draw = |i: usize| {
        random.suggest(space, &History::default(), TrialNumber(i as u64)).unwrap().params
    };
    let observation = |(i, &loss): (usize, &Option<f64>)| Observation {
        number: TrialNumber(i as u64),
        params: draw(i % past.distinct),
        loss,
    };
    History {
        observations: past.losses.iter().enumerate().map(observation).collect(),
        pending: (0..past.pending).map(|i| draw(2000 + i)).collect(),
    }
}

/// Points of a finite space that the history does not hold; `None` if there is no end of points.
fn left(space: &SearchSpace, history: &History) -> Option<u64> {
    let points = space.cardinality()?;
    let all = history.observations.iter().map(|o| &o.params).chain(&history.pending);
    let seen: HashSet<String> = all.map(Params::to_string).collect();
    Some(points - seen.len() as u64)
}

/// Suggests, and checks what always holds.
fn suggest(space: &SearchSpace, history: &History, seed: u64) -> Result<Suggestion, TestCaseError> {
    let sampler = sampler::build(&MODEL_AT_ONCE, seed);
    let number = TrialNumber((history.observations.len() + history.pending.len()) as u64);
    let suggestion = sampler
        .suggest(space, history, number)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&suggestion, &sampler.suggest(space, history, number).unwrap());
    let params = &suggestion.params;
    let values = params.iter().map(|(name, value)| (name, value.clone()));
    prop_assert_eq!(space.check(values), Ok(params.clone()));

    let left = left(space, history);
    let again = history.observations.iter().any(|o| o.params == *params)
        || history.pending.contains(params);
    prop_assert!(!again || left.is_none_or(|left| left == 0), "{} once more", params);
    let known = history.observations.iter().any(|o| o.loss.is_some_and(f64::is_finite));
    match &suggestion.origin {
        Origin::Model { acquisition_value, .. } => prop_assert!(acquisition_value.is_finite()),
        Origin::Fallback { reason } => {
            prop_assert!(!reason.is_empty());
            // A constraint may leave nothing of what is continuous: only the repetition shows that.
            let nothing_new = left == Some(0) || left.is_none() && again;
            prop_assert!(!known || nothing_new, "a fallback without need: {}", reason);
        }
        origin => prop_assert!(false, "{:?}", origin),
    }
    Ok(suggestion)
}

#[test]
fn any_space_and_any_history_get_a_suggestion() {
    let mut config = Config::with_cases(96);
    // The same cases on every run, unless PROPTEST_RNG_SEED asks for others.
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config.failure_persistence = None;
    let (fallbacks, models) = (Cell::new(0), Cell::new(0));
    let cases = (space(), past(), any::<u64>());
    let result = TestRunner::new(config).run(&cases, |(space, past, seed)| {
        let mut history = history(&space, &past, seed);
        // The second of a batch sees the first as pending.
        for _ in 0..2 {
            let suggestion = suggest(&space, &history, seed)?;
            let count = match suggestion.origin {
                Origin::Fallback { .. } => &fallbacks,
                _ => &models,
            };
            count.set(count.get() + 1);
            history.pending.push(suggestion.params);
        }
        Ok(())
    });
    eprintln!("{} by the model, {} fallbacks", models.get(), fallbacks.get());
    result.unwrap();
    assert!(models.get() > 120 && fallbacks.get() > 0);
}

fn floats(count: usize) -> SearchSpace {
    let float = |i| Parameter::new(format!("x{i}"), Domain::float(0.0, 1.0).unwrap());
    SearchSpace::new((0..count).map(float).collect()).unwrap()
}

fn past_of(losses: Vec<Option<f64>>, distinct: usize) -> Past {
    Past { losses, distinct, pending: 1 }
}

#[track_caller]
fn by_model(space: &SearchSpace, past: &Past) -> Params {
    let suggestion = suggest(space, &history(space, past, 5), 5).unwrap();
    assert!(matches!(suggestion.origin, Origin::Model { .. }), "{:?}", suggestion.origin);
    suggestion.params
}

fn waves(count: usize) -> Vec<Option<f64>> {
    (0..count).map(|i| Some((i as f64).sin())).collect()
}

#[test]
fn one_parameter_of_every_kind() {
    let choices = || (0..3).map(ParamValue::Int).collect::<Vec<_>>();
    for domain in [
        Domain::float(-1.0, 1.0).unwrap(),
        Domain::Bool,
        Domain::Categorical(CategoricalDomain::new(choices()).unwrap()),
    ] {
        let space = SearchSpace::new(vec![Parameter::new("x", domain)]).unwrap();
        by_model(&space, &Past { losses: waves(1), distinct: 1, pending: 0 });
        // A finite one is used up now: any suggestion will do.
        suggest(&space, &history(&space, &past_of(waves(12), 1000), 5), 5).unwrap();
    }
}

/// Domains as wide and as narrow as are accepted.
#[test]
fn extreme_domains() {
    let float = |low, high, scale| Domain::Float(FloatDomain::new(low, high, scale, None).unwrap());
    let int = |low, high, scale, step| Domain::Int(IntDomain::new(low, high, scale, step).unwrap());
    let domains = [
        float(-f64::MAX / 2.0, f64::MAX / 2.0, Scale::Linear),
        float(1e-300, 1e300, Scale::Log),
        float(1.0, 1.0 + f64::EPSILON, Scale::Linear),
        int(1 - (1 << 52), 1 << 52, Scale::Linear, 1),
        int(1, 1 << 53, Scale::Log, 1),
        int(0, i64::MAX, Scale::Linear, i64::MAX),
    ];
    let parameter = |(i, domain)| Parameter::new(format!("p{i}"), domain);
    let all = SearchSpace::new(domains.into_iter().enumerate().map(parameter).collect()).unwrap();
    by_model(&all, &past_of(waves(20), 1000));
    for parameter in all.parameters() {
        let alone = SearchSpace::new(vec![parameter.clone()]).unwrap();
        suggest(&alone, &history(&alone, &past_of(waves(20), 1000), 5), 5).unwrap();
    }
}

#[test]
fn a_hundred_parameters() {
    by_model(&floats(100), &past_of(waves(12), 1000));
}

#[test]
fn a_categorical_with_five_hundred_choices() {
    let choices = (0..500).map(ParamValue::Int).collect();
    let domain = Domain::Categorical(CategoricalDomain::new(choices).unwrap());
    let alone = SearchSpace::new(vec![Parameter::new("c", domain.clone())]).unwrap();
    by_model(&alone, &past_of(waves(20), 1000));
    let x = Parameter::new("x", Domain::float(0.0, 1.0).unwrap());
    let both = SearchSpace::new(vec![Parameter::new("c", domain), x]).unwrap();
    by_model(&both, &past_of(waves(20), 1000));
}

#[test]
fn hundreds_of_duplicates_of_one_point() {
    // Noise on one point, then exactly one value.
    by_model(&floats(2), &past_of(waves(300), 1));
    by_model(&floats(2), &past_of(vec![Some(2.0); 300], 1));
}

#[test]
fn hundreds_of_huge_losses() {
    by_model(&floats(2), &past_of(vec![Some(1e300); 500], 1000));
    let mixed = (0..500).map(|i| Some(if i % 2 == 0 { 1e300 } else { -1e300 })).collect();
    by_model(&floats(2), &past_of(mixed, 1000));
}

#[test]
fn failures_only_are_no_model_and_say_so() {
    let space = floats(3);
    let past = past_of(vec![None; 20], 1000);
    let suggestion = suggest(&space, &history(&space, &past, 5), 5).unwrap();
    assert_eq!(suggestion.origin, Origin::Fallback { reason: "no observations".into() });
}

#[test]
fn losses_that_are_no_numbers_count_as_failures() {
    let losses =
        vec![Some(f64::NAN), Some(1.0), Some(f64::INFINITY), Some(2.0), Some(-f64::INFINITY)];
    by_model(&floats(2), &past_of(losses, 1000));
    let none = past_of(vec![Some(f64::NAN); 4], 1000);
    let suggestion = suggest(&floats(2), &history(&floats(2), &none, 5), 5).unwrap();
    assert!(matches!(suggestion.origin, Origin::Fallback { .. }));
}
