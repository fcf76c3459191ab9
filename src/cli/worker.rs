//! `surmise worker`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::worker::{self, EXIT_UNUSABLE, WorkerEnd, WorkerOptions};

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

pub(super) fn worker(args: WorkerArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let options = WorkerOptions {
        database: database.db.clone(),
        sqlite: database.options(),
        study: args.study,
        runs: args.runs.unwrap_or_else(|| database.claim_runs()),
        device: args.device,
        supervised: args.supervised,
    };
    match worker::work(&options, &mut |text| talk(text)) {
        Ok(WorkerEnd::Done | WorkerEnd::Stopped) => Ok(ExitCode::SUCCESS),
        // The supervisor shows the reason as its own error; it can only be told by stderr.
        Err(error) if args.supervised => {
            let _ = write!(io::stderr(), "{error}");
            Ok(ExitCode::from(EXIT_UNUSABLE))
        }
        Err(error) => Err(error.into()),
    }
}
