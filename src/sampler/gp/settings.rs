//! Settings of the Gaussian-process sampler, and how they are written.

use serde_json::{Value, json};

use crate::document::{Fields, Problem};
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
    /// Parts of the model left out, each once: to measure what it is worth.
    pub without: Vec<Part>,
}

impl GpSettings {
    /// Most trials the model is fitted to unless the settings say otherwise: a suggestion then takes
    /// less than a second, however many trials there are.
    pub const OBSERVATIONS: usize = 1000;

    /// Trials before the model begins, for `d` parameters.
    pub(super) fn initial_trials(&self, d: usize) -> usize {
        self.sobol.unwrap_or_else(|| initial_trials(d))
    }

    pub(super) fn uses(&self, part: Part) -> bool {
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

/// Reads the settings from the map that names the sampler.
pub(in crate::sampler) fn read(fields: &Fields<'_>) -> Result<GpSettings, Problem> {
    fields.only("the `gp` sampler", &["type", "sobol", "observations", "without"])?;
    let mut settings = GpSettings::default();
    if let Some(entry) = fields.get("sobol") {
        settings.sobol = Some(entry.whole(1..=MOST_TRIALS)? as usize);
    }
    if let Some(entry) = fields.get("observations") {
        settings.observations = entry.whole(2..=MOST_OBSERVATIONS)? as usize;
    }
    if let Some(entry) = fields.get("without") {
        let listed = entry.list()?;
        let parts = listed.iter().map(|part| part.word(&Part::NAMES));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        settings.without =
            Part::NAMES.into_iter().map(|(_, part)| part).filter(|p| parts.contains(p)).collect();
    }
    Ok(settings)
}

/// Writes the settings beside the sampler's name.
pub(in crate::sampler) fn write(settings: &GpSettings, sampler: &mut Value) {
    sampler["sobol"] = json!(settings.sobol);
    sampler["observations"] = json!(settings.observations);
    let left_out = Part::NAMES.into_iter().filter(|(_, part)| settings.without.contains(part));
    let left_out: Vec<&str> = left_out.map(|(name, _)| name).collect();
    if !left_out.is_empty() {
        sampler["without"] = json!(left_out);
    }
}
