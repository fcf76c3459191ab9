//! `surmise list`

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use super::error::CliError;
use super::{DatabaseArgs, table, talk};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise list --db other.db")]
pub(super) struct ListArgs {
    /// One JSON object a line, for machines
    #[arg(long)]
    json: bool,
}

pub(super) fn list(args: &ListArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let studies = database.open_existing()?.studies()?;
    let mut out = io::stdout().lock();
    if args.json {
        for summary in &studies {
            writeln!(out, "{}", super::json::summary(summary))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if studies.is_empty() {
        talk("no studies yet; `surmise run FILE` makes one");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::new(&["study", "trials", "failed", "best", "last finished"]);
    for s in &studies {
        let best = s.best.map(|(n, v)| format!("{} {} (trial {n})", s.metric, table::number(v)));
        table.add_row([
            s.name.clone(),
            format!("{}/{}", s.counts.finished(), s.budget),
            s.counts.failed.to_string(),
            best.unwrap_or_else(|| "–".into()),
            s.last_finished_at.map_or_else(|| "–".into(), table::time),
        ]);
    }
    writeln!(out, "{table}")?;
    Ok(ExitCode::SUCCESS)
}
