//! `surmise export`

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::spec::StudySpec;
use crate::trial::{Metrics, Origin, Trial, TrialState};

use super::error::CliError;
use super::{DatabaseArgs, json};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table
    Csv,
    /// What `show --json` prints
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Rows {
    /// One row a trial
    Trials,
    /// One row a step that a trial reported
    Reports,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise export avatars > avatars.csv
  surmise export avatars --table reports > curves.csv
  surmise export avatars --format json --out avatars.json")]
pub(super) struct ExportArgs {
    /// Name of the study
    study: String,
    /// Format of the output
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// What the rows of the CSV are; JSON holds both
    #[arg(long, value_enum, default_value = "trials")]
    table: Rows,
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
    match (args.format, args.table) {
        (Format::Csv, Rows::Trials) => trial_table(&mut out, study.spec(), &trials)?,
        (Format::Csv, Rows::Reports) => report_table(&mut out, &trials)?,
        (Format::Json, _) => {
            let annotations = study.annotations(None)?;
            let json = json::study(study.spec(), &annotations, &trials);
            writeln!(out, "{json:#}")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The names of all metrics, ascending.
fn names<'a>(metrics: impl Iterator<Item = &'a Metrics>) -> Vec<&'a str> {
    let names: BTreeSet<&str> = metrics.flat_map(Metrics::iter).map(|(name, _)| name).collect();
    names.into_iter().collect()
}

/// A number that reads as the same 64-bit float; nothing where there is none.
fn number(value: Option<f64>) -> String {
    value.map(|v| format!("{v:?}")).unwrap_or_default()
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// One row a trial; the study's metric in the column `value`, parameters in `params.NAME`, final metrics
/// in `metrics.NAME`, so that no name of the user's collides with ours.
fn trial_table(out: &mut dyn Write, spec: &StudySpec, trials: &[Trial]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let params: Vec<&str> = spec.space.parameters().iter().map(|p| p.name.as_str()).collect();
    let metrics = names(trials.iter().map(|trial| &trial.metrics));
    let mut head: Vec<String> = ["number", "state", "origin", "value"].map(String::from).to_vec();
    head.extend(params.iter().map(|name| format!("params.{name}")));
    head.extend(metrics.iter().map(|name| format!("metrics.{name}")));
    let rest = ["asked_at", "started_at", "finished_at", "seconds", "host", "device", "engine"];
    head.extend(rest.map(String::from));
    head.extend(["attempts", "argv", "git_commit", "git_dirty"].map(String::from));
    head.extend(["note", "tags", "failure_kind", "failure_reason"].map(String::from));
    csv.write_record(&head)?;
    for trial in trials {
        let mut row = vec![
            trial.number.to_string(),
            trial.state.name().to_owned(),
            text(trial.origin.as_ref().map(Origin::kind)),
            number(trial.state.value()),
        ];
        row.extend(params.iter().map(|name| text(trial.params.as_ref().and_then(|p| p.get(name)))));
        row.extend(metrics.iter().map(|name| number(trial.metrics.get(name))));
        row.push(trial.asked_at.to_string());
        row.push(text(trial.started_at()));
        row.push(text(trial.finished_at));
        row.push(trial.seconds().map(|s| format!("{s:.6}")).unwrap_or_default());
        let worker = trial.worker();
        row.push(text(worker.map(|w| &w.host)));
        row.push(text(worker.map(|w| &w.device)));
        row.push(text(worker.map(|w| &w.engine)));
        let launch = trial.last_attempt().map(|attempt| &attempt.launch);
        let git = launch.and_then(|launch| launch.git.as_ref());
        row.push(trial.attempts.len().to_string());
        row.push(match launch.and_then(|launch| launch.argv.as_ref()) {
            Some(argv) => serde_json::to_string(argv)?,
            None => String::new(),
        });
        row.push(text(git.map(|git| &git.commit)));
        row.push(text(git.map(|git| git.dirty)));
        row.push(trial.annotations.note.clone());
        let tags: Vec<&str> = trial.annotations.tags.iter().map(String::as_str).collect();
        row.push(tags.join(" "));
        row.extend(match &trial.state {
            TrialState::Failed(failure) => [failure.kind.to_string(), failure.reason.clone()],
            _ => [String::new(), String::new()],
        });
        csv.write_record(&row)?;
    }
    csv.flush()
}

/// One row a step of a trial, the metrics in `metrics.NAME`.
fn report_table(out: &mut dyn Write, trials: &[Trial]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let metrics = names(trials.iter().flat_map(|trial| &trial.reports).map(|r| &r.metrics));
    let mut head: Vec<String> = ["number", "step"].map(String::from).to_vec();
    head.extend(metrics.iter().map(|name| format!("metrics.{name}")));
    csv.write_record(&head)?;
    for trial in trials {
        for report in &trial.reports {
            let mut row = vec![trial.number.to_string(), report.step.to_string()];
            row.extend(metrics.iter().map(|name| number(report.metrics.get(name))));
            csv.write_record(&row)?;
        }
    }
    csv.flush()
}
