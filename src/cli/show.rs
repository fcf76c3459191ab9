//! `surmise show`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::spec::StudySpec;
use crate::study::{best_of, trial_folder};
use crate::trial::{Annotations, Attempt, Trial, TrialNumber, TrialState};

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
    let annotations = study.annotations(None)?;
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
        None if args.json => writeln!(out, "{:#}", json::study(spec, &annotations, &trials))?,
        None => all(&mut out, spec, &annotations, &trials)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Most metrics beside the study's own that the table of trials shows.
const MOST_METRICS: usize = 4;

fn all(
    out: &mut impl Write,
    spec: &StudySpec,
    annotations: &Annotations,
    trials: &[Trial],
) -> io::Result<()> {
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
    annotated(out, annotations)?;
    writeln!(out)?;
    let others: BTreeSet<&str> =
        trials.iter().flat_map(|t| t.metrics.iter()).map(|m| m.0).collect();
    let others: Vec<&str> = others.into_iter().filter(|name| *name != spec.metric).collect();
    let shown = &others[..others.len().min(MOST_METRICS)];
    let best = best_of(trials, spec.direction).map(|t| t.number);
    let mut head = vec!["", "trial", "state", "origin", &spec.metric];
    head.extend(shown);
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
        let metric =
            |name: &&str| trial.metrics.get(name).map_or_else(|| "–".into(), table::number);
        row.extend(shown.iter().map(metric));
        row.extend(spec.space.parameters().iter().map(|p| value(trial, &p.name)));
        row.push(trial.seconds().map_or_else(|| "–".into(), table::span));
        table.add_row(row);
    }
    writeln!(out, "{table}")?;
    if others.len() > shown.len() {
        let left_out = others[shown.len()..].join(", ");
        writeln!(out, "not shown: {}; `surmise export` has all", table::clean(&left_out))?;
    }
    Origins::of(trials).write(out)
}

/// Note and tags, where there are any.
fn annotated(out: &mut impl Write, annotations: &Annotations) -> io::Result<()> {
    if !annotations.note.is_empty() {
        writeln!(out, "  note: {}", table::clean(&annotations.note).replace('\n', "\n    "))?;
    }
    if !annotations.tags.is_empty() {
        let tags: Vec<&str> = annotations.tags.iter().map(String::as_str).collect();
        writeln!(out, "  tags: {}", table::clean(&tags.join(" ")))?;
    }
    Ok(())
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
    for (name, value) in trial.metrics.iter().filter(|(name, _)| *name != spec.metric) {
        writeln!(out, "  metric {}: {value}", table::clean(name))?;
    }
    annotated(out, &trial.annotations)?;
    write!(out, "  saw the events up to {}", trial.saw)?;
    match (trial.engine_revision, trial.ended) {
        (Some(revision), Some(ended)) => {
            writeln!(out, " (engine revision {revision}), ended as event {ended}")?;
        }
        (None, Some(ended)) => writeln!(out, ", ended as event {ended}")?,
        (Some(revision), None) => writeln!(out, " (engine revision {revision})")?,
        (None, None) => writeln!(out)?,
    }
    for (what, at) in [
        ("asked", Some(trial.asked_at)),
        ("started", trial.started_at()),
        ("finished", trial.finished_at),
    ] {
        if let Some(at) = at {
            writeln!(out, "  {what}: {at}")?;
        }
    }
    for attempt in &trial.attempts {
        attempted(out, attempt)?;
    }
    if !trial.reports.is_empty() {
        writeln!(out, "  reports:")?;
        for report in &trial.reports {
            let pairs = report.metrics.iter();
            let pairs: Vec<String> =
                pairs.map(|(name, value)| format!("{name} {}", table::number(value))).collect();
            writeln!(out, "    step {}: {}", report.step, table::clean(&pairs.join(", ")))?;
        }
    }
    if let TrialState::Failed(failure) = &trial.state {
        writeln!(out, "  reason: {}", table::clean(&failure.reason).replace('\n', "\n    "))?;
    }
    Ok(())
}

/// An attempt: who tried, how it ended, and what was run.
fn attempted(out: &mut impl Write, attempt: &Attempt) -> io::Result<()> {
    let outcome = attempt.outcome.map_or("running", |outcome| outcome.name());
    write!(out, "  attempt {}: {outcome}", attempt.number)?;
    if let Some(w) = &attempt.worker {
        write!(out, ", {} pid {}, {}, surmise {}", w.host, w.pid, w.device, w.engine)?;
    }
    writeln!(out)?;
    if let Some(argv) = &attempt.launch.argv {
        writeln!(out, "    ran: {}", serde_json::to_string(argv)?)?;
    }
    if let Some(git) = &attempt.launch.git {
        let dirty = if git.dirty { ", with changes" } else { "" };
        writeln!(out, "    git commit: {}{dirty}", git.commit)?;
    }
    Ok(())
}
