//! `surmise check`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::spec::StudySpec;

use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise check experiments/avatars.yaml")]
pub(super) struct CheckArgs {
    /// The study's YAML
    file: PathBuf,
}

pub(super) fn check(args: &CheckArgs) -> Result<ExitCode, CliError> {
    let spec = StudySpec::load(&args.file)?;
    spec.check_files(&args.file)?;
    writeln!(
        io::stdout(),
        "{}: study `{}`, {} {}, {} parameters, {} trials: fine",
        args.file.display(),
        spec.study,
        spec.direction,
        spec.metric,
        spec.space.len(),
        spec.trials
    )?;
    for parameter in spec.space.parameters() {
        writeln!(io::stdout(), "  {parameter}")?;
    }
    for constraint in spec.space.constraints() {
        writeln!(io::stdout(), "  constraint: {constraint}")?;
    }
    if !spec.enqueue.is_empty() {
        writeln!(io::stdout(), "  enqueued first: {} trials", spec.enqueue.len())?;
    }
    if let Some(points) = spec.space.cardinality() {
        writeln!(io::stdout(), "  {points} points in all")?;
    }
    Ok(ExitCode::SUCCESS)
}
