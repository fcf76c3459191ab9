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
mod database;
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
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use backend::{Backend, Finding, LibtorchReport, Torch, this_program};
pub use database::DatabaseArgs;
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
    let result = database.check().and_then(|()| cli.command.run(database, backend));
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
