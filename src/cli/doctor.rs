//! `surmise doctor`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::store::SqliteStore;

use super::DatabaseArgs;
use super::backend::{Backend, Finding};
use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise doctor --db /data/studies.db")]
pub(super) struct DoctorArgs {}

pub(super) fn doctor(
    _args: &DoctorArgs,
    database: &DatabaseArgs,
    backend: &dyn Backend,
) -> Result<ExitCode, CliError> {
    let mut findings = vec![
        Finding::fine("surmise", env!("CARGO_PKG_VERSION")),
        Finding::fine("SQLite", SqliteStore::engine_version()),
        look_at_database(database),
        threads(),
    ];
    findings.extend(backend.findings());
    let mut out = io::stdout().lock();
    for Finding { what, found, remedy } in findings {
        writeln!(out, "{what:<10} {found}")?;
        if let Some(remedy) = remedy {
            writeln!(out, "{:<10} → {remedy}", "")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn look_at_database(database: &DatabaseArgs) -> Finding {
    let path = std::path::absolute(&database.db).unwrap_or_else(|_| database.db.clone());
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        let found = format!("{}: its folder does not exist", path.display());
        return Finding::missing(
            "database",
            found,
            format!("make {}, or name another with --db", folder.display()),
        );
    }
    if !Path::new(&path).exists() {
        return Finding::missing(
            "database",
            format!("{}: none yet", path.display()),
            "`surmise run FILE` makes it",
        );
    }
    match database.open_existing().and_then(|mut s| Ok(crate::store::Store::studies(&mut s)?)) {
        Ok(studies) => Finding::fine(
            "database",
            match studies.len() {
                1 => format!("{}: 1 study", path.display()),
                n => format!("{}: {n} studies", path.display()),
            },
        ),
        Err(error) => {
            let text = error.render(false);
            let mut lines = text.lines();
            let found = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let remedy =
                lines.next().unwrap_or_default().trim().trim_start_matches("hint: ").to_owned();
            Finding::missing("database", found, remedy)
        }
    }
}

fn threads() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let set = std::env::var("OMP_NUM_THREADS").unwrap_or_else(|_| "not set".into());
    Finding::fine(
        "threads",
        format!(
            "{cores} cores; a CNN trial takes 1 unless its YAML says more (OMP_NUM_THREADS {set})"
        ),
    )
}
