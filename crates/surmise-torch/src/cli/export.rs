//! `surmise model export`

use std::io::{self, Write};
use std::process::ExitCode;

use super::failure::plain;
use super::model::read;
use surmise::program::CliError;
use surmise::program::cnn::ExportArgs;

pub(super) fn export(args: &ExportArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, "cpu")?;
    model.network.save(&args.file).map_err(plain)?;
    writeln!(io::stdout(), "{}", args.file.display())?;
    Ok(ExitCode::SUCCESS)
}
