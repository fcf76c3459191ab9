//! `surmise doctor`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::store;

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
    let mut findings = vec![Finding::fine("surmise", env!("CARGO_PKG_VERSION"))];
    findings.extend(store::engines().map(|(name, version)| Finding::fine(name, version)));
    findings.extend([look_at_database(database), threads()]);
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
    let location = database.location();
    // A file by its whole path, which says where the program looks.
    let name = match location.path() {
        None => location.to_string(),
        Some(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            if let Some(missing) = missing_file(&path) {
                return missing;
            }
            path.display().to_string()
        }
    };
    match database.open_existing().and_then(|mut store| Ok(store.studies()?)) {
        Ok(studies) => Finding::fine(
            "database",
            match studies.len() {
                1 => format!("{name}: 1 study"),
                n => format!("{name}: {n} studies"),
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

/// What to say of a file that is not there.
fn missing_file(path: &Path) -> Option<Finding> {
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        let found = format!("{}: its folder does not exist", path.display());
        let remedy = format!("make {}, or name another with --db", folder.display());
        return Some(Finding::missing("database", found, remedy));
    }
    let found = format!("{}: none yet", path.display());
    (!path.exists()).then(|| Finding::missing("database", found, "`surmise run FILE` makes it"))
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
