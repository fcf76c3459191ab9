//! `surmise best`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::model::Prediction;
use crate::spec::StudySpec;
use crate::study::{Candidate, Recommendation};

use super::error::CliError;
use super::{DatabaseArgs, table};

/// Half the width of a 95 % interval, in standard errors.
const HALF_WIDTH: f64 = 1.96;

#[derive(Debug, Args)]
#[command(
    after_help = "The best trial is the one whose parameters have the best expected value by the model:
where measurements are noisy, the best measured value is mostly luck. Without noise both
are nearly always the same trial.

Examples:
  surmise best avatars
  surmise best avatars --measured
  surmise best avatars --json | jq .params.lr"
)]
pub(super) struct BestArgs {
    /// Name of the study
    study: String,
    /// The trial of the best measured value, lucky or not
    #[arg(long)]
    measured: bool,
    /// As one JSON object, for machines
    #[arg(long)]
    json: bool,
}

pub(super) fn best(args: &BestArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let Some(found) = study.recommend()? else {
        return Err(CliError::user(format!("study `{}` has no complete trial yet", args.study))
            .hint(format!("`surmise show {}` tells why", args.study)));
    };
    let mut out = io::stdout().lock();
    match (args.json, args.measured) {
        (true, measured) => writeln!(out, "{:#}", to_json(&found, measured))?,
        (false, true) => {
            let title = format!("best measured of {}", args.study);
            write!(out, "{}", candidate(study.spec(), &title, &found.measured))?;
        }
        (false, false) => write!(out, "{}", describe(study.spec(), &found))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The recommended trial in words, and the luckiest if that is another one.
pub(super) fn describe(spec: &StudySpec, found: &Recommendation) -> String {
    let mut text = candidate(spec, &format!("best of {}", spec.study), &found.recommended);
    // One that measured the same was not luckier.
    if found.measured.trial.state.value() != found.recommended.trial.state.value() {
        let Candidate { trial, predicted } = &found.measured;
        text += &format!(
            "luckiest: trial {} measured {}, by the model {}\n",
            trial.number,
            measured(&found.measured),
            interval(*predicted)
        );
    }
    text
}

fn candidate(spec: &StudySpec, title: &str, found: &Candidate) -> String {
    let params = found.trial.params.iter().flat_map(|p| p.iter());
    let mut rows: Vec<(String, String)> =
        params.map(|(name, value)| (name.to_owned(), table::clean(&value.to_string()))).collect();
    rows.push((format!("{} by the model", spec.metric), interval(found.predicted)));
    rows.push((format!("{} measured", spec.metric), measured(found)));
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let rows = rows.iter().map(|(name, value)| format!("  {name:width$}  {value}\n"));
    format!("{title}: trial {}\n{}", found.trial.number, rows.collect::<String>())
}

fn measured(found: &Candidate) -> String {
    found.trial.state.value().map_or_else(|| "–".into(), table::number)
}

fn interval(predicted: Prediction) -> String {
    let half = HALF_WIDTH * predicted.standard_error;
    format!("{} (95 % interval)", table::uncertain(predicted.mean, half))
}

/// The trial asked for, and both: the recommended one and the one that measured best.
fn to_json(found: &Recommendation, measured: bool) -> Value {
    let object = |c: &Candidate| {
        let (mean, error) = (c.predicted.mean, c.predicted.standard_error);
        let half = HALF_WIDTH * error;
        let mut object = super::json::trial(&c.trial);
        object["predicted"] = json!({
            "mean": mean,
            "standard_error": error,
            "interval_95": [mean - half, mean + half],
        });
        object
    };
    let mut top = object(if measured { &found.measured } else { &found.recommended });
    top["recommended"] = object(&found.recommended);
    top["measured"] = object(&found.measured);
    top
}
