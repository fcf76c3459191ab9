//! A few first trials, then a Gaussian process with log expected improvement.

use super::distinct::{Seen, unseen};
use super::guess::preference;
use super::sobol::{Sequence, SobolSampler, hash};
use super::surrogate::{rows, search_ensemble};
use super::{GpSettings, Part, Sampler, SamplerError, Suggestion, initial};
use crate::gp::Region;
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
        if number.0 < self.settings.initial_trials(space.len()) as u64 {
            let center = self.settings.uses(Part::Center);
            return initial::suggest(space, history, number, self.seed, center);
        }
        // Another key for every trial: no two searches begin at the same points.
        let key = hash(self.seed) ^ hash(number.0);
        let sequence = Sequence::scrambled(space.len(), key)?;
        match suggest_by_model(space, history, &sequence, &self.settings, key) {
            Ok(suggestion) => Ok(suggestion),
            Err(reason) => {
                let sobol = SobolSampler { seed: self.seed };
                let params = sobol.suggest(space, history, number)?.params;
                Ok(Suggestion { params, origin: Origin::Fallback { reason } })
            }
        }
    }
}

/// The point of largest LogEI, or why there is none. `key` decides the hyperparameters drawn.
fn suggest_by_model(
    space: &SearchSpace,
    history: &History,
    sequence: &Sequence,
    settings: &GpSettings,
    key: u64,
) -> Result<Suggestion, String> {
    let mut gp = search_ensemble(space, history, settings, key).map_err(|e| e.to_string())?;
    let observations = gp.observations();
    for params in &history.pending {
        gp.believe(&space.encode(params)).map_err(|e| e.to_string())?;
    }
    let preference = preference(space, observations);
    let seen = space.may_repeat().then(|| Seen::new(space, history));
    let rest = seen.as_ref().and_then(|seen| unseen(space, seen));
    let maximum = match rest.filter(|rest| !rest.is_empty()) {
        Some(rest) => gp.best_by_log_ei(&rows(&rest, space.len()), preference.as_ref()),
        None => {
            let spread: Vec<Vec<f64>> = (0..SPREAD).map(|i| sequence.point(i)).collect();
            let region = Untried { space, seen };
            gp.maximize_log_ei(&rows(&spread, space.len()), &region, preference.as_ref())
        }
    };
    let maximum = maximum.ok_or("every candidate has been tried or breaks a constraint")?;
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

/// The feasible points of a space that have not been tried.
struct Untried<'a> {
    space: &'a SearchSpace,
    /// `None` where no point comes twice anyway.
    seen: Option<Seen>,
}

impl Region for Untried<'_> {
    fn admit(&self, point: Vec<f64>) -> Option<Vec<f64>> {
        let point = self.space.snap(&point);
        let new = self.seen.as_ref().is_none_or(|seen| !seen.contains(&point));
        (new && self.space.is_feasible(&point)).then_some(point)
    }
}
