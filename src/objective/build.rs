//! What a declared objective needs of the machine that runs it.

use serde::{Deserialize, Serialize};

use super::cnn::{self, CALLER_VERSION};
use super::{ObjectiveKind, ObjectiveTemplate};

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
    match template.kind() {
        ObjectiveKind::Command => Vec::new(),
        ObjectiveKind::Cnn => {
            let threads = template.number("threads").unwrap_or(1);
            let threads = usize::try_from(threads).unwrap_or(1);
            let all = cnn::worker_environment(threads).into_iter();
            all.filter(|(name, _)| std::env::var_os(name).is_none())
                .chain([(CALLER_VERSION, env!("CARGO_PKG_VERSION").to_owned())])
                .collect()
        }
    }
}
