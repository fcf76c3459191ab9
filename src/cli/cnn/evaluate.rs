//! `surmise evaluate`: its arguments.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise evaluate model.safetensors
  surmise evaluate model.safetensors data/avatars/test
  surmise evaluate model.safetensors data/avatars/test --transform vertical_flip=1")]
pub struct EvaluateArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// An image folder: a sub-folder a class, of those the model knows; by default the images that its
    /// study left aside for testing
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Put every image through a transform first: vertical_flip=1, rotation=30
    #[arg(long, value_name = "NAME=VALUE")]
    pub transform: Vec<String>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// Folder to write the pictures to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    pub out: PathBuf,
}
