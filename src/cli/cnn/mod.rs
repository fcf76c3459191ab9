//! Commands about CNNs: their arguments. What they do is in the package `surmise-torch`, but for
//! `model summary`, which computes nothing.

mod configuration;
mod data;
mod evaluate;
mod explain;
mod libtorch;
mod model;
mod predict;
mod probe;
mod train;

use clap::Subcommand;

pub use configuration::{Configuration, network};
pub use data::{AugmentArgs, DataArgs, DataCommand, ShowArgs};
pub use evaluate::EvaluateArgs;
pub use explain::{Baseline, ExplainArgs, Method, MethodArgs, ReportArgs, SignChoice};
pub use libtorch::LibtorchArgs;
pub use model::{ExportArgs, ImportArgs, WeightsCommand};
pub(super) use model::{ModelArgs, model};
pub use predict::PredictArgs;
pub use probe::ProbeArgs;
pub use train::{Keep, TrainArgs};

/// The commands that need libtorch.
#[derive(Debug, Subcommand)]
pub enum TorchCommand {
    /// Train one configuration of a study's CNN, and write the model
    Train(TrainArgs),
    /// Say what a trained CNN makes of images
    Predict(PredictArgs),
    /// Measure a trained CNN on an image folder: accuracy, confusion matrix, worst mistakes
    Evaluate(EvaluateArgs),
    /// Fit a logistic regression to what comes to a model's last layer
    Probe(ProbeArgs),
    /// Draw what of an image speaks for a trained CNN's answer, and what against it
    Explain(ExplainArgs),
    /// Report where attribution falls, by how images differ from a reference
    ExplainReport(ReportArgs),
    /// Look at image folders: classes and counts, samples, augmented ones
    Data(DataArgs),
    /// Say what libtorch finds, as JSON
    #[command(hide = true)]
    Libtorch(LibtorchArgs),
    /// Models from the weights of others, and weights for others
    #[command(skip)]
    Weights(WeightsCommand),
}
