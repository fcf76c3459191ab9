//! `surmise show`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::spec::StudySpec;
use crate::study::{best_of, trial_folder};
use crate::trial::{Trial, TrialNumber, TrialState};

use super::error::CliError;
use super::origins::Origins;
use super::{DatabaseArgs, json, table};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise show avatars
  surmise show avatars --trial 7
  surmise show avatars --json | jq .best.params")]
pub(super) struct ShowArgs {
    /// Name of the study
    study: String,
    /// Only this trial, with its reports and its failure whole
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u64>,
    /// Everything as one JSON object, for machines
    #[arg(long)]
    json: bool,
}

pub(super) fn show(args: &ShowArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let trials = study.trials()?;
    let spec = study.spec();
    let mut out = io::stdout().lock();
    match args.trial.map(TrialNumber) {
        Some(number) => {
            let trial = trials.iter().find(|t| t.number == number).ok_or_else(|| {
                CliError::user(format!("study `{}` has no trial {number}", args.study))
                    .hint(format!("it has {} trials, counted from 0", trials.len()))
            })?;
            if args.json {
                writeln!(out, "{:#}", json::trial(trial))?;
            } else {
                one(&mut out, spec, trial)?;
                let folder = trial_folder(&database.runs(), &spec.study, number);
                writeln!(out, "  files: {}", folder.display())?;
            }
        }
        None if args.json => writeln!(out, "{:#}", json::study(spec, &trials))?,
        None => all(&mut out, spec, &trials)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn all(out: &mut impl Write, spec: &StudySpec, trials: &[Trial]) -> io::Result<()> {
    let finished = trials.iter().filter(|t| t.state.is_finished()).count();
    writeln!(
        out,
        "{}: {} {}, {finished} of {} trials, seed {}",
        spec.study, spec.direction, spec.metric, spec.trials, spec.seed
    )?;
    for parameter in spec.space.parameters() {
        writeln!(out, "  {parameter}")?;
    }
    for constraint in spec.space.constraints() {
        writeln!(out, "  constraint: {constraint}")?;
    }
    writeln!(out)?;
    let best = best_of(trials, spec.direction).map(|t| t.number);
    let mut head = vec!["", "trial", "state", "origin", &spec.metric];
    head.extend(spec.space.parameters().iter().map(|p| p.name.as_str()));
    head.push("time");
    let mut table = table::new(&head);
    for trial in trials {
        let mut row = vec![
            if best == Some(trial.number) { "*".into() } else { String::new() },
            trial.number.to_string(),
            state(trial),
            trial.origin.as_ref().map_or("–", |o| o.kind()).to_owned(),
            trial.state.value().map_or_else(|| "–".into(), table::number),
        ];
        row.extend(spec.space.parameters().iter().map(|p| value(trial, &p.name)));
        row.push(trial.seconds().map_or_else(|| "–".into(), table::span));
        table.add_row(row);
    }
    writeln!(out, "{table}")?;
    Origins::of(trials).write(out)
}

fn state(trial: &Trial) -> String {
    match &trial.state {
        TrialState::Failed(failure) => format!("failed: {}", failure.kind),
        state => state.name().to_owned(),
    }
}

fn value(trial: &Trial, name: &str) -> String {
    match trial.params.as_ref().and_then(|p| p.get(name)) {
        Some(crate::space::ParamValue::Float(v)) => table::number(*v),
        Some(value) => table::clean(&value.to_string()),
        None => "–".into(),
    }
}

fn one(out: &mut impl Write, spec: &StudySpec, trial: &Trial) -> io::Result<()> {
    writeln!(out, "trial {} of {}: {}", trial.number, spec.study, state(trial))?;
    if let Some(value) = trial.state.value() {
        writeln!(out, "  {}: {value}", spec.metric)?;
    }
    for (name, value) in trial.params.iter().flat_map(|p| p.iter()) {
        writeln!(out, "  {name}: {value}")?;
    }
    if let Some(origin) = &trial.origin {
        let text = serde_json::to_string(origin)?;
        writeln!(out, "  origin: {text}")?;
    }
    writeln!(out, "  rows seen: {}, attempts: {}", trial.rows_seen.0, trial.attempts)?;
    for (what, at) in [
        ("asked", Some(trial.asked_at)),
        ("started", trial.started_at),
        ("finished", trial.finished_at),
    ] {
        if let Some(at) = at {
            writeln!(out, "  {what}: {at}")?;
        }
    }
    if let Some(w) = &trial.worker {
        writeln!(out, "  worker: {} pid {}, {}, surmise {}", w.host, w.pid, w.device, w.engine)?;
    }
    if !trial.reports.is_empty() {
        writeln!(out, "  reports:")?;
        for report in &trial.reports {
            writeln!(out, "    step {}: {}", report.step, table::number(report.value))?;
        }
    }
    if let TrialState::Failed(failure) = &trial.state {
        writeln!(out, "  reason: {}", table::clean(&failure.reason).replace('\n', "\n    "))?;
    }
    Ok(())
}
