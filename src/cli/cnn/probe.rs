//! `surmise probe`: its arguments.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_help = "A linear probe: what comes to the model's last layer is taken as it is, standardised by the images to
learn from, and classified by a logistic regression with an L2 penalty of weight 1/C. Nothing of
the model is trained.

Examples:
  surmise probe data/weights/squeezenet1_1.safetensors data/avatars/train data/avatars/valid
  surmise probe model.safetensors train valid --c 0.1 --features features.safetensors"
)]
pub struct ProbeArgs {
    /// A model that `surmise train` or `surmise model import` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// An image folder to learn from
    #[arg(value_name = "TRAIN")]
    pub train: PathBuf,
    /// Image folders to measure on, with the same classes
    #[arg(value_name = "DIR", required = true)]
    pub measure: Vec<PathBuf>,
    /// Inverse of the penalty's weight; scikit-learn's C
    #[arg(long, value_name = "C", default_value_t = 1.0)]
    pub c: f64,
    /// Also write features, labels and files, as safetensors
    #[arg(long, value_name = "FILE")]
    pub features: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
}
