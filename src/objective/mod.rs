//! What a trial runs and measures: a command, a CNN, or a Rust closure.

mod command;
mod evaluate;

pub use command::CommandObjective;
pub use evaluate::{Closure, Objective, ObjectiveError, Outcome, Reporter, StopFlag, TrialContext};

use std::time::Duration;

use crate::space::Params;

/// The objective as declared, with `$name` standing for parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectiveSpec {
    /// The library's user evaluates trials by ask and tell, or by a closure.
    External,
    /// A program, or a CNN; settings with `$name` placeholders.
    Template(ObjectiveTemplate),
}

/// Settings of an objective as a JSON tree in which strings may hold `$name` placeholders: a string
/// that is one placeholder becomes the parameter's value with its type, a placeholder inside a longer
/// string becomes text, `${name}` is the same as `$name`, and `$$` stands for one `$`.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectiveTemplate(pub(crate) serde_json::Value);

/// Settings of one trial's objective, every placeholder bound.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectiveSettings {
    /// Run a program.
    Command(CommandSettings),
    // Cnn(crate::vision::CnnSettings),
}

/// A program to run for a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandSettings {
    /// Program and arguments; never given to a shell.
    pub argv: Vec<String>,
    /// Longest time a trial may take.
    pub timeout: Option<Duration>,
}

impl ObjectiveTemplate {
    /// The settings for one trial's parameters.
    ///
    /// # Errors
    /// The text says which setting is wrong with these parameters.
    pub fn bind(&self, _params: &Params) -> Result<ObjectiveSettings, String> {
        Err("not written yet".into())
    }
}
