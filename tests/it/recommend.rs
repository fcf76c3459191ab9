//! Which trial a study recommends, with noise and without.

use surmise::study::Recommendation;
use surmise::{
    Direction, Domain, Failure, FailureKind, ObjectiveSpec, Outcome, Parameter, Params,
    SamplerSettings, SearchSpace, SqliteStore, Study, StudySpec,
};

fn study(trials: u64, seed: u64) -> Study {
    let unit = |name: &str| Parameter::new(name, Domain::float(0.0, 1.0).unwrap());
    let spec = StudySpec {
        study: "hill".into(),
        direction: Direction::Maximize,
        metric: "height".into(),
        trials,
        seed,
        sampler: SamplerSettings::default(),
        space: SearchSpace::new(vec![unit("x"), unit("y")]).unwrap(),
        enqueue: Vec::new(),
        objective: ObjectiveSpec::External,
    };
    Study::open_or_create(Box::new(SqliteStore::in_memory().unwrap()), spec).unwrap()
}

/// Runs a study of this function to its end.
fn recommendation(
    trials: u64,
    seed: u64,
    mut measure: impl FnMut(&Params) -> f64,
) -> Recommendation {
    let mut study = study(trials, seed);
    while let Some(trial) = study.ask().unwrap() {
        let value = measure(&trial.params);
        study.tell_value(&trial, value).unwrap();
    }
    let found = study.recommend().unwrap().unwrap();
    assert_eq!(found.measured.trial, study.best().unwrap().unwrap());
    found
}

fn hill(params: &Params) -> f64 {
    let (x, y) = (params.f64("x").unwrap(), params.f64("y").unwrap());
    -(x - 0.5).powi(2) - (y - 0.6).powi(2)
}

/// Nearly normal, mean 0 and variance 1: a sum of twelve uniform draws of SplitMix64.
fn noise(state: &mut u64) -> f64 {
    let draws = (0..12).map(|_| {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    });
    draws.sum::<f64>() - 6.0
}

/// Over many studies: in a single one luck may still win.
#[test]
fn luck_is_seen_through() {
    const STUDIES: u64 = 40;
    for deviation in [0.01, 0.1] {
        let (mut recommended, mut luckiest, mut differ, mut held) = (0.0, 0.0, 0, 0);
        for seed in 0..STUDIES {
            let mut state = 1000 * seed;
            let measure = |params: &Params| hill(params) + deviation * noise(&mut state);
            let found = recommendation(30, seed, measure);
            let truth =
                |trial: &surmise::Trial| hill(trial.params.as_ref().unwrap()) / STUDIES as f64;
            recommended += truth(&found.recommended.trial);
            luckiest += truth(&found.measured.trial);
            differ += u64::from(!found.agrees());
            let candidate = &found.recommended;
            let error = candidate.predicted.mean - hill(candidate.trial.params.as_ref().unwrap());
            held += u64::from(error.abs() <= 1.96 * candidate.predicted.standard_error);
            // The luck shows: the model expects less where it was measured most.
            let lucky = found.measured.trial.state.value().unwrap();
            assert!(found.measured.predicted.mean < lucky, "{found:?}");
        }
        eprintln!("noise {deviation}: {recommended:.5} against {luckiest:.5}, {differ} differ");
        eprintln!("the 95 % interval held the truth in {held} of {STUDIES}");
        assert!(recommended > 0.9 * luckiest, "{recommended} against {luckiest}");
        assert!(differ >= STUDIES / 4, "{differ}");
        // 38 of 40 would be right; 33 or fewer would be so by chance once in 300 times.
        assert!(held >= 34, "{held}");
    }
}

#[test]
fn without_noise_the_best_measured_one_is_recommended() {
    for seed in 0..10 {
        for trials in [1, 3, 12, 25] {
            let found = recommendation(trials, seed, hill);
            assert!(found.agrees(), "{trials} trials, seed {seed}: {found:?}");
        }
    }
}

#[test]
fn of_equals_the_first_and_without_a_value_none() {
    let found = recommendation(8, 1, |_| 2.0);
    assert_eq!((found.agrees(), found.measured.trial.number.0), (true, 0));
    let mut study = study(4, 1);
    assert_eq!(study.recommend().unwrap(), None);
    let trial = study.ask().unwrap().unwrap();
    study.tell(&trial, Ok(Outcome::Pruned)).unwrap();
    let trial = study.ask().unwrap().unwrap();
    let failure = Failure { kind: FailureKind::Error, reason: "no".into() };
    study.tell(&trial, Err(failure)).unwrap();
    assert_eq!(study.recommend().unwrap(), None);
    let trial = study.ask().unwrap().unwrap();
    study.tell_value(&trial, 1.0).unwrap();
    assert_eq!(study.recommend().unwrap().unwrap().recommended.trial.number, trial.number);
}

#[test]
fn values_at_the_ends_of_what_numbers_hold_are_survived() {
    for values in [
        vec![1e300, -1e300, 1e-300],
        vec![f64::MAX, f64::MIN, 0.0],
        vec![-1e300; 3],
        vec![0.5, 0.25, -1e12],
        vec![1e-300, 2e-300, 3e-300],
    ] {
        let mut turns = values.iter().cycle();
        let found = recommendation(9, 2, |_| *turns.next().unwrap());
        assert!(!found.recommended.predicted.mean.is_nan(), "{values:?}: {found:?}");
        let top = values.iter().copied().fold(f64::MIN, f64::max);
        assert_eq!(found.measured.trial.state.value(), Some(top), "{values:?}");
    }
}
