//! `surmise worker`

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::objective::{ObjectiveSpec, ObjectiveTemplate};
use crate::worker::{self, EXIT_UNUSABLE, WorkerEnd, WorkerOptions};

use super::backend::Backend;
use super::error::CliError;
use super::{DatabaseArgs, talk};

#[derive(Debug, Args)]
#[command(after_help = "`surmise run` starts workers by itself; this is for schedulers.

Example:
  surmise worker --study avatars --device cuda:0")]
pub(super) struct WorkerArgs {
    /// Name of a stored study
    #[arg(long, value_name = "NAME")]
    study: String,
    /// cpu, cuda or cuda:N, over what the study says
    #[arg(long)]
    device: Option<String>,
    /// Folder for the trials' logs and files [default: runs/ beside the database]
    #[arg(long, value_name = "DIR")]
    runs: Option<PathBuf>,
    /// Listen on stdin to the run that started it
    #[arg(long, hide = true)]
    supervised: bool,
}

pub(super) fn worker(
    args: WorkerArgs,
    database: &DatabaseArgs,
    backend: &dyn Backend,
) -> Result<ExitCode, CliError> {
    // First of all: the process may become another program here.
    let torch = match needs_torch(database, &args.study).then(|| backend.torch()).transpose() {
        Err(error) if args.supervised => return Ok(unusable(error.text())),
        torch => torch?,
    };
    let options = WorkerOptions {
        store: database.location(),
        opening: database.options(),
        study: args.study,
        runs: args.runs.unwrap_or_else(|| database.claim_runs()),
        device: args.device,
        supervised: args.supervised,
    };
    let build = |template: &ObjectiveTemplate, device: Option<&str>| match torch {
        Some(torch) => torch.objective(template, device),
        None => template.objective(),
    };
    match worker::work(&options, &build, &mut |text| talk(text)) {
        Ok(WorkerEnd::Done | WorkerEnd::Stopped) => Ok(ExitCode::SUCCESS),
        Err(error) if args.supervised => Ok(unusable(error)),
        Err(error) => Err(error.into()),
    }
}

/// Whether the study's objective needs libtorch. Why a study cannot be opened is for the worker to say.
fn needs_torch(database: &DatabaseArgs, study: &str) -> bool {
    database.study(study).is_ok_and(|study| match &study.spec().objective {
        ObjectiveSpec::Template(template) => template.kind().needs_torch(),
        ObjectiveSpec::External => false,
    })
}

/// The supervisor shows the reason as its own error; it can only be told by stderr.
fn unusable(reason: impl Display) -> ExitCode {
    let _ = write!(io::stderr(), "{reason}");
    ExitCode::from(EXIT_UNUSABLE)
}
