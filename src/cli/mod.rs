//! The command line: one file a subcommand, thin. Data goes to stdout, talk to stderr; exit code 0
//! is fine, 1 the user's mistake, 2 ours, 130 an interrupted run.
//!
//! A new command is a file here, a `mod` line and an entry in the list of commands below.

#[allow(missing_docs, reason = "clap shows a doc comment in the help: arguments have theirs")]
pub mod cnn;
pub mod plot;
pub mod table;

mod ask_tell;
mod backend;
mod best;
mod check;
mod compare;
mod completions;
mod delete;
mod doctor;
mod error;
mod export;
mod hand_over;
mod json;
mod list;
mod note;
mod origins;
mod progress;
mod replay;
mod run;
mod show;
mod tag;
mod worker;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::store::{SqliteOptions, SqliteStore};
use crate::study::Study;

pub use backend::{Backend, Finding, LibtorchReport, Torch, this_program};
pub use error::CliError;
pub use hand_over::HandOver;

/// Hyperparameter optimization: declare a search space in YAML, run one command.
#[derive(Debug, Parser)]
#[command(name = "surmise", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  surmise check experiments/avatars.yaml     is the declaration right?
  surmise run experiments/avatars.yaml       run it, or resume it
  surmise show avatars                       every trial
  surmise plot avatars                       draw contours and trace")]
struct Cli {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

const DEFAULT_DATABASE: &str = "studies.db";

/// File in the folder of trials that names the database it belongs to.
const OWNER: &str = ".database";

/// Where studies live.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    /// Database that keeps studies and trials; trials' logs lie in runs/ beside it
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_DATABASE)]
    db: PathBuf,
    /// Use the database even on a network file system, where SQLite's locks may not hold
    #[arg(long, global = true)]
    allow_network_fs: bool,
}

