//! What a study is: its space, objective, direction, budget and sampler, as declared in YAML.
//!
//! The only place that knows YAML. [`StudySpec`] is checked when made; its canonical JSON (which is
//! YAML, too) is what the store keeps and what resuming compares.

use crate::objective::ObjectiveSpec;
use crate::sampler::SamplerSettings;
use crate::space::SearchSpace;
use crate::trial::Direction;

/// A checked study declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct StudySpec {
    /// Name of the study, unique in its store: letters, digits, `-`, `_` and `.`, at most 100.
    pub study: String,
    /// Whether the metric is to be made small or large.
    pub direction: Direction,
    /// Name of the reported value to optimise.
    pub metric: String,
    /// Budget: trials of any outcome, at least 1.
    pub trials: u64,
    /// Seed of everything random in the study.
    pub seed: u64,
    /// How parameters are proposed.
    pub sampler: SamplerSettings,
    /// The parameters and their domains.
    pub space: SearchSpace,
    /// What a trial runs and measures.
    pub objective: ObjectiveSpec,
}
