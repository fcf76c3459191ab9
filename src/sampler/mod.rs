//! Samplers propose the next parameters.
//!
//! A suggestion is a pure function of the space, the sampler's settings, the study's seed, the
//! trial's number and the history it sees: equal inputs give bit-equal parameters, so resuming a
//! study is replaying it.
//!
//! A new sampler is a file here, a `mod` line and a line in the list of samplers below: the module, whose
//! name is the sampler's in YAML, the variant of [`SamplerSettings`] with the settings if there are any,
//! `also` what others call it if that is worth a hint, and what the sampler does. The file holds an implementation of [`Sampler`]; `sampler`, which makes it of
//! the settings and the study's seed; `read`, which takes the settings from YAML; and `write`, which puts
//! them back, if there are any.

mod distinct;
mod gp;
mod random;
mod sobol;

pub use gp::{Ablation, GpSettings};

use serde_json::{Value, json};
use thiserror::Error;

use crate::config::{Data, Entry, Problem, Synonym};
use crate::space::{Params, SearchSpace, TooManyDimensions};
use crate::trial::{History, Origin, TrialNumber};

/// The revision of everything that a suggestion is computed by: spaces, samplers, surrogates, Gaussian
/// processes. A change that makes any suggestion another one raises it, so that a replay recomputes only
/// what its own revision suggested.
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

impl From<TooManyDimensions> for SamplerError {
    fn from(error: TooManyDimensions) -> Self {
        Self::TooManyDimensions { found: error.found, max: error.max }
    }
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

/// Makes [`SamplerSettings`] of a line a sampler: module, variant, what it does.
macro_rules! samplers {
    ($($module:ident: $Variant:ident $(($settings:ident: $Settings:ty))?
        $(also [$($other:literal),+])?, $about:literal;)+) => {
        /// Which sampler a study uses: plain settings, as written in YAML.
        #[derive(Clone, Debug, PartialEq)]
        pub enum SamplerSettings {
            $(#[doc = $about] $Variant $(($Settings))?,)+
        }

        impl SamplerSettings {
            /// Every sampler: its name in YAML, and what it does.
            pub const ALL: &[(&str, &str)] = &[$((stringify!($module), $about)),+];

            /// What others call them.
            const SYNONYMS: &[Synonym] = &[$($($(($other, stringify!($module)),)+)?)+];

            /// The sampler's name in YAML.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$Variant { .. } => stringify!($module),)+
                }
            }

            /// Reads `gp`, or `{ type: gp, sobol: 5 }`.
            pub(crate) fn read(entry: &Entry<'_>) -> Result<Self, Problem> {
                let map = if let Data::Text(_) = entry.node.data { None } else { Some(entry.fields()?) };
                let kind = match &map {
                    None => entry.clone(),
                    Some(fields) => fields.require("type", "type: gp")?,
                };
                let names: Vec<&str> = Self::ALL.iter().map(|&(name, _)| name).collect();
                let name = kind.name(&names, Self::SYNONYMS)?;
                $(if name == stringify!($module) {
                    $(let mut $settings = <$Settings>::default();)?
                    if let Some(fields) = &map {
                        $($settings =)? $module::read(fields)?;
                    }
                    return Ok(Self::$Variant $(($settings))?);
                })+
                Ok(Self::default())
            }

            /// Canonical JSON: every setting written out.
            pub(crate) fn to_json(&self) -> Value {
                let mut sampler = json!({ "type": self.name() });
                match self {
                    $(Self::$Variant $(($settings))? => {
                        $($module::write($settings, &mut sampler);)?
                    })+
                }
                sampler
            }
        }

        /// The sampler for these settings, with the study's seed.
        pub fn build(settings: &SamplerSettings, seed: u64) -> Box<dyn Sampler> {
            match settings {
                $(SamplerSettings::$Variant $(($settings))? => $module::sampler($($settings,)? seed),)+
            }
        }
    };
}

samplers! {
    gp: Gp(settings: GpSettings) also ["bayesian", "bo"],
        "The middle of the space and some Sobol points, then a Gaussian process.";
    sobol: Sobol, "The scrambled Sobol sequence.";
    random: Random, "Independent uniform draws.";
}

impl Default for SamplerSettings {
    /// The Gaussian process with its defaults.
    fn default() -> Self {
        Self::Gp(GpSettings::default())
    }
}
