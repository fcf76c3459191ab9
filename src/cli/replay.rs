//! `surmise replay`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::study::Replay;

use super::DatabaseArgs;
use super::error::CliError;

#[derive(Debug, Args)]
#[command(
    after_help = "A suggestion depends only on the space, the sampler's settings, the seed, the
trial's number and what had happened when it was asked, so each can be recomputed by the engine
revision that made it.

Example:
  surmise replay avatars"
)]
pub(super) struct ReplayArgs {
    /// Name of the study
    study: String,
}

pub(super) fn replay(args: &ReplayArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let Replay { compared, not_recomputed, mismatches } = study.replay(|_| {})?;
    let mut out = io::stdout().lock();
    for m in &mismatches {
        writeln!(out, "trial {}: stored {}\n  recomputed {}", m.number, m.stored, m.recomputed)?;
    }
    let equal = compared - mismatches.len();
    writeln!(out, "{}: {equal} of {compared} suggestions are bit-equal", args.study)?;
    if not_recomputed > 0 {
        writeln!(
            out,
            "{not_recomputed} more are another engine revision's and were not recomputed"
        )?;
    }
    Ok(ExitCode::from(u8::from(!mismatches.is_empty())))
}
