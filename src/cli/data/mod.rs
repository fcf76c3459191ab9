//! `surmise data`: a look at image folders.

#[cfg(feature = "torch")]
mod augment;
#[cfg(feature = "torch")]
mod show;
#[cfg(feature = "torch")]
mod splits;

#[cfg(feature = "torch")]
pub(super) use splits::{name, raster};

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise data show data/avatars
  surmise data augment data/avatars/train --config experiments/augment.yaml --set degrees=30")]
pub(super) struct DataArgs {
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    /// Count an image folder's classes and images, and draw some of them
    Show(ShowArgs),
    /// Draw what a study's transforms make of images
    Augment(AugmentArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "DIR has one sub-folder a class, or such folders named train, valid, test.

Examples:
  surmise data show data/avatars
  surmise data show photos --check")]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
struct ShowArgs {
    /// An image folder, or the folder of its splits
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Decode every image, and name those that are damaged
    #[arg(long)]
    check: bool,
    /// Folder to write the picture to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Parameters of the study that are not set take their guess, or the middle of their domain.

Example:
  surmise data augment data/avatars/train --config experiments/augment.yaml --set degrees=30"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
struct AugmentArgs {
    /// An image folder, or the folder of its splits
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// A study's YAML, with the transforms
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Set a parameter, or another setting of the objective: lr=0.001, data.image_size=96
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Images to draw
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=50))]
    images: u16,
    /// Epochs to draw of each
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=50))]
    epochs: u16,
    /// What decides the draws
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Folder to write the picture to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
}

#[cfg(feature = "torch")]
pub(super) fn data(args: &DataArgs) -> Result<ExitCode, CliError> {
    match &args.command {
        DataCommand::Show(args) => show::show(args),
        DataCommand::Augment(args) => augment::augment(args),
    }
}

#[cfg(not(feature = "torch"))]
pub(super) fn data(args: &DataArgs) -> Result<ExitCode, CliError> {
    Err(super::error::without_torch(match args.command {
        DataCommand::Show(_) => "surmise data show",
        DataCommand::Augment(_) => "surmise data augment",
    }))
}
