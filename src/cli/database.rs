//! Where studies live, as the user says it.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::store::{self, Store, StoreLocation, StoreOptions};
use crate::study::Study;

use super::error::CliError;
use super::talk;

const DEFAULT_DATABASE: &str = "studies.db";

/// File in the folder of trials that names the database it belongs to.
const OWNER: &str = ".database";

/// Where studies live.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    /// Database that keeps studies and trials; trials' logs lie in runs/ beside it [default: studies.db]
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    #[arg(long, global = true, value_name = "STORE", help = store_help())]
    store: Option<StoreLocation>,
    /// Use the database even on a network file system, where SQLite's locks may not hold
    #[arg(long, global = true)]
    allow_network_fs: bool,
}

fn store_help() -> String {
    let forms: Vec<&str> = store::forms().collect();
    format!("Store that keeps them, of any kind, in place of --db: {}", forms.join(", "))
}

impl DatabaseArgs {
    /// Refuses what cannot be meant.
    pub(super) fn check(&self) -> Result<(), CliError> {
        if self.db.is_some() && self.store.is_some() {
            let error = CliError::user("--db and --store both say where the studies live");
            return Err(error.hint("give one of them; --db FILE is short for --store sqlite:FILE"));
        }
        Ok(store::check(&self.location())?)
    }

    /// Where the studies live.
    pub(super) fn location(&self) -> StoreLocation {
        match (&self.store, &self.db) {
            (Some(location), _) => location.clone(),
            (None, Some(file)) => StoreLocation::file(file),
            (None, None) => StoreLocation::file(DEFAULT_DATABASE),
        }
    }

    /// How they are opened.
    pub(super) fn options(&self) -> StoreOptions {
        StoreOptions { allow_network: self.allow_network_fs }
    }

    /// Opens the store, making it if there is none.
    pub(super) fn open(&self) -> Result<Box<dyn Store>, CliError> {
        let location = self.location();
        Ok(told(store::open(&location, &self.options())?, &location))
    }

    /// Opens a store that must be there.
    pub(super) fn open_existing(&self) -> Result<Box<dyn Store>, CliError> {
        let location = self.location();
        Ok(told(store::open_existing(&location, &self.options())?, &location))
    }

    /// Opens a stored study.
    pub fn study(&self, name: &str) -> Result<Study, CliError> {
        Ok(Study::open(self.open_existing()?, name)?)
    }

    /// Folder of the trials' logs and files: `runs/` beside the database, or `NAME.runs/` if another
    /// database of that folder has claimed `runs/`. For a store on a server, `runs/` where one is.
    pub(super) fn runs(&self) -> PathBuf {
        let location = self.location();
        let Some(database) = location.path() else {
            return PathBuf::from("runs");
        };
        let folder = database.parent().unwrap_or(Path::new(""));
        let (runs, name) = (folder.join("runs"), database.file_name().unwrap_or_default());
        match std::fs::read(runs.join(OWNER)) {
            Ok(owner) if owner != name.as_encoded_bytes() => {
                let mut own = database.file_stem().unwrap_or_default().to_owned();
                own.push(".runs");
                folder.join(own)
            }
            _ => runs,
        }
    }

    /// [`runs`](Self::runs), claimed for this database. A folder that cannot be made shows when the
    /// first trial wants to write there.
    pub(super) fn claim_runs(&self) -> PathBuf {
        let (location, runs) = (self.location(), self.runs());
        let name = location.path().and_then(Path::file_name).unwrap_or_default();
        if std::fs::create_dir_all(&runs).is_ok() && !runs.join(OWNER).exists() {
            let _ = std::fs::write(runs.join(OWNER), name.as_encoded_bytes());
        }
        runs
    }

    /// A command line for the user to type, about this database.
    pub(super) fn command(&self, arguments: impl Display) -> String {
        let location = self.location();
        if location == StoreLocation::file(DEFAULT_DATABASE) {
            return format!("surmise {arguments}");
        }
        let option = if location.is_short() { "--db" } else { "--store" };
        let location = location.to_string();
        let plain = |c: char| c.is_alphanumeric() || "/._-:".contains(c);
        if location.chars().all(plain) {
            format!("surmise {arguments} {option} {location}")
        } else {
            format!("surmise {arguments} {option} '{}'", location.replace('\'', "'\\''"))
        }
    }
}

/// Tells where the copy is, if the database was brought up to date just now.
fn told(store: Box<dyn Store>, location: &StoreLocation) -> Box<dyn Store> {
    if let Some(copy) = store.copy_of_older() {
        talk(format_args!(
            "{location} was made by an older surmise and brought up to date; {} is a copy as it was",
            copy.display()
        ));
    }
    store
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(db: Option<&str>, store: Option<&str>) -> DatabaseArgs {
        let store = store.map(|text| text.parse().unwrap());
        DatabaseArgs { db: db.map(Into::into), store, allow_network_fs: false }
    }

    #[test]
    fn command_lines_are_spelt_as_the_user_did() {
        let command = |db, store| args(db, store).command("list");
        assert_eq!(command(None, None), "surmise list");
        assert_eq!(command(Some("studies.db"), None), "surmise list");
        assert_eq!(command(Some("a/b.db"), None), "surmise list --db a/b.db");
        assert_eq!(command(Some("it's"), None), r"surmise list --db 'it'\''s'");
        assert_eq!(command(None, Some("sqlite:b.db")), "surmise list --store sqlite:b.db");
        assert_eq!(command(None, Some("sqlite:a b")), "surmise list --store 'sqlite:a b'");
    }

    #[test]
    fn trials_files_lie_beside_a_file() {
        assert_eq!(args(Some("a/b.db"), None).runs(), Path::new("a/runs"));
        assert_eq!(args(None, Some("sqlite:a/b.db")).runs(), Path::new("a/runs"));
        assert_eq!(args(None, Some("postgres://host/name")).runs(), Path::new("runs"));
    }
}
