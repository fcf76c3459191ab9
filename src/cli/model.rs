//! `surmise model`: what networks are made of, and models from others' weights.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::vision::model::ModelSummary;
use crate::vision::{DataSettings, Trainable};

use super::configuration::network;
use super::error::CliError;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  surmise model summary resnet18 --image-size 224 --classes 1000
  surmise model import densenet121 densenet121-a639ec97.pth --out densenet121.safetensors
  surmise model export tom.safetensors tom.pt")]
pub(super) struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Print layers, output shapes, numbers of weights and an estimate of the memory
    Summary(SummaryArgs),
    /// Make a model of a file of weights, such as torchvision's
    Import(super::cnn::ImportArgs),
    /// Write a model's weights for PyTorch: torch.load, or safetensors
    Export(super::cnn::ExportArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "The table is torchsummary's, for one image: a weight, an output and its gradient take 4 bytes
each.

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

pub(super) fn model(args: &ModelArgs) -> Result<ExitCode, CliError> {
    match &args.command {
        ModelCommand::Summary(args) => summary(args),
        ModelCommand::Import(args) => super::cnn::import(args),
        ModelCommand::Export(args) => super::cnn::export(args),
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
    Ok(ExitCode::SUCCESS)
}
