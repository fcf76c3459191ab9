//! Sobol first, then a Gaussian process with log expected improvement.

use super::distinct::{Seen, unseen};
use super::sobol::{Sequence, SobolSampler, hash};
use super::surrogate::{rows, surrogate};
use super::{GpSettings, Sampler, SamplerError, Suggestion};
use crate::space::SearchSpace;
use crate::trial::{History, Origin, TrialNumber};

/// Quasi-random points where the search for a suggestion begins.
const SPREAD: u64 = 512;

/// Models the loss of finished trials and suggests where it is most worth looking.
#[derive(Clone, Debug)]
pub(super) struct GpSampler {
    pub(super) settings: GpSettings,
    pub(super) seed: u64,
}

impl Sampler for GpSampler {
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError> {
        let sobol = SobolSampler { seed: self.seed };
        let initial = self.settings.sobol.unwrap_or_else(|| super::initial_trials(space.len()));
        if number.0 < initial as u64 {
            return sobol.suggest(space, history, number);
        }
        // Another scramble for every trial: no two searches begin at the same points.
        let sequence = Sequence::scrambled(space.len(), hash(self.seed) ^ hash(number.0))?;
        match suggest_by_model(space, history, &sequence) {
            Ok(suggestion) => Ok(suggestion),
            Err(reason) => Ok(Suggestion {
                params: sobol.suggest(space, history, number)?.params,
                origin: Origin::Fallback { reason },
            }),
        }
    }
}

/// The point of largest LogEI, or why there is none.
fn suggest_by_model(
    space: &SearchSpace,
    history: &History,
    sequence: &Sequence,
) -> Result<Suggestion, String> {
    let mut gp = surrogate(space, history).map_err(|e| e.to_string())?.gp;
    let observations = gp.observations();
    for params in &history.pending {
        gp.believe(&space.encode(params)).map_err(|e| e.to_string())?;
    }
    let seen = Seen::new(space, history);
    let maximum = match unseen(space, &seen) {
        Some(rest) if !rest.is_empty() => gp.best_by_log_ei(&rows(&rest, space.len())),
        everything_seen => {
            let spread: Vec<Vec<f64>> = (0..SPREAD).map(|i| sequence.point(i)).collect();
            let excluded = if everything_seen.is_none() && space.cardinality().is_some() {
                seen.points()
            } else {
                Vec::new()
            };
            gp.maximize_log_ei(&rows(&spread, space.len()), &excluded)
        }
    };
    let maximum = maximum.ok_or("every candidate has been tried")?;
    if !maximum.log_ei.is_finite() {
        return Err("expected improvement is 0 everywhere".into());
    }
    Ok(Suggestion {
        params: space.decode(&maximum.point),
        origin: Origin::Model {
            acquisition: "log_ei".into(),
            acquisition_value: maximum.log_ei,
            observations,
        },
    })
}
