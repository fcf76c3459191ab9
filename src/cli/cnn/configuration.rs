//! One configuration of a study's CNN, parts of it set by hand.

use std::path::Path;

use serde_json::Value;

use crate::cli::error::CliError;
use crate::objective::cnn::{CnnSettings, DataSettings, ModelKind, ModelSettings};
use crate::objective::{ObjectiveSettings, ObjectiveSpec};
use crate::space::{ParamValue, Params, SpaceError};
use crate::spec::StudySpec;

/// A CNN's settings and the parameters they come from.
#[derive(Debug)]
pub struct Configuration {
    /// Name of the study.
    pub study: String,
    /// Values of the study's parameters.
    pub params: Params,
    /// What they make of its CNN.
    pub settings: CnnSettings,
}

impl Configuration {
    /// The CNN that a study's YAML declares; see [`of_study`](Self::of_study).
    pub fn load(file: &Path, set: &[String]) -> Result<Self, CliError> {
        Self::of_study(&StudySpec::load(file)?, &[], set)
    }

    /// The study's CNN with these values, but for `set` (`NAME=VALUE` each: a parameter, or a setting
    /// of the objective by its dotted key); other parameters take their guess, or the middle of their
    /// domain.
    pub fn of_study(
        spec: &StudySpec,
        values: &[(String, ParamValue)],
        set: &[String],
    ) -> Result<Self, CliError> {
        let study = spec.study.clone();
        let ObjectiveSpec::Template(mut template) = spec.objective.clone() else {
            return Err(no_cnn(&study));
        };
        let mut values = values.to_vec();
        for text in set {
            let (name, value) = text.split_once('=').ok_or_else(|| {
                CliError::user(format!("`--set {text}` has no `=`"))
                    .hint("write it as `--set NAME=VALUE`, for example: --set lr=0.001")
            })?;
            if spec.space.position(name).is_some() {
                values.push((name.to_owned(), scalar(value)));
                continue;
            }
            let json = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            let names = || spec.space.parameters().iter().map(|p| p.name.as_str());
            template = template.with(name, plain(json)).ok_or_else(|| {
                let parameters = names().collect::<Vec<_>>().join(", ");
                CliError::user(format!("`--set {text}`: `{name}` is neither a parameter nor a setting"))
                    .hint(format!("parameters: {parameters}; settings are those of the objective, with dots: optimizer.lr"))
            })?;
        }
        let params = spec.space.complete(&values).map_err(|error| {
            let hint = match &error {
                SpaceError::Infeasible { .. } => "set them so that it holds: --set NAME=VALUE",
                _ => "`surmise check FILE` shows every parameter and its domain",
            };
            CliError::user(format!("study `{study}`: {error}")).hint(hint)
        })?;
        match template.bind(&params) {
            Ok(ObjectiveSettings::Cnn(settings)) => Ok(Self { study, params, settings: *settings }),
            Ok(_) => Err(no_cnn(&study)),
            Err(error) => {
                let error = CliError::user(format!("study `{study}`: {error}"));
                Err(if set.is_empty() {
                    error
                } else {
                    error.hint(
                        "a setting of several keys is set whole as JSON: \
                         --set 'optimizer={\"type\":\"sgd\",\"lr\":0.01}'",
                    )
                })
            }
        }
    }
}

/// A network by its name, or that of a study's YAML with its images; of a study, `set` as for
/// [`Configuration::of_study`].
pub fn network(
    name: &str,
    set: &[String],
) -> Result<(ModelSettings, Option<DataSettings>), CliError> {
    if let Some(kind) = ModelKind::named(name) {
        return Ok((kind.into(), None));
    }
    let file = Path::new(name);
    if !file.exists() {
        let names = ModelKind::all().map(|kind| kind.name());
        return Err(CliError::user(format!("`{name}` is neither a network nor a file"))
            .hint(format!("networks: {}", names.join(", "))));
    }
    let CnnSettings { model, data, .. } = Configuration::load(file, set)?.settings;
    Ok((model, Some(data)))
}

/// The same, in which no `$` stands for a parameter.
fn plain(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('$', "$$")),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        other => other,
    }
}

fn no_cnn(study: &str) -> CliError {
    CliError::user(format!("the objective of study `{study}` is no CNN"))
        .hint("its YAML needs `objective: { type: cnn, … }`; see experiments/avatars.yaml")
}

/// A value as written on a command line: a number or truth value where it reads as one.
fn scalar(text: &str) -> ParamValue {
    match (text.parse(), text.parse::<f64>(), text.parse()) {
        (Ok(int), _, _) => ParamValue::Int(int),
        (_, Ok(float), _) if float.is_finite() => ParamValue::Float(float),
        (_, _, Ok(bool)) => ParamValue::Bool(bool),
        _ => ParamValue::Text(text.to_owned()),
    }
}
