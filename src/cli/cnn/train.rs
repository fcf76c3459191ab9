//! `surmise train`: its arguments.

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
pub struct TrainArgs {
    /// A study's YAML
    #[arg(value_name = "FILE", required_unless_present = "best", conflicts_with = "best")]
    pub file: Option<PathBuf>,
    /// Take the best trial's configuration from a stored study
    #[arg(long, value_name = "STUDY")]
    pub best: Option<String>,
    /// Set a parameter, or another setting of the objective: lr=0.001, batch_size=64
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Epochs, in place of the study's
    #[arg(long, value_name = "N")]
    pub epochs: Option<u32>,
    /// What decides initial weights, order and random transforms; by default 0, or the trial's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Which epoch's model to write: that of the last, or the one with the lowest loss or highest
    /// accuracy on the validation images
    #[arg(long, value_name = "WHICH", default_value = "last")]
    pub keep: Keep,
    /// Where to write the model; by default STUDY.safetensors
    #[arg(long, value_name = "MODEL")]
    pub out: Option<PathBuf>,
    /// Go on from the checkpoint beside the model
    #[arg(long)]
    pub resume: bool,
    /// auto, cpu, cuda or cuda:N; by default the study's
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Folder to write the learning curves to
    #[arg(long, value_name = "DIR", default_value = "plots")]
    pub plots: PathBuf,
}

/// Which epoch's model is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    Last,
    Loss,
    Accuracy,
}
