//! `surmise model`: what networks are made of, and models from others' weights.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::TorchCommand;
use super::configuration::network;
use crate::cli::DatabaseArgs;
use crate::cli::backend::Backend;
use crate::cli::error::CliError;
use crate::objective::cnn::architecture::{ModelSummary, grouped};
use crate::objective::cnn::{DataSettings, Trainable};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise model summary resnet18 --image-size 224 --classes 1000
  surmise model import densenet121 densenet121-a639ec97.pth --out densenet121.safetensors
  surmise model export tom.safetensors tom.pt")]
pub(in crate::cli) struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Print layers, output shapes, numbers of weights and an estimate of the memory
    Summary(SummaryArgs),
    #[command(flatten)]
    Weights(WeightsCommand),
}

/// Models from the weights of others, and weights for others.
#[derive(Debug, Subcommand)]
pub enum WeightsCommand {
    /// Make a model of a file of weights, such as torchvision's
    Import(ImportArgs),
    /// Write a model's weights for PyTorch: torch.load, or safetensors
    Export(ExportArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "The table is torchsummary's, for one image: a weight, an output and its gradient take 4 bytes
each. Multiply-adds are those of convolutions and linear layers.

Examples:
  surmise model summary bitmoji
  surmise model summary resnet18 --image-size 224 --classes 1000
  surmise model summary experiments/avatars.yaml
  surmise model summary experiments/transfer.yaml --set trainable=2"
)]
struct SummaryArgs {
    /// A network's name, or a study's YAML
    #[arg(value_name = "NAME|FILE")]
    network: String,
    /// Set a parameter of the study, or another setting of its objective
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Width and height of the images; by default the study's, or 64
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=1024))]
    image_size: Option<u32>,
    /// Classes to tell apart; two of them take one output
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    classes: u32,
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
pub struct ImportArgs {
    /// The network's name, or a study's YAML
    #[arg(value_name = "NAME|FILE")]
    pub network: String,
    /// Its weights
    #[arg(value_name = "WEIGHTS")]
    pub weights: PathBuf,
    /// `imagenet`, or a file with the name of a class in each line
    #[arg(long, value_name = "CLASSES", default_value = "imagenet")]
    pub classes: String,
    /// Set a parameter of the study, or another setting of its objective
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Width and height of the images that it sees; by default the study's, or 224
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub image_size: Option<u32>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A state dict under PyTorch's names: `model.load_state_dict(torch.load(FILE))` takes a .pt or .pth,
`safetensors.torch.load_file` a .safetensors. Two classes have one output.

Example:
  surmise model export tom.safetensors tom.pt"
)]
pub struct ExportArgs {
    /// A model that `surmise train` or `surmise model import` wrote
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Where to write the weights; .pt, .pth or .safetensors says in which format
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

pub(in crate::cli) fn model(
    args: ModelArgs,
    database: &DatabaseArgs,
    backend: &dyn Backend,
) -> Result<ExitCode, CliError> {
    match args.command {
        ModelCommand::Summary(args) => summary(&args),
        ModelCommand::Weights(command) => {
            backend.torch()?.run(&TorchCommand::Weights(command), database)
        }
    }
}

fn summary(args: &SummaryArgs) -> Result<ExitCode, CliError> {
    let (model, data) = network(&args.network, &args.set)?;
    let image_size = data.map_or(DataSettings::DEFAULT_IMAGE_SIZE, |data| data.image_size);
    let outputs = if args.classes == 2 { 1 } else { args.classes.into() };
    let image_size = args.image_size.unwrap_or(image_size);
    let trainable = model.pretrained.as_ref().map_or(Trainable::All, |p| p.trainable);
    let summary = model
        .module(image_size, outputs)
        .and_then(|module| ModelSummary::new(&module, image_size, trainable))
        .map_err(|error| {
            let smallest = model.smallest_image();
            let hint = smallest.map(|size| format!("the smallest it takes are {size} × {size}"));
            let hint = hint.unwrap_or_else(|| "no image is large enough for it".into());
            CliError::user(error.to_string()).hint(hint)
        })?;
    write!(io::stdout(), "{summary}")?;
    writeln!(io::stdout(), "Multiply-adds of one image: {}", grouped(summary.multiply_adds()))?;
    Ok(ExitCode::SUCCESS)
}
