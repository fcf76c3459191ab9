//! The first trials, before there is a model: the middle of the space, then quasi-random points.
//! Where the user has guessed, the guesses take the place of the middle, and every other trial lies
//! near them.
//!
//! Whoever declares a range expects good values inside it rather than at its ends, so the middle is the
//! best blind guess. The fewer trials there are, the more it is worth (BENCHMARKS.md).

use crate::sampler::distinct::choose;
use crate::sampler::sobol::STRIDE;
use crate::sampler::{SamplerError, Suggestion};
use crate::space::{Parameter, SearchSpace, SobolSequence};
use crate::trial::{History, Origin, TrialNumber};

/// The parameters of a first trial; `center` says whether the first of all lies in the middle.
///
/// # Errors
/// As [`SobolSampler`](crate::sampler::sobol::SobolSampler).
pub(super) fn suggest(
    space: &SearchSpace,
    history: &History,
    number: TrialNumber,
    seed: u64,
    center: bool,
) -> Result<Suggestion, SamplerError> {
    let guessed = space.parameters().iter().any(|p| p.guess.is_some());
    let by_guess = guessed && number.0.is_multiple_of(2);
    let sequence = SobolSequence::scrambled(space.len(), seed)?;
    let first = number.0 == 0 && (guessed || center);
    // The sequence begins after the first trial, whichever that is.
    let index = number.0.saturating_sub(u64::from(guessed || center));
    let at = |attempt: u64| sequence.point(index.wrapping_add(attempt.wrapping_mul(STRIDE)));
    let middle = first.then(|| each(space, at(0), middle));
    let others = (0..).map(|attempt| match by_guess {
        true => each(space, at(attempt), near),
        false => at(attempt),
    });
    let unit = choose(space, history, middle.iter().cloned().chain(others))?;
    let in_the_middle = middle.is_some_and(|middle| unit == space.snap(&middle));
    let origin = match (by_guess, in_the_middle) {
        (true, _) => Origin::Guess,
        (false, true) => Origin::Center,
        (false, false) => Origin::Sobol,
    };
    Ok(Suggestion { params: space.decode(&unit), origin })
}

fn each(
    space: &SearchSpace,
    unit: Vec<f64>,
    coordinate: impl Fn(&Parameter, f64) -> f64,
) -> Vec<f64> {
    space.parameters().iter().zip(unit).map(|(p, u)| coordinate(p, u)).collect()
}

/// What the user guessed, else the middle of what is ordered, else the choice at `u`.
fn middle(parameter: &Parameter, u: f64) -> f64 {
    match &parameter.guess {
        Some(guess) => guess.center(),
        None if parameter.domain.is_ordered() => 0.5,
        None => u,
    }
}

/// A coordinate distributed about the guess, for a uniform `u` in (0, 1): logistic, whose quantile is
/// elementary, with the guess's deviation; of choices the guessed one in half of all cases. Without a
/// guess `u` itself.
fn near(parameter: &Parameter, u: f64) -> f64 {
    let Some(guess) = &parameter.guess else { return u };
    match guess.deviation() {
        Some(deviation) => {
            let scale = deviation * 3.0_f64.sqrt() / std::f64::consts::PI;
            (guess.center() + scale * (u / (1.0 - u)).ln()).clamp(0.0, 1.0)
        }
        None if u < 0.5 => guess.center(),
        None => 2.0 * u - 1.0,
    }
}
