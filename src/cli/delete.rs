//! `surmise delete`

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;

use crate::store::Store;

use super::error::CliError;
use super::{DatabaseArgs, talk};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise delete avatars")]
pub(super) struct DeleteArgs {
    /// Name of the study
    study: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn delete(args: &DeleteArgs, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
    let mut study = database.study(&args.study)?;
    let counts = study.summary()?.counts;
    if counts.running > 0 && !args.yes {
        talk(format_args!(
            "note: {} of its trials are running, or were when a run was killed",
            counts.running
        ));
    }
    if !args.yes && !confirmed(&args.study, counts.total())? {
        talk("nothing was deleted");
        return Ok(ExitCode::from(1));
    }
    let id = study.id();
    let store: &mut dyn Store = study.store();
    store.delete_study(id)?;
    let folder = database.runs().join(&args.study);
    match std::fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(CliError::file("remove", &folder, &e)
                .hint("the study itself is deleted; remove the folder by hand"));
        }
        _ => {}
    }
    talk(format_args!(
        "deleted study `{}` with {} trials, their logs and files",
        args.study,
        counts.total()
    ));
    Ok(ExitCode::SUCCESS)
}

fn confirmed(study: &str, trials: u64) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::user("deleting asks first, and stdin is no terminal")
            .hint(format!("to delete without being asked: `surmise delete {study} --yes`")));
    }
    write!(
        io::stderr(),
        "delete study `{study}` with its {trials} trials, logs and files? [y/N] "
    )?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
