//! From a declared objective to one that runs.

use super::{CommandObjective, Objective, ObjectiveKind, ObjectiveTemplate, cnn};

/// Why an objective cannot run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// What is missing.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Whether the objective can run in this build on this machine, with a warning if the user should know
/// something before the run. `device` (`auto`, `cpu`, `cuda`,
/// `cuda:N`) is over what the study says; commands choose their own and take none.
///
/// # Errors
/// [`Unavailable`], with what to do.
pub fn check_available(
    template: &ObjectiveTemplate,
    device: Option<&str>,
) -> Result<Option<String>, Unavailable> {
    match template.kind() {
        ObjectiveKind::Command => Ok(None),
        ObjectiveKind::Cnn => cnn::check_available(template, device),
    }
}

/// Makes the objective; its data is loaded with the first trial.
///
/// # Errors
/// As [`check_available`].
pub fn build(
    template: &ObjectiveTemplate,
    device: Option<&str>,
) -> Result<Box<dyn Objective>, Unavailable> {
    match template.kind() {
        ObjectiveKind::Command => Ok(Box::new(CommandObjective::new(template.clone()))),
        ObjectiveKind::Cnn => cnn::build(template, device),
    }
}

/// Variables for the environment of a worker that runs this objective, but for those the user has
/// set. A command's own environment is left alone.
pub fn worker_environment(template: &ObjectiveTemplate) -> Vec<(&'static str, String)> {
    match template.kind() {
        ObjectiveKind::Command => Vec::new(),
        ObjectiveKind::Cnn => {
            let threads = template.number("threads").unwrap_or(1);
            let threads = usize::try_from(threads).unwrap_or(1);
            let all = crate::vision::environment::worker_environment(threads);
            all.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()).collect()
        }
    }
}
