//! What a trial runs and measures: a command, a CNN, or a Rust closure.

mod bind;
mod build;
mod cnn;
mod cnn_settings;
mod command;
mod evaluate;
mod placeholder;
mod probe;
mod settings;
mod stop;
mod template;

pub use build::{Unavailable, build, check_available, worker_environment};
#[cfg(feature = "torch")]
pub use cnn::{
    ModelFileError, Provenance, TrainedCnn, read_checkpoint, write_checkpoint, write_model,
};
pub(crate) use cnn_settings::CNN_METRICS;
pub use cnn_settings::read_transforms;
pub use command::CommandObjective;
pub use evaluate::{Closure, Objective, ObjectiveError, Outcome, Reporter, TrialContext};
pub(crate) use placeholder::{placeholder, plain_text};
pub use settings::{CommandSettings, ObjectiveKind, ObjectiveSettings};
pub use stop::StopFlag;
pub use template::{ObjectiveSpec, ObjectiveTemplate};
pub(crate) use template::{Usage, unused_message};
