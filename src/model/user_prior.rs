//! The user's guesses of good values as a prior: the acquisition favours their neighbourhood, less and
//! less.

use crate::gp::{ColumnPrior, UserPrior};
use crate::space::{Guess, SearchSpace};

/// What a guess is worth, in observations (`β` of πBO). Its authors take a tenth of the budget; where
/// guesses are wrong, more costs more (BENCHMARKS.md).
const WORTH: f64 = 1.0;

/// Deviation of a guess among choices: another one is `e^{-2}` as likely.
const CHOICE: f64 = 0.5;

/// The prior that the guesses make after so many observations; `None` without guesses.
pub(super) fn user_prior(space: &SearchSpace, observations: usize) -> Option<UserPrior> {
    let prior = |guess: &Guess| ColumnPrior {
        center: guess.center(),
        deviation: guess.deviation().unwrap_or(CHOICE),
    };
    let columns: Vec<Option<ColumnPrior>> =
        space.parameters().iter().map(|p| p.guess.as_ref().map(prior)).collect();
    let any = columns.iter().any(Option::is_some);
    any.then(|| UserPrior { columns, weight: WORTH / observations.max(1) as f64 })
}
