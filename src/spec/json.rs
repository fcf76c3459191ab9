//! [`StudySpec`] ↔ its canonical JSON.

use serde_json::{Map, Value, json};

use super::{StudySpec, domain};
use crate::objective::ObjectiveSpec;
use crate::space::{Condition, ParamValue, Parameter, Params};

impl StudySpec {
    /// The study in its canonical form: keys in a fixed order, every default written out, what there is
    /// none of (conditions, guesses, constraints, enqueued points) left out, one form for one meaning.
    /// Equal studies have equal text, and [`from_json`](Self::from_json) gives an
    /// equal study, floats to the bit.
    pub fn to_json(&self) -> Value {
        let space: Map<String, Value> =
            self.space.parameters().iter().map(|p| (p.name.clone(), parameter(p))).collect();
        let objective = match &self.objective {
            ObjectiveSpec::External => json!({ "type": "external" }),
            ObjectiveSpec::Template(template) => template.to_json().clone(),
        };
        let mut study = json!({
            "study": self.study,
            "direction": self.direction.to_string(),
            "metric": self.metric,
            "trials": self.trials,
            "seed": self.seed,
            "sampler": self.sampler.to_json(),
            "space": space,
        });
        if !self.space.constraints().is_empty() {
            study["constraints"] = json!(self.space.constraints());
        }
        if !self.enqueue.is_empty() {
            study["enqueue"] = self.enqueue.iter().map(point).collect();
        }
        study["objective"] = objective;
        study
    }
}

/// A parameter in full, every default written out.
pub(super) fn parameter(parameter: &Parameter) -> Value {
    let mut declared = domain::to_json(&parameter.domain);
    match &parameter.condition {
        Some(Condition::Values(parents)) => {
            let list = |values: &[ParamValue]| values.iter().map(ParamValue::to_json).collect();
            let parents = parents.iter().map(|(name, values)| (name.clone(), list(values)));
            declared["when"] = Value::Object(parents.collect());
        }
        Some(Condition::Expression(text)) => declared["when"] = text.as_str().into(),
        None => {}
    }
    if let Some(guess) = &parameter.guess {
        declared["guess"] = guess.value().to_json();
        if let Some(spread) = guess.spread() {
            declared["spread"] = spread.into();
        }
    }
    declared
}

fn point(params: &Params) -> Value {
    let values = params.iter().map(|(name, value)| (name.to_owned(), value.to_json()));
    Value::Object(values.collect())
}
