//! The user's guesses of good values once there is a model: the acquisition prefers their neighbourhood,
//! less and less.

use crate::gp::{Belief, Preference};
use crate::space::{Guess, SearchSpace};

/// What a guess is worth, in observations (`β` of πBO). Its authors take a tenth of the budget; where
/// guesses are wrong, more costs more (BENCHMARKS.md).
const WORTH: f64 = 1.0;

/// Deviation of a guess among choices: another one is `e^{-2}` as likely.
const CHOICE: f64 = 0.5;

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
