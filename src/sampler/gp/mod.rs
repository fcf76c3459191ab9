//! A few first trials, then a Gaussian process with log expected improvement.

mod initial;
mod settings;

pub use settings::{Ablation, GpSettings};
pub(super) use settings::{read, write};

use super::distinct::{Seen, unseen};
use super::sobol::SobolSampler;
use super::{Sampler, SamplerError, Suggestion};
use crate::gp::Region;
use crate::gp::acquisition::{self, LOG_EI};
use crate::model::{Purpose, Search, Surrogate};
use crate::numeric::hash::splitmix64;
use crate::space::{SearchSpace, SobolSequence};
use crate::trial::{History, Origin, TrialNumber};

/// What a suggestion maximises.
const ACQUISITION: acquisition::Named = LOG_EI;

/// Quasi-random points where the search for a suggestion begins.
const FILLING: u64 = 512;

/// The sampler.
pub(super) fn sampler(settings: &GpSettings, seed: u64) -> Box<dyn Sampler> {
    Box::new(GpSampler { settings: settings.clone(), seed })
}

/// Models the loss of finished trials and suggests where it is most worth looking.
#[derive(Clone, Debug)]
struct GpSampler {
    settings: GpSettings,
    seed: u64,
}

impl Sampler for GpSampler {
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError> {
        if number.0 < self.settings.initial_trials(space.len()) as u64 {
            let center = self.settings.uses(Ablation::Center);
            return initial::suggest(space, history, number, self.seed, center);
        }
        // Another key for every trial: no two searches begin at the same points.
        let key = splitmix64(self.seed) ^ splitmix64(number.0);
        let sequence = SobolSequence::scrambled(space.len(), key)?;
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

/// The point where the acquisition function is largest, or why there is none. `key` decides the hyperparameters drawn.
fn suggest_by_model(
    space: &SearchSpace,
    history: &History,
    sequence: &SobolSequence,
    settings: &GpSettings,
    key: u64,
) -> Result<Suggestion, String> {
    let purpose = Purpose::Search(Search {
        observations: settings.observations,
        additive: settings.uses(Ablation::Additive),
        averaging: settings.uses(Ablation::Averaging),
        compression: settings.uses(Ablation::Compression),
        key,
    });
    let mut surrogate = Surrogate::fit(space, history, purpose).map_err(|e| e.to_string())?;
    for params in &history.pending {
        surrogate.condition_on_mean(params).map_err(|e| e.to_string())?;
    }
    let seen = space.may_repeat().then(|| Seen::new(space, history));
    let rest = seen.as_ref().and_then(|seen| unseen(space, seen));
    let maximum = match rest.filter(|rest| !rest.is_empty()) {
        Some(rest) => surrogate.best_of(&rest, ACQUISITION.function),
        None => {
            let filling: Vec<Vec<f64>> = (0..FILLING).map(|i| sequence.point(i)).collect();
            let region = Untried { space, seen };
            surrogate.maximize(&filling, &region, ACQUISITION.function)
        }
    };
    let maximum = maximum.ok_or("every candidate has been tried or breaks a constraint")?;
    if !maximum.log_value.is_finite() {
        return Err("expected improvement is 0 everywhere".into());
    }
    Ok(Suggestion {
        params: space.decode(&maximum.point),
        origin: Origin::Model {
            acquisition: ACQUISITION.name.into(),
            acquisition_value: maximum.log_value,
            observations: surrogate.observations(),
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
