//! What a trial runs and measures: a command, a CNN, or a Rust closure.

pub mod cnn;

mod bind;
mod build;
mod closure;
mod command;
mod evaluate;
mod placeholder;
mod probe;
mod settings;
mod stop;
mod template;

pub use build::{Unavailable, worker_environment};
pub use closure::{Closure, EndEarly, Measured, RunningTrial};
pub(crate) use cnn::CNN_METRICS;
pub use command::CommandObjective;
pub use evaluate::{Objective, ObjectiveError, Outcome, Reporter, TrialContext};
pub(crate) use placeholder::{placeholder, plain_text};
pub use settings::{CommandSettings, ObjectiveKind, ObjectiveSettings};
pub use stop::StopFlag;
pub use template::{ObjectiveSpec, ObjectiveTemplate, TemplateError};
pub(crate) use template::{Usage, unused_message};
