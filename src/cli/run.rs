//! `surmise run`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::objective::cnn::device_choice;
use crate::objective::{ObjectiveSpec, ObjectiveTemplate};
use crate::spec::StudySpec;
use crate::study::Study;
use crate::worker::{self, Event, Interrupts, RunEnd, RunError, RunOptions, WorkerOptions};

use super::backend::{Backend, this_program};
use super::error::CliError;
use super::progress::Progress;
use super::{DatabaseArgs, best, plot, talk};

#[derive(Debug, Args)]
#[command(
    after_help = "Running again resumes: finished trials stay, interrupted ones are run again with the
parameters they had. Ctrl-C finishes the trials at hand first; twice stops at once.

Examples:
  surmise run experiments/avatars.yaml
  surmise run experiments/avatars.yaml --trials 40      20 more than the 20 declared
  surmise run experiments/branin.yaml --workers 4 --no-plots"
)]
pub(super) struct RunArgs {
    /// The study's YAML
    file: PathBuf,
    /// Budget in all, over the file's `trials`; extends a study that has used up its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    trials: Option<u64>,
    /// Worker processes at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: u16,
    /// cpu, cuda or cuda:N, over what the study says
    #[arg(long)]
    device: Option<String>,
    /// Folder for the pictures drawn at the end
    #[arg(long, value_name = "DIR", default_value = "plots")]
    plots: PathBuf,
    /// Draw no pictures
    #[arg(long, conflicts_with = "plots")]
    no_plots: bool,
}

pub(super) fn run(
    args: RunArgs,
    database: &DatabaseArgs,
    backend: &dyn Backend,
) -> Result<ExitCode, CliError> {
    let mut spec = StudySpec::load(&args.file)?;
    spec.check_files(&args.file)?;
    if let Some(trials) = args.trials {
        spec.trials = trials;
    }
    let ObjectiveSpec::Template(template) = &spec.objective else {
        return Err(RunError::External { study: spec.study }.into());
    };
    let program = program(template, args.device.as_deref(), backend)?;

    let mut study = Study::open_or_create(database.open()?, spec)?;
    if let Some(trials) = args.trials.filter(|&trials| trials < study.spec().trials) {
        study.set_budget(trials)?;
    }
    let before = study.summary()?;
    let finished = before.counts.finished();
    let (name, budget) = (study.spec().study.clone(), study.spec().trials);
    let again = |more: &str| database.command(format_args!("run {}{more}", args.file.display()));
    let used_up = tell_used_up(&mut study)?;
    if before.counts.queued + before.counts.running == 0 && used_up && finished < budget {
        return conclude(&mut study, &args);
    }
    // What is queued already is run beyond the budget, too.
    if finished >= budget && before.counts.queued == 0 {
        let extend = again(&format!(" --trials {}", finished + 20));
        talk(format_args!("{name}: all {finished} trials are done; to go on: {extend}"));
        return conclude(&mut study, &args);
    }
    if finished > 0 {
        talk(format_args!("{name}: {finished} of {budget} trials are done; going on"));
    }

    let worker = WorkerOptions {
        store: database.location(),
        opening: database.options(),
        study: name,
        runs: database.claim_runs(),
        device: args.device.clone(),
        supervised: true,
    };
    let options = RunOptions { worker, workers: usize::from(args.workers), program };
    let interrupts = Interrupts::listen()
        .map_err(|e| CliError::ours(format!("cannot listen for signals: {e}")))?;
    let mut progress = Progress::new(study.spec(), &database.runs(), &before);
    let end = worker::run(&mut study, &options, &interrupts, &mut |event: Event<'_>| {
        progress.tell(&event);
    });
    progress.close();
    match end? {
        RunEnd::Done => {
            if !used_up {
                tell_used_up(&mut study)?;
            }
            conclude(&mut study, &args)
        }
        RunEnd::Interrupted => {
            let counts = study.summary()?.counts;
            talk(format_args!(
                "interrupted after {} of {budget} trials; nothing is lost. To resume: {}",
                counts.finished(),
                again("")
            ));
            Ok(ExitCode::from(130))
        }
    }
}

/// The program whose workers evaluate the trials, once it is clear that they can.
fn program(
    template: &ObjectiveTemplate,
    device: Option<&str>,
    backend: &dyn Backend,
) -> Result<PathBuf, CliError> {
    if !template.kind().needs_torch() {
        return this_program();
    }
    if let Some(warning) = backend.check(device_choice(template, device)?)? {
        talk(format_args!("warning: {warning}"));
    }
    backend.program()
}

/// Says so if the study has tried every point there is before its budget was used up.
fn tell_used_up(study: &mut Study) -> Result<bool, CliError> {
    let summary = study.summary()?;
    let total = summary.counts.total();
    let Some(points) = study.used_up()?.filter(|_| total < summary.budget) else {
        return Ok(false);
    };
    talk(format_args!(
        "{}: the space has only {points} points, all tried; the study ends after {total} of {} trials",
        summary.name, summary.budget
    ));
    Ok(true)
}

/// Says what came out, and draws it.
fn conclude(study: &mut Study, args: &RunArgs) -> Result<ExitCode, CliError> {
    let counts = study.summary()?.counts;
    let Some(found) = study.recommend()? else {
        let name = &study.spec().study;
        return Err(CliError::user(format!(
            "none of the {} trials has a value",
            counts.finished()
        ))
        .hint(format!("`surmise show {name} --trial 0` tells why the first one failed")));
    };
    let mut out = io::stdout().lock();
    write!(out, "\n{}", best::describe(study.spec(), &found))?;
    if !args.no_plots {
        match plot::draw_all(study, &args.plots) {
            Ok(pictures) => {
                writeln!(out, "pictures:")?;
                for path in pictures {
                    writeln!(out, "  {}", path.display())?;
                }
            }
            // The trials are done and stored; `surmise plot` can draw them again.
            Err(error) => talk(error.render(false).replacen("error", "warning", 1).trim_end()),
        }
    }
    Ok(ExitCode::SUCCESS)
}
