//! Samplers propose the next parameters.
//!
//! A suggestion is a pure function of the space, the sampler's settings, the study's seed, the
//! trial's number and the history it sees: equal inputs give bit-equal parameters, so resuming a
//! study is replaying it.

mod distinct;
mod gp;
mod random;
mod sobol;
mod surrogate;
mod warp;

pub use surrogate::{MAX_OBSERVATIONS, Prediction, Surrogate, descriptive_surrogate, surrogate};

use thiserror::Error;

use crate::space::{Params, SearchSpace};
use crate::trial::{History, Origin, TrialNumber};

/// A sampler's choice for one trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The parameters, inside the space.
    pub params: Params,
    /// How they were found.
    pub origin: Origin,
}

/// Why no suggestion could be made.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SamplerError {
    /// The Sobol sequence has direction numbers for fewer dimensions.
    #[error("the Sobol sequence reaches {max} parameters, the space has {found}")]
    TooManyDimensions {
        /// Parameters in the space.
        found: usize,
        /// Dimensions the sequence reaches.
        max: usize,
    },
    /// No point that satisfies the space's constraints was found.
    #[error("none of {tried} points satisfies the constraints of the space")]
    NoFeasiblePoint {
        /// Points tried.
        tried: usize,
    },
}

/// Proposes parameters.
pub trait Sampler: Send + Sync {
    /// The parameters of trial `number`, given what had finished and what was pending when it was
    /// asked. Pure: equal arguments give bit-equal suggestions.
    ///
    /// # Errors
    /// [`SamplerError`] if the space is beyond this sampler; a model that cannot be fitted is no
    /// error but an [`Origin::Fallback`].
    fn suggest(
        &self,
        space: &SearchSpace,
        history: &History,
        number: TrialNumber,
    ) -> Result<Suggestion, SamplerError>;
}

/// Which sampler a study uses: plain settings, as written in YAML.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplerSettings {
    /// Independent uniform draws.
    Random,
    /// The scrambled Sobol sequence.
    Sobol,
    /// Sobol first, then a Gaussian process.
    Gp(GpSettings),
}

impl Default for SamplerSettings {
    /// The Gaussian process, with as many Sobol trials as the space asks for.
    fn default() -> Self {
        Self::Gp(GpSettings { sobol: None })
    }
}

/// Settings of the Gaussian-process sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct GpSettings {
    /// Trials that take their parameters from the Sobol sequence before the model begins;
    /// `None` chooses by the number of parameters.
    pub sobol: Option<usize>,
}

/// The sampler for these settings, with the study's seed.
pub fn build(settings: &SamplerSettings, seed: u64) -> Box<dyn Sampler> {
    match settings {
        SamplerSettings::Random => Box::new(random::RandomSampler { seed }),
        SamplerSettings::Sobol => Box::new(sobol::SobolSampler { seed }),
        SamplerSettings::Gp(settings) => {
            Box::new(gp::GpSampler { settings: settings.clone(), seed })
        }
    }
}

/// Trials before the model begins, for `d` parameters: enough to tell directions apart, few enough
/// not to waste a small budget.
fn initial_trials(d: usize) -> usize {
    (2 * d).clamp(5, 20)
}
