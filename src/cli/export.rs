//! `surmise export`

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::spec::StudySpec;
use crate::trial::{Trial, TrialState};

use super::error::CliError;
use super::{DatabaseArgs, json};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One row a trial
    Csv,
    /// What `show --json` prints
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise export avatars > avatars.csv
  surmise export avatars --format json --out avatars.json")]
pub(super) struct ExportArgs {
    /// Name of the study
    study: String,
    /// Format of the output
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// File to write instead of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn export(args: &ExportArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let trials = study.trials()?;
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(BufWriter::new(
            File::create(path).map_err(|e| CliError::file("write", path, &e))?,
        )),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    match args.format {
        Format::Csv => csv(&mut out, study.spec(), &trials)?,
        Format::Json => writeln!(out, "{:#}", json::study(study.spec(), &trials))?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One row a trial; the metric in the column `value`, parameters in `params.NAME`, so that no name of
/// the user's collides with ours.
fn csv(out: &mut dyn Write, spec: &StudySpec, trials: &[Trial]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let names: Vec<&str> = spec.space.parameters().iter().map(|p| p.name.as_str()).collect();
    let mut head: Vec<String> = ["number", "state", "origin"].map(String::from).to_vec();
    head.push("value".into());
    head.extend(names.iter().map(|name| format!("params.{name}")));
    let rest = ["asked_at", "started_at", "finished_at", "seconds", "host", "device", "engine"];
    head.extend(rest.map(String::from));
    head.extend(["failure_kind", "failure_reason"].map(String::from));
    csv.write_record(&head)?;
    for trial in trials {
        let text =
            |value: Option<&dyn ToString>| value.map(ToString::to_string).unwrap_or_default();
        let mut row = vec![
            trial.number.to_string(),
            trial.state.name().to_owned(),
            trial.origin.as_ref().map(|o| o.kind().to_owned()).unwrap_or_default(),
            trial.state.value().map(|v| format!("{v:?}")).unwrap_or_default(),
        ];
        for name in &names {
            let value = trial.params.as_ref().and_then(|p| p.get(name));
            row.push(text(value.map(|v| v as &dyn ToString)));
        }
        row.push(trial.asked_at.to_string());
        row.push(text(trial.started_at.as_ref().map(|t| t as &dyn ToString)));
        row.push(text(trial.finished_at.as_ref().map(|t| t as &dyn ToString)));
        row.push(trial.seconds().map(|s| format!("{s:.6}")).unwrap_or_default());
        let worker = trial.worker.as_ref();
        row.push(worker.map(|w| w.host.clone()).unwrap_or_default());
        row.push(worker.map(|w| w.device.clone()).unwrap_or_default());
        row.push(worker.map(|w| w.engine.clone()).unwrap_or_default());
        let failure = match &trial.state {
            TrialState::Failed(failure) => [failure.kind.to_string(), failure.reason.clone()],
            _ => [String::new(), String::new()],
        };
        row.extend(failure);
        csv.write_record(&row)?;
    }
    csv.flush()
}
