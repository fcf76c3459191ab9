//! `surmise ask-tell`: the engine behind JSON lines, for programs in any language.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::objective::Outcome;
use crate::space::{ParamValue, Params};
use crate::spec::{SpecError, StudySpec};
use crate::store::SqliteStore;
use crate::study::{AskedTrial, Study, StudyError};
use crate::trial::{Failure, FailureKind, TrialNumber};

use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "One JSON object a line. The first declares the study, as its YAML would:

  {\"space\": {\"lr\": {\"low\": 1e-5, \"high\": 1.0, \"log\": true}, \"act\": [\"relu\", \"tanh\"]},
   \"direction\": \"minimize\", \"seed\": 0, \"budget\": 50, \"sampler\": \"gp\"}
      on one line; `space` may be a list of objects with `name`; only `space` and
      `direction` are needed. It has no answer.

Then, in any order and as often as you like:

  {\"ask\": 1}                                 one line: {\"trial\": 0, \"params\": {…}, \"origin\": {…}};
                                             as many lines as asked for
  {\"tell\": {\"trial\": 0, \"value\": 0.25}}      no answer
  {\"tell\": {\"params\": {…}, \"value\": 0.25}}   by parameters; never asked, they are your own trial
  {\"tell\": {\"trial\": 0, \"failed\": \"why\"}}   no value; so does a value of null
  {\"recommend\": 1}                           {\"trial\": 7, \"params\": {…}, \"mean\": …,
                                             \"standard_error\": …}, or params null

A line that cannot be obeyed is answered {\"error\": \"…\"}. A used-up budget or space is answered
{\"done\": \"…\"}. The study lives in memory and ends with the input.")]
pub(super) struct AskTellArgs {}

/// What a line asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Ask(u64),
    Tell(Told),
    Recommend(IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    trial: Option<TrialNumber>,
    params: Option<BTreeMap<String, ParamValue>>,
    value: Option<f64>,
    failed: Option<String>,
}

pub(super) fn ask_tell(_: &AskTellArgs) -> Result<ExitCode, CliError> {
    let mut lines = io::stdin().lock().lines();
    let mut out = io::stdout().lock();
    let Some(first) = lines.next() else {
        return Err(CliError::user("the input is empty; its first line declares the study")
            .hint("`surmise ask-tell --help` shows the protocol"));
    };
    let spec = declaration(&first.map_err(unreadable)?)?;
    let study = Study::open_or_create(Box::new(SqliteStore::in_memory()?), spec)?;
    let mut session = Session { study, pending: Vec::new() };
    for line in lines {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        let answers = session.obey(&line).unwrap_or_else(|why| vec![json!({ "error": why })]);
        for answer in answers {
            writeln!(out, "{answer}")?;
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn unreadable(error: io::Error) -> CliError {
    CliError::user(format!("cannot read the input: {error}"))
}

/// The study that the first line declares.
fn declaration(line: &str) -> Result<StudySpec, CliError> {
    let invalid = |why: String| {
        CliError::user(format!("the first line does not declare a study: {why}"))
            .hint("`surmise ask-tell --help` shows the protocol")
    };
    let mut header: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| invalid(error.to_string()))?;
    if let Some(Value::Array(list)) = header.get("space") {
        let space = named(list).map_err(invalid)?;
        header.insert("space".into(), space);
    }
    if let Some(budget) = header.remove("budget") {
        header.insert("trials".into(), budget);
    }
    let defaults = [
        ("study", json!("ask-tell")),
        ("trials", json!(StudySpec::MOST_TRIALS)),
        ("objective", json!({ "type": "external" })),
    ];
    for (key, value) in defaults {
        header.entry(key).or_insert(value);
    }
    StudySpec::from_json(&Value::Object(header)).map_err(|e: SpecError| e.into())
}

/// A list of parameters with their names inside, as the map that a study file has.
fn named(list: &[Value]) -> Result<Value, String> {
    let mut space = Map::new();
    for (i, parameter) in list.iter().enumerate() {
        let mut parameter = parameter.as_object().cloned().unwrap_or_default();
        let Some(Value::String(name)) = parameter.remove("name") else {
            return Err(format!("parameter {i} of the space has no `name`"));
        };
        if space.contains_key(&name) {
            return Err(format!("parameter `{name}` is declared twice"));
        }
        space.insert(name, Value::Object(parameter));
    }
    Ok(Value::Object(space))
}

struct Session {
    study: Study,
    /// Asked and not yet told, oldest first.
    pending: Vec<AskedTrial>,
}

impl Session {
    /// The answers to one line, or why there are none.
    fn obey(&mut self, line: &str) -> Result<Vec<Value>, String> {
        match serde_json::from_str(line).map_err(|error| error.to_string())? {
            Request::Ask(count) => (0..count).map(|_| self.ask()).collect(),
            Request::Tell(told) => self.tell(told).map(|()| Vec::new()),
            Request::Recommend(_) => self.recommend().map(|answer| vec![answer]),
        }
    }

    fn ask(&mut self) -> Result<Value, String> {
        let Some(trial) = self.study.ask().map_err(text)? else {
            let budget = self.study.spec().trials;
            return Ok(json!({ "done": format!("the budget of {budget} trials is used up") }));
        };
        let origin = self.study.trial(trial.number).map_err(text)?.and_then(|t| t.origin);
        let answer = json!({ "trial": trial.number, "params": trial.params, "origin": origin });
        self.pending.push(trial);
        Ok(answer)
    }

    fn tell(&mut self, told: Told) -> Result<(), String> {
        let outcome = match (told.value, told.failed) {
            (Some(_), Some(_)) => return Err("`value` and `failed` exclude each other".into()),
            (Some(value), None) => Ok(Outcome::Complete { value }),
            (None, reason) => Err(Failure {
                kind: FailureKind::Error,
                reason: reason.unwrap_or_else(|| "told without a value".into()),
            }),
        };
        let place = match (told.trial, told.params) {
            (Some(number), _) => {
                let place = self.pending.iter().position(|p| p.number == number);
                place.ok_or_else(|| format!("trial {number} is not pending"))?
            }
            (None, Some(params)) => {
                let params = self.study.spec().space.check(params).map_err(text)?;
                match self.pending.iter().position(|p| p.params == params) {
                    Some(place) => place,
                    None => return self.add(params, outcome),
                }
            }
            (None, None) => return Err("a `tell` needs `trial` or `params`".into()),
        };
        let trial = self.pending.remove(place);
        self.study.tell(&trial, outcome).map_err(text)
    }

    /// A trial of the user's own.
    fn add(&mut self, params: Params, outcome: Result<Outcome, Failure>) -> Result<(), String> {
        let Ok(Outcome::Complete { value }) = outcome else {
            return Err("parameters that were never asked need a `value`".into());
        };
        let values = params.iter().map(|(name, value)| (name, value.clone()));
        self.study.add(values, value).map(drop).map_err(text)
    }

    fn recommend(&mut self) -> Result<Value, String> {
        Ok(match self.study.recommend().map_err(text)? {
            Some((trial, predicted)) => json!({
                "trial": trial.number,
                "params": trial.params,
                "mean": predicted.mean,
                "standard_error": predicted.standard_error,
            }),
            None => json!({ "params": null }),
        })
    }
}

fn text(error: impl Into<StudyError>) -> String {
    error.into().to_string()
}
