//! `surmise model export`

use std::io::{self, Write};
use std::process::ExitCode;

use super::ExportArgs;
use super::trained::read;
use crate::cli::error::CliError;

pub(in crate::cli) fn export(args: &ExportArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, "cpu")?;
    model.network.save(&args.file).map_err(|error| CliError::user(error.to_string()))?;
    writeln!(io::stdout(), "{}", args.file.display())?;
    Ok(ExitCode::SUCCESS)
}
