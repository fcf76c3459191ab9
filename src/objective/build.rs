//! What a declared objective needs of the machine that runs it.

use serde::{Deserialize, Serialize};

use super::ObjectiveTemplate;

/// Why an objective cannot run here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// What is missing.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Variables for the environment of a worker that runs this objective, but for those the user has
/// set. A command's own environment is left alone.
pub fn worker_environment(template: &ObjectiveTemplate) -> Vec<(&'static str, String)> {
    template.kind().environment(template)
}
