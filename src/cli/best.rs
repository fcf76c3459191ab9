//! `surmise best`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::study::{Prediction, Study};
use crate::trial::Trial;

use super::error::CliError;
use super::{DatabaseArgs, table};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise best avatars
  surmise best avatars --json | jq .params.lr")]
pub(super) struct BestArgs {
    /// Name of the study
    study: String,
    /// As one JSON object, for machines
    #[arg(long)]
    json: bool,
}

pub(super) fn best(args: &BestArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let Some((trial, predicted)) = find(&mut study)? else {
        return Err(CliError::user(format!("study `{}` has no complete trial yet", args.study))
            .hint(format!("`surmise show {}` tells why", args.study)));
    };
    let mut out = io::stdout().lock();
    if args.json {
        let mut object = super::json::trial(&trial);
        object["predicted"] = predicted.map_or(
            serde_json::Value::Null,
            |p| json!({ "mean": p.mean, "standard_error": p.standard_error }),
        );
        writeln!(out, "{object:#}")?;
    } else {
        write!(out, "{}", describe(&study, &trial, predicted))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The best trial and what the model says of its parameters.
pub(super) fn find(study: &mut Study) -> Result<Option<(Trial, Option<Prediction>)>, CliError> {
    let Some(trial) = study.best()? else { return Ok(None) };
    let model = study.model()?;
    let predicted = model.zip(trial.params.as_ref()).map(|(model, params)| model.predict(params));
    Ok(Some((trial, predicted)))
}

/// The best trial in words.
pub(super) fn describe(study: &Study, trial: &Trial, predicted: Option<Prediction>) -> String {
    let spec = study.spec();
    let mut lines = vec![format!("best of {}: trial {}", spec.study, trial.number)];
    let params = trial.params.iter().flat_map(|p| p.iter());
    let mut rows: Vec<(String, String)> =
        params.map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    let measured = trial.state.value().map_or_else(|| "–".into(), table::number);
    rows.push((format!("{} measured", spec.metric), measured));
    if let Some(p) = predicted {
        let text = table::uncertain(p.mean, p.standard_error);
        rows.push((format!("{} by the model", spec.metric), text));
    }
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.extend(rows.iter().map(|(name, value)| format!("  {name:width$}  {value}")));
    lines.join("\n") + "\n"
}
