//! `surmise libtorch`, by which one program asks the other: its arguments.

use clap::Args;

#[derive(Debug, Args)]
pub struct LibtorchArgs {
    /// auto, cpu, cuda or cuda:N: can it be trained on?
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
}
