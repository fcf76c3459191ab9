//! Commands about trained CNNs: their arguments; what they do is in the files beside, in builds with
//! libtorch.

#[cfg(feature = "torch")]
mod evaluate;
#[cfg(feature = "torch")]
mod predict;
#[cfg(feature = "torch")]
mod trained;

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code 1 if some file could not be read; the others are predicted all the same.

Examples:
  surmise predict model.safetensors photo.jpg
  surmise predict model.safetensors data/avatars/test/tom --json"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct PredictArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Images, or folders of images
    #[arg(value_name = "IMAGE", required = true)]
    images: Vec<PathBuf>,
    /// Classes to print for each image, the most probable first
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
    /// One JSON object a line, with the probability of every class
    #[arg(long)]
    json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  surmise evaluate model.safetensors data/avatars/test")]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct EvaluateArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// An image folder: a sub-folder a class, of those the model knows
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
    /// Folder to write the pictures to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
}

#[cfg(feature = "torch")]
pub(super) use {evaluate::evaluate, predict::predict};

#[cfg(not(feature = "torch"))]
pub(super) use disabled::{evaluate, predict};

#[cfg(not(feature = "torch"))]
mod disabled {
    use std::process::ExitCode;

    use super::{EvaluateArgs, PredictArgs};
    use crate::cli::error::{CliError, without_torch};

    pub(in crate::cli) fn predict(_: &PredictArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise predict"))
    }

    pub(in crate::cli) fn evaluate(_: &EvaluateArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise evaluate"))
    }
}
