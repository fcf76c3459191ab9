//! The user's guesses of good values, as the `gp` sampler uses them: half of its first trials are drawn
//! from them, and later the acquisition prefers their neighbourhood, less and less.

use super::distinct::choose;
use super::sobol::Sequence;
use super::{SamplerError, Suggestion};
use crate::gp::{Belief, Preference};
use crate::space::{Guess, SearchSpace};
use crate::trial::{History, Origin, TrialNumber};

/// What a guess is worth, in observations (`β` of πBO). Its authors take a tenth of the budget; with 10,
/// guesses wrong in every parameter left five times the regret after 50 trials, with 1 not twice.
const WORTH: f64 = 1.0;

/// Deviation of a guess among choices: another one is `e^{-2}` as likely.
const CHOICE: f64 = 0.5;

/// The parameters of a first trial drawn from the guesses: the first trial of all lies at the guesses
/// themselves, then every other one near them. `None` for the rest, and without any guess.
///
/// # Errors
/// As [`SobolSampler`](super::sobol::SobolSampler).
pub(super) fn draw(
    space: &SearchSpace,
    history: &History,
    number: TrialNumber,
    seed: u64,
) -> Result<Option<Suggestion>, SamplerError> {
    let guesses: Vec<Option<&Guess>> =
        space.parameters().iter().map(|p| p.guess.as_ref()).collect();
    if number.0 % 2 == 1 || guesses.iter().all(Option::is_none) {
        return Ok(None);
    }
    let sequence = Sequence::scrambled(space.len(), seed)?;
    let candidates = (0..).map(|attempt: u64| {
        // The guesses themselves once; where they are not allowed, near them.
        let exact = number.0 == 0 && attempt == 0;
        let unit = sequence.point(number.0.wrapping_add(attempt << 20));
        let pairs = unit.into_iter().zip(&guesses);
        let coordinate = |(u, guess): (f64, &Option<&Guess>)| match guess {
            None => u,
            Some(guess) if exact => guess.center(),
            Some(guess) => near(guess, u),
        };
        pairs.map(coordinate).collect()
    });
    let unit = choose(space, history, candidates)?;
    Ok(Some(Suggestion { params: space.decode(&unit), origin: Origin::Guess }))
}

/// A coordinate distributed about the guess, for a uniform `u` in (0, 1): logistic, whose quantile is
/// elementary, with the guess's deviation; of choices the guessed one in half of all cases.
fn near(guess: &Guess, u: f64) -> f64 {
    match guess.deviation() {
        Some(deviation) => {
            let scale = deviation * 3.0_f64.sqrt() / std::f64::consts::PI;
            (guess.center() + scale * (u / (1.0 - u)).ln()).clamp(0.0, 1.0)
        }
        None if u < 0.5 => guess.center(),
        None => 2.0 * u - 1.0,
    }
}

/// The guesses after so many observations; `None` if there are none.
pub(super) fn preference(space: &SearchSpace, observations: usize) -> Option<Preference> {
    let belief = |guess: &Guess| Belief {
        center: guess.center(),
        deviation: guess.deviation().unwrap_or(CHOICE),
    };
    let beliefs: Vec<Option<Belief>> =
        space.parameters().iter().map(|p| p.guess.as_ref().map(belief)).collect();
    let any = beliefs.iter().any(Option::is_some);
    any.then(|| Preference { beliefs, weight: WORTH / observations.max(1) as f64 })
}
