//! `surmise ask-tell`: the engine behind JSON lines, for programs in any language.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::Args;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::objective::Outcome;
use crate::sampler::SamplerSettings;
use crate::space::{ParamValue, Params};
use crate::spec::StudySpec;
use crate::study::{AskedTrial, Study, StudyError};
use crate::trial::{Failure, FailureKind, Metrics, Report, TrialNumber};

use super::error::CliError;

const PROTOCOL: &str = "`surmise ask-tell --help` shows the protocol";

#[derive(Debug, Args)]
#[command(after_help = "One JSON object a line. The first declares the study, as its YAML would:

  {\"space\": {\"lr\": {\"low\": 1e-5, \"high\": 1.0, \"log\": true}, \"act\": [\"relu\", \"tanh\"]},
   \"direction\": \"minimize\", \"seed\": 0, \"budget\": 50, \"sampler\": \"gp\"}
      on one line; `space` may be a list of objects with `name`; only `space` and
      `direction` are needed. It has no answer.

Then, in any order and as often as you like:

  {\"ask\": 1}                                 {\"trial\": 0, \"params\": {…}, \"origin\": {…}};
                                             as many lines as asked for, or fewer and
                                             {\"done\": \"…\"}: budget or space is used up
  {\"tell\": {\"trial\": 0, \"value\": 0.25}}      no answer
  {\"tell\": {\"trial\": 0, \"metrics\": {\"loss\": 0.25, \"seconds\": 3.2}}}
                                             all that was measured, the study's metric with it
  {\"tell\": {\"params\": {…}, \"value\": 0.25}}   by parameters; never asked, they are your own trial
  {\"tell\": {\"trial\": 0, \"failed\": \"why\"}}   no value; so does a value of null
  {\"report\": {\"trial\": 0, \"step\": 3, \"metrics\": {…}}}
                                             measured at a step: {\"answer\": \"continue\"}
  {\"recommend\": 1}                           {\"trial\": 7, \"params\": {…}, \"mean\": …,
                                             \"standard_error\": …, \"value\": …}; before any value
                                             {\"params\": null}

A line that cannot be obeyed is answered {\"error\": \"…\"}, and the session goes on. The study lives
in memory and ends with the input. Equal input has equal output, to the byte.

Example:
  printf '%s\\n' '{\"direction\": \"minimize\", \"space\": {\"x\": {\"low\": 0.0, \"high\": 1.0}}}' \\
    '{\"ask\": 2}' | surmise ask-tell")]
pub(super) struct AskTellArgs {
    #[arg(long, value_name = "JSON", value_parser = parse_json, help = sampler_help())]
    sampler: Option<Value>,
}

fn sampler_help() -> String {
    let names: Vec<String> =
        SamplerSettings::ALL.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    format!("Sampler, as JSON, where the first line names none: {} or a map", names.join(", "))
}

fn parse_json(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text)
}

/// What a line asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Ask(u64),
    Report(Reported),
    Tell(Told),
    Recommend(IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    trial: TrialNumber,
    step: u64,
    metrics: BTreeMap<String, Option<f64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    trial: Option<TrialNumber>,
    params: Option<BTreeMap<String, ParamValue>>,
    /// `Some(None)` for a null.
    #[serde(default, deserialize_with = "present")]
    value: Option<Option<f64>>,
    metrics: Option<BTreeMap<String, Option<f64>>>,
    failed: Option<String>,
}

/// The metrics that are numbers: a null was not measured.
fn measured(metrics: BTreeMap<String, Option<f64>>) -> Metrics {
    metrics.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::deserialize(value).map(Some)
}

pub(super) fn ask_tell(args: AskTellArgs) -> Result<ExitCode, CliError> {
    // Bytes, not text: a line that is no UTF-8 is one more line that cannot be obeyed.
    let lines = io::stdin().lock().split(b'\n');
    let blank = |line: &io::Result<Vec<u8>>| line.as_ref().is_ok_and(|l| l.trim_ascii().is_empty());
    let mut lines = lines.filter(|line| !blank(line));
    let mut out = io::stdout().lock();
    let Some(first) = lines.next() else {
        return Err(
            CliError::user("the input is empty; its first line declares the study").hint(PROTOCOL)
        );
    };
    let spec = declaration(&first.map_err(unreadable)?, args.sampler)?;
    let study = Study::in_memory(spec).map_err(|error| CliError::from(error).hint(PROTOCOL))?;
    let mut session = Session { study, pending: Vec::new() };
    for line in lines {
        let line = line.map_err(unreadable)?;
        let mut written = Ok(());
        let obeyed = session.obey(&line, |answer| {
            written = writeln!(out, "{answer}").and_then(|()| out.flush());
            written.is_ok()
        });
        written?;
        if let Err(why) = obeyed {
            writeln!(out, "{}", json!({ "error": why }))?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn unreadable(error: io::Error) -> CliError {
    CliError::user(format!("cannot read the input: {error}"))
}

/// The study that the first line declares.
fn declaration(line: &[u8], sampler: Option<Value>) -> Result<StudySpec, CliError> {
    let invalid = |why: String| {
        CliError::user(format!("the first line does not declare a study: {why}")).hint(PROTOCOL)
    };
    // PowerShell begins a pipe with a byte order mark.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let mut header: Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| invalid(error.to_string()))?;
    if let Some(Value::Array(list)) = header.get("space") {
        let space = named(list).map_err(invalid)?;
        header.insert("space".into(), space);
    }
    if let Some(budget) = header.remove("budget") {
        if header.contains_key("trials") {
            return Err(invalid("`budget` and `trials` mean the same; give one".into()));
        }
        if !budget.as_u64().is_some_and(|n| (1..=StudySpec::MOST_TRIALS).contains(&n)) {
            let most = StudySpec::MOST_TRIALS;
            return Err(invalid(format!("`budget` must be from 1 to {most}, found {budget}")));
        }
        header.insert("trials".into(), budget);
    }
    let defaults = [
        ("study", Some(json!("ask-tell"))),
        ("trials", Some(json!(StudySpec::MOST_TRIALS))),
        ("sampler", sampler),
        ("objective", Some(json!({ "type": "external" }))),
    ];
    for (key, value) in defaults {
        if let Some(value) = value {
            header.entry(key).or_insert(value);
        }
    }
    StudySpec::from_json(&Value::Object(header)).map_err(|e| CliError::from(e).hint(PROTOCOL))
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
    /// Obeys one line and gives its answers, as they come, to `answer`, which says whether to go on.
    /// An error is why the line, or what is left of it, cannot be obeyed.
    fn obey(&mut self, line: &[u8], mut answer: impl FnMut(Value) -> bool) -> Result<(), String> {
        match serde_json::from_slice(line).map_err(|error| unclear(line, &error))? {
            Request::Ask(count) => {
                for _ in 0..count {
                    let trial = self.ask()?;
                    let done = trial.is_none();
                    if !answer(trial.map_or_else(|| self.done(), Ok)?) || done {
                        break;
                    }
                }
            }
            Request::Report(reported) => {
                answer(self.report(reported)?);
            }
            Request::Tell(told) => self.tell(told)?,
            Request::Recommend(_) => {
                answer(self.recommend()?);
            }
        }
        Ok(())
    }

    fn ask(&mut self) -> Result<Option<Value>, String> {
        let Some(trial) = self.study.ask().map_err(text)? else { return Ok(None) };
        let origin = self.study.trial(trial.number).map_err(text)?.and_then(|t| t.origin);
        let answer = json!({ "trial": trial.number, "params": trial.params, "origin": origin });
        self.pending.push(trial);
        Ok(Some(answer))
    }

    /// Why there are no more trials.
    fn done(&mut self) -> Result<Value, String> {
        let why = match self.study.used_up().map_err(text)? {
            Some(points) => {
                format!("the space is used up: its {points} points have all been asked")
            }
            None => format!("the budget of {} trials is used up", self.study.spec().trials),
        };
        Ok(json!({ "done": why }))
    }

    fn report(&mut self, reported: Reported) -> Result<Value, String> {
        let Reported { trial, step, metrics } = reported;
        if i64::try_from(step).is_err() {
            return Err(format!("`step` must be below 2^63, found {step}"));
        }
        let place = self.pending.iter().position(|p| p.number == trial);
        let place = place.map_or_else(|| Err(self.not_pending(trial)), Ok)?;
        let report = Report { step, metrics: measured(metrics) };
        self.study.report(&self.pending[place], report).map_err(text)?;
        Ok(json!({ "answer": "continue" }))
    }

    /// The final metrics, or the failure, that a `tell` tells.
    fn outcome(&self, told: &mut Told) -> Result<Result<Metrics, Failure>, String> {
        let metric = &self.study.spec().metric;
        Ok(match (told.value, told.metrics.take(), told.failed.take()) {
            (Some(_), Some(_), _) => return Err("`value` and `metrics` exclude each other".into()),
            (Some(Some(_)), _, Some(_)) => {
                return Err("`value` and `failed` exclude each other".into());
            }
            (_, Some(_), Some(_)) => return Err("`metrics` and `failed` exclude each other".into()),
            (Some(Some(value)), None, None) => Ok(Metrics::from([(metric.as_str(), value)])),
            (None, Some(metrics), None) => {
                let metrics = measured(metrics);
                if metrics.get(metric).is_none() {
                    return Err(format!("`metrics` must hold `{metric}`, the study's metric"));
                }
                Ok(metrics)
            }
            (None, None, None) => {
                return Err("a `tell` needs a `value`, `metrics`, or `failed` with a reason".into());
            }
            (_, None, reason) => Err(Failure {
                kind: FailureKind::Error,
                reason: reason.unwrap_or_else(|| "told without a value".into()),
            }),
        })
    }

    fn tell(&mut self, mut told: Told) -> Result<(), String> {
        let outcome = self.outcome(&mut told)?;
        let params = match told.params {
            Some(params) => Some(self.study.spec().space.check(params).map_err(text)?),
            None => None,
        };
        let place = match (told.trial, params) {
            (Some(number), params) => {
                let place = self.pending.iter().position(|p| p.number == number);
                let place = place.map_or_else(|| Err(self.not_pending(number)), Ok)?;
                if params.is_some_and(|params| params != self.pending[place].params) {
                    return Err(format!("trial {number} has other parameters"));
                }
                place
            }
            (None, Some(params)) => match self.pending.iter().position(|p| p.params == params) {
                Some(place) => place,
                None => return self.add(&params, outcome),
            },
            (None, None) => return Err("a `tell` needs `trial` or `params`".into()),
        };
        let outcome = outcome.map(|metrics| Outcome::Complete { metrics });
        self.study.tell(&self.pending[place], outcome).map_err(text)?;
        self.pending.remove(place);
        Ok(())
    }

    fn not_pending(&mut self, number: TrialNumber) -> String {
        match self.study.trial(number) {
            Ok(Some(trial)) if trial.state.is_finished() => {
                format!("trial {number} has been told already")
            }
            _ => format!("trial {number} was never asked"),
        }
    }

    /// A trial of the user's own.
    fn add(&mut self, params: &Params, outcome: Result<Metrics, Failure>) -> Result<(), String> {
        let Ok(metrics) = outcome else {
            return Err("parameters that were never asked need a `value` or `metrics`".into());
        };
        let values = params.iter().map(|(name, value)| (name, value.clone()));
        self.study.add(values, metrics).map(drop).map_err(text)
    }

    fn recommend(&mut self) -> Result<Value, String> {
        let Some(found) = self.study.recommend().map_err(text)? else {
            return Ok(json!({ "params": null }));
        };
        let (trial, predicted) = (found.recommended.trial, found.recommended.predicted);
        Ok(json!({
            "trial": trial.number,
            "params": trial.params,
            "mean": predicted.mean,
            "standard_error": predicted.standard_error,
            "value": trial.state.value(),
        }))
    }
}

/// What is wrong with a line that says nothing.
fn unclear(line: &[u8], error: &serde_json::Error) -> String {
    // Python's `json.dumps` writes them.
    let line = String::from_utf8_lossy(line);
    if error.is_syntax() && ["NaN", "Infinity"].iter().any(|word| line.contains(word)) {
        return format!(
            "{error}: NaN and Infinity are no JSON; a value of null tells a failed trial"
        );
    }
    error.to_string()
}

fn text(error: impl Into<StudyError>) -> String {
    error.into().to_string()
}
