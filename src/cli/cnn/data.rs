//! `surmise data`: a look at image folders; its arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise data show data/avatars
  surmise data augment data/avatars/train --config experiments/augment.yaml --set degrees=30")]
pub struct DataArgs {
    #[command(subcommand)]
    pub command: DataCommand,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
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
pub struct ShowArgs {
    /// An image folder, or the folder of its splits
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Decode every image, and name those that are damaged
    #[arg(long)]
    pub check: bool,
    /// Folder to write the picture to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Parameters of the study that are not set take their guess, or the middle of their domain.

Example:
  surmise data augment data/avatars/train --config experiments/augment.yaml --set degrees=30"
)]
pub struct AugmentArgs {
    /// An image folder, or the folder of its splits
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// A study's YAML, with the transforms
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Set a parameter, or another setting of the objective: lr=0.001, data.image_size=96
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Images to draw
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub images: u16,
    /// Epochs to draw of each
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub epochs: u16,
    /// What decides the draws
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Folder to write the picture to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    pub out: PathBuf,
}
