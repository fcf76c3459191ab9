//! The model that a search goes by.

use crate::gp::{Ensemble, GpError, Prior};
use crate::space::SearchSpace;
use crate::trial::History;

use super::table::{finite_loss, has_choices, table};
use super::warp::Warp;

/// The least span of a search's warp, in standard deviations of the noise. Nearer than that a loss beyond the
/// median may be bad luck, and compressing luck makes the good losses look more certain than they are.
const NOISE_SPAN: f64 = 10.0;

/// Hyperparameters drawn for a search where there are choices. Which of them matter is open for long: the
/// most probable hyperparameters are sure that some do not, and a search that trusts them never tries
/// those again. Draws disagree about it. Without choices the average was no better, and slower to exploit.
pub(super) const SEARCH_DRAWS: usize = 5;

/// Most observations that so many hyperparameters are drawn for: a draw costs O(n³), and with more
/// observations hyperparameters are known better.
pub(super) const DRAWN: usize = 100;

/// What a search's model sees, and does without.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Most trials the model is fitted to, at least 2: the best, and an even choice of the others.
    pub observations: usize,
    /// Whether the kernel has a part that is a sum over single parameters.
    pub additive: bool,
    /// Whether hyperparameters are averaged over where there are choices.
    pub averaging: bool,
    /// Whether losses beyond the median are compressed.
    pub compression: bool,
    /// Decides the hyperparameters drawn.
    pub key: u64,
}

/// Fits to a history; see [`Purpose::Search`](super::Purpose::Search).
///
/// # Errors
/// As [`Surrogate::fit`](super::Surrogate::fit).
pub(super) fn fit(
    space: &SearchSpace,
    history: &History,
    settings: Search,
) -> Result<(Warp, Ensemble), GpError> {
    let observations = &history.observations;
    let worst = observations.iter().filter_map(finite_loss).reduce(f64::max);
    let worst = worst.ok_or(GpError::NoObservations)?;
    let points = observations.iter().map(|o| (&o.params, finite_loss(o).unwrap_or(worst)));
    let (params, losses): (Vec<_>, Vec<_>) = points.unzip();
    let warp = match settings.compression {
        true => Warp::search(&losses, has_choices(space)),
        false => Warp::none(),
    };
    let prior = Prior { additive: settings.additive, ..Prior::default() };
    let averaged = settings.averaging && has_choices(space);
    let fit = |warp| {
        let (columns, x, y) = table(space, &params, &losses, warp, settings.observations);
        let draws = if averaged && y.len() <= DRAWN { SEARCH_DRAWS } else { 0 };
        Ensemble::fit(&columns, x, &y, prior, draws, settings.key)
    };
    let ensemble = fit(warp)?;
    // How much noise there is, only a fit can tell.
    let wider = warp.with_span_at_least(NOISE_SPAN * ensemble.noise_deviation());
    if wider == warp { Ok((warp, ensemble)) } else { Ok((wider, fit(wider)?)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Parameter;
    use crate::trial::Observation;

    /// The deviation of the noise that the search's model finds, with the warp and without.
    fn noise_found(loss: impl Fn(usize) -> f64) -> [f64; 2] {
        use crate::space::Domain;
        use crate::trial::TrialNumber;
        let x = Parameter::new("x", Domain::float(0.0, 1.0).unwrap());
        let space = SearchSpace::new(vec![x]).unwrap();
        let observe = |i: usize| Observation {
            number: TrialNumber(i as u64),
            params: space.decode(&[i as f64 / 39.0]),
            loss: Some(loss(i)),
        };
        let observations = (0..40).map(observe).collect();
        let history = History { observations, ..History::default() };
        [true, false].map(|compression| {
            let whole =
                Search { observations: 1000, additive: true, averaging: true, compression, key: 1 };
            fit(&space, &history, whole).unwrap().1.noise_deviation()
        })
    }

    #[test]
    fn losses_within_reach_of_the_noise_are_not_compressed() {
        // Skewed: much of it lies more than a span beyond the median.
        let noise = |i: usize| [-1.0, -0.5, 0.0, 2.0, 4.0][i * 3 % 5];
        let [warped, plain] = noise_found(noise);
        assert_eq!(warped, plain);
        let [warped, plain] = noise_found(|i| 0.01 * noise(i) + (0.3 * i as f64).exp());
        assert!(warped < plain, "{warped} {plain}");
    }
}
