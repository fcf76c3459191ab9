//! What a trial runs and measures: a command, a CNN, or a Rust closure.

mod settings;
mod template;

pub(crate) use settings::OBJECTIVE_TYPES;
pub use settings::{CommandSettings, ObjectiveSettings};
pub use template::{ObjectiveSpec, ObjectiveTemplate};
pub(crate) use template::{Usage, plain_text};