/// Makes [`Command`] of an entry a command: its help, its arguments, what it does.
macro_rules! commands {
    (($args:ident, $database:ident, $backend:ident)
        $($(#[$help:meta])* $Variant:ident($Args:ty) => $call:expr;)+) => {
        #[derive(Debug, Subcommand)]
        enum Command {
            $($(#[$help])* $Variant($Args),)+
        }

        impl Command {
            /// Does what is asked.
            fn run(
                self,
                $database: &DatabaseArgs,
                $backend: &dyn Backend,
            ) -> Result<ExitCode, CliError> {
                match self {
                    $(Self::$Variant($args) => $call,)+
                }
            }
        }
    };
}

commands! { (args, database, backend)
    /// Run a study's trials, or go on with them
    Run(run::RunArgs) => run::run(args, database, backend);
    /// Check a study's YAML without running it
    Check(check::CheckArgs) => check::check(&args);
    /// List the studies in the database
    List(list::ListArgs) => list::list(&args, database);
    /// Show a study and its trials
    Show(show::ShowArgs) => show::show(&args, database);
    /// Show the best parameters as the model sees them, and as measured
    Best(best::BestArgs) => best::best(&args, database);
    /// Draw a study: contours of the model with its uncertainty, optimization trace
    Plot(plot::PlotArgs) => plot::plot(&args, database);
    /// Compare studies: traces overlaid, final values tabled
    Compare(compare::CompareArgs) => compare::compare(&args, database);
    /// Write a note about a study or a trial, or read it
    Note(note::NoteArgs) => note::note(&args, database);
    /// Tag a study or a trial
    Tag(tag::TagArgs) => tag::tag(&args, database);
    /// Write a study's trials or reports as CSV or JSON
    Export(export::ExportArgs) => export::export(&args, database);
    /// Recompute every stored suggestion and compare it bit by bit
    Replay(replay::ReplayArgs) => replay::replay(&args, database);
    /// Delete a study with its trials, logs and files
    Delete(delete::DeleteArgs) => delete::delete(&args, database);
    #[command(flatten)]
    Torch(cnn::TorchCommand) => backend.torch().and_then(|torch| torch.run(&args, database));
    /// Show what a network is made of
    Model(cnn::ModelArgs) => cnn::model(args, database, backend);
    /// Say what this machine has and what to do about what is missing
    Doctor(doctor::DoctorArgs) => doctor::doctor(&args, database, backend);
    /// Evaluate trials of a stored study; what a cluster's scheduler starts
    Worker(worker::WorkerArgs) => worker::worker(args, database, backend);
    /// Suggest parameters to a program in any language, by JSON lines on stdin and stdout
    AskTell(ask_tell::AskTellArgs) => ask_tell::ask_tell(args);
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs) => completions::completions(&args);
}

/// Runs the program with the process's arguments, and CNN commands by the backend.
pub fn main(backend: &dyn Backend) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come as "errors", too; they go to stdout and are fine.
            let code = if error.use_stderr() { 1 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let database = &cli.database;
    let result = cli.command.run(database, backend);
    match result {
        Ok(code) => code,
        // A reader that has seen enough (`| head`) is no error.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            let error = error.for_database(database);
            let _ = write!(io::stderr(), "{}", error.render(io::stderr().is_terminal()));
            error.exit_code()
        }
    }
}

/// Talk for the user, on stderr. One that cannot be heard is no reason to stop.
pub fn talk(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells where the copy is, if the database was brought up to date just now.
fn told(store: SqliteStore) -> SqliteStore {
    if let Some(copy) = store.copy_of_older() {
        talk(format_args!(
            "{} was made by an older surmise and brought up to date; {} is a copy as it was",
            store.path().display(),
            copy.display()
        ));
    }
    store
}

impl DatabaseArgs {
    fn options(&self) -> SqliteOptions {
        SqliteOptions { allow_network: self.allow_network_fs, ..SqliteOptions::default() }
    }

    /// Opens the database, making it if there is none.
    fn open(&self) -> Result<SqliteStore, CliError> {
        Ok(told(SqliteStore::open(&self.db, &self.options())?))
    }

    /// Opens a database that must be there.
    fn open_existing(&self) -> Result<SqliteStore, CliError> {
        Ok(told(SqliteStore::open_existing(&self.db, &self.options())?))
    }

    /// Opens a stored study.
    pub fn study(&self, name: &str) -> Result<Study, CliError> {
        Ok(Study::open(Box::new(self.open_existing()?), name)?)
    }

    /// Folder of the trials' logs and files: `runs/` beside the database, or `NAME.runs/` if another
    /// database of that folder has claimed `runs/`.
    fn runs(&self) -> PathBuf {
        let folder = self.db.parent().unwrap_or(Path::new(""));
        let (runs, name) = (folder.join("runs"), self.db.file_name().unwrap_or_default());
        match std::fs::read(runs.join(OWNER)) {
            Ok(owner) if owner != name.as_encoded_bytes() => {
                let mut own = self.db.file_stem().unwrap_or_default().to_owned();
                own.push(".runs");
                folder.join(own)
            }
            _ => runs,
        }
    }

    /// [`runs`](Self::runs), claimed for this database. A folder that cannot be made shows when the
    /// first trial wants to write there.
    fn claim_runs(&self) -> PathBuf {
        let runs = self.runs();
        let name = self.db.file_name().unwrap_or_default();
        if std::fs::create_dir_all(&runs).is_ok() && !runs.join(OWNER).exists() {
            let _ = std::fs::write(runs.join(OWNER), name.as_encoded_bytes());
        }
        runs
    }

    /// A command line for the user to type, about this database.
    fn command(&self, arguments: impl Display) -> String {
        if self.db == Path::new(DEFAULT_DATABASE) {
            return format!("surmise {arguments}");
        }
        let path = self.db.to_string_lossy();
        let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
        if path.chars().all(plain) {
            format!("surmise {arguments} --db {path}")
        } else {
            format!("surmise {arguments} --db '{}'", path.replace('\'', "'\\''"))
        }
    }
}
