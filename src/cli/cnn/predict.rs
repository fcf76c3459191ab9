//! `surmise predict`: its arguments.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code 1 if some file could not be read; the others are predicted all the same.

Examples:
  surmise predict model.safetensors photo.jpg
  surmise predict model.safetensors data/avatars/test/tom --json"
)]
pub struct PredictArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Images, or folders of images
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<PathBuf>,
    /// Classes to print for each image, the most probable first
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// One JSON object a line, with the probability of every class
    #[arg(long)]
    pub json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
}
