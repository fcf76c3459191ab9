//! What the command line needs of libtorch, whichever process has it.

use std::path::PathBuf;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use crate::objective::cnn::DeviceChoice;
use crate::objective::{Objective, ObjectiveTemplate, Unavailable};

use super::DatabaseArgs;
use super::cnn::TorchCommand;
use super::error::CliError;

/// The way to libtorch: in this process, or in that of another program.
pub trait Backend {
    /// The commands and objectives that need libtorch. A process without it becomes the other program
    /// here, with the same arguments, and returns only if it cannot.
    ///
    /// # Errors
    /// There is no such program, or it is of another version.
    fn torch(&self) -> Result<&dyn Torch, CliError>;

    /// The program whose `worker` trains CNNs.
    ///
    /// # Errors
    /// There is none.
    fn program(&self) -> Result<PathBuf, CliError>;

    /// Whether a CNN can be trained there, with a warning if the user should know something before.
    ///
    /// # Errors
    /// [`Unavailable`], with what to do.
    fn check(&self, device: DeviceChoice) -> Result<Option<String>, Unavailable>;

    /// What there is to say about libtorch and its devices.
    fn findings(&self) -> Vec<Finding>;
}

/// What a process with libtorch can do.
pub trait Torch {
    /// Runs a command.
    ///
    /// # Errors
    /// [`CliError`], for the user.
    fn run(&self, command: &TorchCommand, database: &DatabaseArgs) -> Result<ExitCode, CliError>;

    /// Makes a CNN objective; its images are loaded with the first trial.
    ///
    /// # Errors
    /// [`Unavailable`] if the device is not to be had.
    fn objective(
        &self,
        template: &ObjectiveTemplate,
        device: Option<&str>,
    ) -> Result<Box<dyn Objective>, Unavailable>;
}

/// What `surmise-torch libtorch` prints as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct LibtorchReport {
    /// What [`Backend::findings`] gives.
    pub findings: Vec<Finding>,
    /// What [`Backend::check`] gives for the device that was asked about.
    pub device: Option<Result<Option<String>, Unavailable>>,
}

/// A fact about the machine, with what to do about it where something is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about, in a word.
    pub what: String,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is there.
    pub fn fine(what: &str, found: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), remedy: None }
    }

    /// Something that is missing.
    pub fn missing(what: &str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..Self::fine(what, found) }
    }
}

/// The program that this process runs.
///
/// # Errors
/// The system does not tell.
pub fn this_program() -> Result<PathBuf, CliError> {
    std::env::current_exe()
        .map_err(|error| CliError::ours(format!("cannot find the surmise program: {error}")))
}
