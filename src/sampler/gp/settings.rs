//! Settings of the Gaussian-process sampler, and how they are written.

use serde_json::{Value, json};

use crate::config::{Fields, Problem};
use crate::model::initial_trials;

/// Most trials that a study may have.
const MOST_TRIALS: i128 = 10_000_000;

/// A fit to more observations takes minutes.
const MOST_OBSERVATIONS: i128 = 5000;

/// Settings of the Gaussian-process sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct GpSettings {
    /// Trials before the model begins: the middle of the space, then the Sobol sequence; `None` chooses
    /// by the number of parameters.
    pub sobol: Option<usize>,
    /// Most trials the model is fitted to, at least 2: the best, and an even choice of the others.
    /// Time grows with their cube.
    pub observations: usize,
    /// Ablations, each once: what is left out, to measure what it is worth.
    pub ablate: Vec<Ablation>,
}

impl GpSettings {
    /// Most trials the model is fitted to unless the settings say otherwise: a suggestion then takes
    /// less than a second, however many trials there are.
    pub const OBSERVATIONS: usize = 1000;

    /// Trials before the model begins, for `d` parameters.
    pub(super) fn initial_trials(&self, d: usize) -> usize {
        self.sobol.unwrap_or_else(|| initial_trials(d))
    }

    pub(super) fn uses(&self, part: Ablation) -> bool {
        !self.ablate.contains(&part)
    }
}

impl Default for GpSettings {
    fn default() -> Self {
        Self { sobol: None, observations: Self::OBSERVATIONS, ablate: Vec::new() }
    }
}

/// A part of the sampler that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ablation {
    /// The kernel's sum over single parameters.
    Additive,
    /// Averaging over hyperparameters where there are choices.
    Averaging,
    /// Compressing losses beyond the median.
    Compression,
    /// Beginning in the middle of the space.
    Center,
}

impl Ablation {
    /// Every ablation with its name in YAML.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("additive", Self::Additive),
        ("averaging", Self::Averaging),
        ("compression", Self::Compression),
        ("center", Self::Center),
    ];
}

/// Reads the settings from the map that names the sampler.
pub(in crate::sampler) fn read(fields: &Fields<'_>) -> Result<GpSettings, Problem> {
    // Studies of earlier releases say `without`; nobody is told of it.
    let earlier = fields.get("without");
    let mut keys = vec!["type", "sobol", "observations", "ablate"];
    keys.extend(earlier.is_some().then_some("without"));
    fields.only("the `gp` sampler", &keys)?;
    let mut settings = GpSettings::default();
    if let Some(entry) = fields.get("sobol") {
        settings.sobol = Some(entry.whole(1..=MOST_TRIALS)? as usize);
    }
    if let Some(entry) = fields.get("observations") {
        settings.observations = entry.whole(2..=MOST_OBSERVATIONS)? as usize;
    }
    let ablate = fields.get("ablate");
    if let (Some(_), Some(earlier)) = (&ablate, &earlier) {
        return Err(earlier.problem("`without` is the earlier name of `ablate`", "given twice"));
    }
    if let Some(entry) = ablate.or(earlier) {
        let listed = entry.list()?;
        let parts = listed.iter().map(|part| part.word(&Ablation::NAMES));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        settings.ablate = Ablation::NAMES
            .into_iter()
            .map(|(_, part)| part)
            .filter(|p| parts.contains(p))
            .collect();
    }
    Ok(settings)
}

/// Writes the settings beside the sampler's name.
pub(in crate::sampler) fn write(settings: &GpSettings, sampler: &mut Value) {
    sampler["sobol"] = json!(settings.sobol);
    sampler["observations"] = json!(settings.observations);
    let left_out = Ablation::NAMES.into_iter().filter(|(_, part)| settings.ablate.contains(part));
    let left_out: Vec<&str> = left_out.map(|(name, _)| name).collect();
    if !left_out.is_empty() {
        sampler["ablate"] = json!(left_out);
    }
}
