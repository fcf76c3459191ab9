//! Errors as the user sees them: what was wrong, where, and what to do. Hints are written here and
//! nowhere else.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::config::nearest;
use crate::objective::Unavailable;
use crate::plot::PlotError;
use crate::sampler::SamplerError;
use crate::spec::SpecError;
use crate::store::{self, StoreError, StoreLocation};
use crate::study::StudyError;
use crate::worker::RunError;

use super::DatabaseArgs;

/// An error on its way to the terminal.
#[derive(Debug)]
pub enum CliError {
    /// A study's declaration is wrong: how, and what to do about it besides.
    Spec(Box<SpecError>, Vec<String>),
    /// Anything else.
    Plain {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
        /// Whether it is a fault of surmise's own.
        ours: bool,
    },
    /// Output that could not be written.
    Output(io::Error),
}

impl CliError {
    /// A mistake of the user's.
    pub fn user(message: impl Into<String>) -> Self {
        Self::Plain { message: message.into(), hints: Vec::new(), ours: false }
    }

    /// A fault of ours.
    pub fn ours(message: impl Into<String>) -> Self {
        let hint = "this is a fault of surmise; please report it with the command you ran";
        Self::Plain { message: message.into(), hints: vec![hint.into()], ours: true }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Plain { hints, .. } | Self::Spec(_, hints) = &mut self {
            hints.push(text.into());
        }
        self
    }

    /// Completes the command lines in hints (`` `surmise …` ``) with the database in use.
    pub(super) fn for_database(mut self, database: &DatabaseArgs) -> Self {
        if let Self::Plain { hints, .. } = &mut self {
            for hint in hints {
                let parts = hint.split('`').map(|part| match part.strip_prefix("surmise ") {
                    Some(arguments)
                        if !["--db", "--store"].iter().any(|o| arguments.contains(o)) =>
                    {
                        database.command(arguments)
                    }
                    _ => part.to_owned(),
                });
                *hint = parts.collect::<Vec<_>>().join("`");
            }
        }
        self
    }

    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Plain { ours: true, .. } => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }

    pub(super) fn render(&self, colour: bool) -> String {
        match self {
            Self::Spec(error, hints) => {
                let text = crate::spec::render(error, colour);
                with_hints(format!("{}\n", text.trim_end()), hints)
            }
            Self::Output(error) => format!("error: cannot write the output: {error}\n"),
            Self::Plain { message, hints, .. } => {
                let (bold, reset) = if colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
                with_hints(format!("{bold}error{reset}: {message}\n"), hints)
            }
        }
    }

    /// The error without colour and without the word that it is one.
    pub(super) fn text(&self) -> String {
        self.render(false).trim_start_matches("error: ").to_owned()
    }

    /// A file that could not be handled.
    pub fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::user(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl From<Unavailable> for CliError {
    fn from(Unavailable { message, remedy }: Unavailable) -> Self {
        Self::user(message).hint(remedy)
    }
}

fn with_hints(mut text: String, hints: &[String]) -> String {
    for hint in hints {
        let _ = writeln!(text, "  hint: {hint}");
    }
    text
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<SpecError> for CliError {
    fn from(error: SpecError) -> Self {
        Self::Spec(Box::new(error), Vec::new())
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        use StoreError as E;
        let hint = match &error {
            E::NoSuchBackEnd { location, known } => {
                let hint = other_back_end(location, known);
                return Self::user(error.to_string()).hint(hint);
            }
            E::CannotOpen { .. } => "name another with --db FILE",
            E::NotADatabase { .. } => "name another file with --db; this one was left untouched",
            E::NewerSchema { .. } => "use the surmise that made it, or a newer one",
            E::ReadOnly { .. } => "make it writable, or name another with --db FILE",
            E::DiskFull { .. } => "free some space and run again: nothing stored so far is lost",
            E::Locked { .. } => "another program holds it open; close it and run again",
            E::NetworkFileSystem { .. } => {
                "keep it on a local disk with --db FILE, or accept the risk with --allow-network-fs"
            }
            E::StudyExists { .. } => "choose another name, or delete it with `surmise delete NAME`",
            E::NotFound { .. } => "`surmise run FILE` makes one; --db FILE names another",
            E::NoSuchStudy { .. } | E::NoSuchWorker { .. } => {
                "another process deleted the study meanwhile; `surmise list` shows what is there"
            }
            E::NoSuchTrial { .. } => "`surmise show NAME` lists the trials",
            E::Corrupt { .. } | E::Database { .. } => {
                "check it with `sqlite3 FILE 'PRAGMA integrity_check'`, or restore a copy"
            }
            _ => return Self::ours(error.to_string()),
        };
        Self::user(error.to_string()).hint(hint)
    }
}

/// The store that was meant, or those there are.
fn other_back_end(location: &StoreLocation, known: &[&'static str]) -> String {
    match nearest(location.scheme(), known.iter().copied()) {
        Some(scheme) => format!("did you mean `{scheme}:{}`?", location.place().display()),
        None => format!("it has {}", store::forms().collect::<Vec<_>>().join(", ")),
    }
}

impl From<StudyError> for CliError {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Store(error) => error.into(),
            StudyError::NotFound { name, known } => not_found(&name, &known),
            StudyError::Changed { name, differences } => {
                let mut message = format!(
                    "study `{name}` is in the database with another declaration; it was left as it is"
                );
                for d in &differences {
                    let _ = write!(message, "\n  {d}");
                }
                Self::user(message)
                    .hint("give the changed study another name (`study: …`), so that both are kept")
                    .hint(format!("or begin anew: `surmise delete {name}`"))
            }
            StudyError::Sampler(error @ SamplerError::TooManyDimensions { .. }) => {
                Self::user(error.to_string()).hint("use `sampler: random` for a space this wide")
            }
            error => Self::user(error.to_string()),
        }
    }
}

fn not_found(name: &str, known: &[String]) -> CliError {
    let error = CliError::user(format!("there is no study named `{name}`"));
    let near = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .min()
        .filter(|(distance, _)| *distance <= name.len().max(3) / 3);
    match (near, known) {
        (Some((_, near)), _) => error.hint(format!("did you mean `{near}`?")),
        (None, []) => error.hint("the database has no studies yet; `surmise run FILE` makes one"),
        (None, _) => error.hint("`surmise list` shows the studies there are"),
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Study(error) => error.into(),
            RunError::Store(error) => error.into(),
            RunError::WorkersKeepDying { .. } => Self::ours(error.to_string()),
            error => Self::user(error.to_string()),
        }
    }
}

impl From<PlotError> for CliError {
    fn from(error: PlotError) -> Self {
        Self::user(error.to_string())
    }
}
