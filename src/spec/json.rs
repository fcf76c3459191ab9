//! [`StudySpec`] ↔ its canonical JSON.

use serde_json::{Map, Value, json};

use super::{StudySpec, domain};
use crate::objective::ObjectiveSpec;
use crate::sampler::SamplerSettings;

impl StudySpec {
    /// The study in its canonical form: keys in a fixed order, every default written out, one form
    /// for one meaning. Equal studies have equal text, and [`from_json`](Self::from_json) gives an
    /// equal study, floats to the bit.
    pub fn to_json(&self) -> Value {
        let space: Map<String, Value> = self
            .space
            .parameters()
            .iter()
            .map(|p| (p.name.clone(), domain::to_json(&p.domain)))
            .collect();
        let sampler = match &self.sampler {
            SamplerSettings::Random => json!({ "type": "random" }),
            SamplerSettings::Sobol => json!({ "type": "sobol" }),
            SamplerSettings::Gp(gp) => json!({ "type": "gp", "sobol": gp.sobol }),
        };
        let objective = match &self.objective {
            ObjectiveSpec::External => json!({ "type": "external" }),
            ObjectiveSpec::Template(template) => template.to_json().clone(),
        };
        json!({
            "study": self.study,
            "direction": self.direction.to_string(),
            "metric": self.metric,
            "trials": self.trials,
            "seed": self.seed,
            "sampler": sampler,
            "space": space,
            "objective": objective,
        })
    }
}
