//! Commands about trained CNNs: their arguments; what they do is in the files beside, in builds with
//! libtorch.

#[cfg(feature = "torch")]
mod evaluate;
mod explain;
#[cfg(feature = "torch")]
mod export;
#[cfg(feature = "torch")]
mod import;
#[cfg(feature = "torch")]
mod predict;
#[cfg(feature = "torch")]
mod probe;
#[cfg(feature = "torch")]
mod train;
#[cfg(feature = "torch")]
mod trained;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(
    after_help = "FILE is a study's YAML. Its parameters take their guess, or the middle of their domain, where they
are not set. With --best: the parameters and the seed of the trial that `surmise best` names, so
that the training repeats the trial.

After every epoch a checkpoint is written beside the model; --resume goes on from it, as if nothing
had come between, and with --epochs further than before.

Examples:
  surmise train experiments/avatars.yaml --set lr=0.001 --set beta1=0.9
  surmise train --best avatars --out tom.safetensors
  surmise train --best avatars --out tom.safetensors --epochs 40 --resume"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct TrainArgs {
    /// A study's YAML
    #[arg(value_name = "FILE", required_unless_present = "best", conflicts_with = "best")]
    file: Option<PathBuf>,
    /// Take the best trial's configuration from a stored study
    #[arg(long, value_name = "STUDY")]
    best: Option<String>,
    /// Set a parameter, or another setting of the objective: lr=0.001, batch_size=64
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Epochs, in place of the study's
    #[arg(long, value_name = "N")]
    epochs: Option<u32>,
    /// What decides initial weights, order and random transforms; by default 0, or the trial's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Which epoch's model to write: that of the last, or the one with the lowest loss or highest
    /// accuracy on the validation images
    #[arg(long, value_name = "WHICH", default_value = "last")]
    keep: Keep,
    /// Where to write the model; by default STUDY.safetensors
    #[arg(long, value_name = "MODEL")]
    out: Option<PathBuf>,
    /// Go on from the checkpoint beside the model
    #[arg(long)]
    resume: bool,
    /// auto, cpu, cuda or cuda:N; by default the study's
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Folder to write the learning curves to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    plots: PathBuf,
}

/// Which epoch's model is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
enum Keep {
    Last,
    Loss,
    Accuracy,
}

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
#[command(after_help = "Examples:
  surmise evaluate model.safetensors
  surmise evaluate model.safetensors data/avatars/test
  surmise evaluate model.safetensors data/avatars/test --transform vertical_flip=1")]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct EvaluateArgs {
    /// A model that `surmise train` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// An image folder: a sub-folder a class, of those the model knows; by default the images that its
    /// study left aside for testing
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Put every image through a transform first: vertical_flip=1, rotation=30
    #[arg(long, value_name = "NAME=VALUE")]
    transform: Vec<String>,
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

#[derive(Debug, Args)]
#[command(
    after_help = "A linear probe: what comes to the model's last layer is taken as it is, standardised by the images to
learn from, and classified by a logistic regression with an L2 penalty of weight 1/C. Nothing of
the model is trained.

Examples:
  surmise probe data/weights/squeezenet1_1.safetensors data/avatars/train data/avatars/valid
  surmise probe model.safetensors train valid --c 0.1 --features features.safetensors"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct ProbeArgs {
    /// A model that `surmise train` or `surmise model import` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// An image folder to learn from
    #[arg(value_name = "TRAIN")]
    train: PathBuf,
    /// Image folders to measure on, with the same classes
    #[arg(value_name = "DIR", required = true)]
    measure: Vec<PathBuf>,
    /// Inverse of the penalty's weight; scikit-learn's C
    #[arg(long, value_name = "C", default_value_t = 1.0)]
    c: f64,
    /// Also write features, labels and files, as safetensors
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// auto, cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "WEIGHTS is a state dict: torch.save(model.state_dict()) or safetensors, under torchvision's names
(of DenseNet also the old ones). A pickle with code in it is refused, and nothing in one is executed.

By a network's name, images come to it as torchvision's do: the middle of an image, after a resize to 8/7
of its size, normalised by ImageNet's mean and deviation. By a study's YAML, as in that study.

Examples:
  surmise model import densenet121 densenet121-a639ec97.pth --out densenet121.safetensors
  surmise model import experiments/avatars.yaml tom.pt --classes names.txt --out tom.safetensors
  surmise model import resnet18 flowers.pt --classes flowers.txt --out flowers.safetensors"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct ImportArgs {
    /// The network's name, or a study's YAML
    #[arg(value_name = "NAME|FILE")]
    network: String,
    /// Its weights
    #[arg(value_name = "WEIGHTS")]
    weights: PathBuf,
    /// `imagenet`, or a file with the name of a class in each line
    #[arg(long, value_name = "CLASSES", default_value = "imagenet")]
    classes: String,
    /// Set a parameter of the study, or another setting of its objective
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Width and height of the images that it sees; by default the study's, or 224
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=1024))]
    image_size: Option<u32>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A state dict under PyTorch's names: `model.load_state_dict(torch.load(FILE))` takes a .pt or .pth,
`safetensors.torch.load_file` a .safetensors. Two classes have one output.

Example:
  surmise model export tom.safetensors tom.pt"
)]
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
pub(super) struct ExportArgs {
    /// A model that `surmise train` or `surmise model import` wrote
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Where to write the weights; .pt, .pth or .safetensors says in which format
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[cfg(feature = "torch")]
pub(super) use {
    evaluate::evaluate,
    explain::{explain, report},
    export::export,
    import::import,
    predict::predict,
    probe::probe,
    train::train,
};

pub(super) use explain::{ExplainArgs, ReportArgs};

#[cfg(not(feature = "torch"))]
pub(super) use disabled::{evaluate, explain, export, import, predict, probe, report, train};

#[cfg(not(feature = "torch"))]
mod disabled {
    use std::process::ExitCode;

    use super::{
        EvaluateArgs, ExplainArgs, ExportArgs, ImportArgs, PredictArgs, ProbeArgs, ReportArgs,
        TrainArgs,
    };
    use crate::cli::DatabaseArgs;
    use crate::cli::error::{CliError, without_torch};

    pub(in crate::cli) fn train(_: &TrainArgs, _: &DatabaseArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise train"))
    }

    pub(in crate::cli) fn export(_: &ExportArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise model export"))
    }

    pub(in crate::cli) fn import(_: &ImportArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise model import"))
    }

    pub(in crate::cli) fn predict(_: &PredictArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise predict"))
    }

    pub(in crate::cli) fn probe(_: &ProbeArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise probe"))
    }

    pub(in crate::cli) fn evaluate(_: &EvaluateArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise evaluate"))
    }

    pub(in crate::cli) fn explain(_: &ExplainArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise explain"))
    }

    pub(in crate::cli) fn report(_: &ReportArgs) -> Result<ExitCode, CliError> {
        Err(without_torch("surmise explain-report"))
    }
}
