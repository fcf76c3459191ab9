//! Samplers propose the next parameters.
//!
//! A suggestion is a pure function of the space, the sampler's settings, the study's seed, the
//! trial's number and the history it sees: equal inputs give bit-equal parameters, so resuming a
//! study is replaying it.

mod distinct;
mod gp;
mod guess;
mod initial;
mod random;
mod sobol;
mod surrogate;
mod warp;

pub use surrogate::{Prediction, Surrogate, descriptive_surrogate, judging_surrogate};

use thiserror::Error;

use crate::space::{Params, SearchSpace};
use crate::trial::{History, Origin, TrialNumber};

/// Revision of the suggestions: one higher whenever equal inputs begin to give other parameters. It is
/// stored with every suggestion, so that a study tells which of its suggestions this build recomputes.
pub const ENGINE_REVISION: u32 = 1;

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
    /// The middle of the space and some Sobol points, then a Gaussian process.
    Gp(GpSettings),
}

impl Default for SamplerSettings {
    /// The Gaussian process with its defaults.
    fn default() -> Self {
        Self::Gp(GpSettings::default())
    }
}

/// Settings of the Gaussian-process sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct GpSettings {
    /// Trials before the model begins: the middle of the space, then the Sobol sequence; `None` chooses
    /// by the number of parameters.
    pub sobol: Option<usize>,
    /// Most trials the model is fitted to, at least 2: the best, and an even choice of the others.
    /// Time grows with their cube.
    pub observations: usize,
    /// Parts of the model left out, each once: to measure what it is worth.
    pub without: Vec<Part>,
}

impl GpSettings {
    /// Most trials the model is fitted to unless the settings say otherwise: a suggestion then takes
    /// less than a second, however many trials there are.
    pub const OBSERVATIONS: usize = 1000;

    /// Trials before the model begins, for `d` parameters.
    fn initial_trials(&self, d: usize) -> usize {
        self.sobol.unwrap_or_else(|| initial_trials(d))
    }

    fn uses(&self, part: Part) -> bool {
        !self.without.contains(&part)
    }
}

impl Default for GpSettings {
    fn default() -> Self {
        Self { sobol: None, observations: Self::OBSERVATIONS, without: Vec::new() }
    }
}

/// A part of the model that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The kernel's sum over single parameters.
    Additive,
    /// Averaging over hyperparameters where there are choices.
    Averaging,
    /// Compressing losses beyond the median.
    Compression,
    /// Beginning in the middle of the space.
    Center,
}

impl Part {
    /// All of them, with their names in YAML.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("additive", Self::Additive),
        ("averaging", Self::Averaging),
        ("compression", Self::Compression),
        ("center", Self::Center),
    ];
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

/// Trials before the model begins, for `d` parameters: fewer than the customary `2 d`, since the model
/// with its priors is a better guide than chance from the first few trials on.
fn initial_trials(d: usize) -> usize {
    d.clamp(4, 10)
}
