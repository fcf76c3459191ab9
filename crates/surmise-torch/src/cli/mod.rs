//! The commands that need libtorch, one file each, and the way to them.

mod data_augment;
mod data_show;
mod evaluate;
mod explain;
mod explain_maps;
mod explain_report;
mod explain_sheet;
mod export;
mod failure;
mod import;
mod libtorch;
mod model;
mod predict;
mod probe;
mod splits;
mod train;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use surmise::Objective;
use surmise::objective::cnn::{CALLER_VERSION, DeviceChoice};
use surmise::objective::{ObjectiveTemplate, Unavailable};
use surmise::program::cnn::{DataCommand, TorchCommand, WeightsCommand};
use surmise::program::{self, Backend, CliError, DatabaseArgs, Finding, this_program};

use crate::objective::{self, CnnObjective};

/// libtorch in this process.
#[derive(Clone, Copy, Debug)]
pub struct Torch;

impl Backend for Torch {
    fn torch(&self) -> Result<&dyn program::Torch, CliError> {
        let own = env!("CARGO_PKG_VERSION");
        match env::var(CALLER_VERSION) {
            Ok(caller) if caller != own => Err(CliError::user(format!(
                "surmise {caller} has handed over to surmise-torch {own}, of another version"
            ))
            .hint("build both: `make build`")),
            _ => Ok(self),
        }
    }

    fn program(&self) -> Result<PathBuf, CliError> {
        this_program()
    }

    fn check(&self, device: DeviceChoice) -> Result<Option<String>, Unavailable> {
        objective::check(device)
    }

    fn findings(&self) -> Vec<Finding> {
        libtorch::findings()
    }
}

impl program::Torch for Torch {
    fn run(&self, command: &TorchCommand, database: &DatabaseArgs) -> Result<ExitCode, CliError> {
        match command {
            TorchCommand::Train(args) => train::train(args, database),
            TorchCommand::Predict(args) => predict::predict(args),
            TorchCommand::Evaluate(args) => evaluate::evaluate(args),
            TorchCommand::Probe(args) => probe::probe(args),
            TorchCommand::Explain(args) => explain::explain(args),
            TorchCommand::ExplainReport(args) => explain_report::report(args),
            TorchCommand::Data(args) => match &args.command {
                DataCommand::Show(args) => data_show::show(args),
                DataCommand::Augment(args) => data_augment::augment(args),
            },
            TorchCommand::Libtorch(args) => libtorch::libtorch(args),
            TorchCommand::Weights(WeightsCommand::Import(args)) => import::import(args),
            TorchCommand::Weights(WeightsCommand::Export(args)) => export::export(args),
        }
    }

    fn objective(
        &self,
        template: &ObjectiveTemplate,
        device: Option<&str>,
    ) -> Result<Box<dyn Objective>, Unavailable> {
        Ok(Box::new(CnnObjective::new(template, device)?))
    }
}
