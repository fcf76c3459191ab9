//! `surmise model import`

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use surmise::program::CliError;
use surmise::program::cnn::{ImportArgs, network};

use super::failure::plain;
use crate::transfer::{ImportError, as_torchvision, imagenet_classes, import_weights};
use crate::{CnnSettings, DataSettings, StateDict, write_model};

pub(super) fn import(args: &ImportArgs) -> Result<ExitCode, CliError> {
    let (model, data) = network(&args.network, &args.set)?;
    let data = match data {
        Some(data) => {
            DataSettings { image_size: args.image_size.unwrap_or(data.image_size), ..data }
        }
        None => as_torchvision(args.image_size.unwrap_or(224)),
    };
    let classes = classes(&args.classes)?;
    let found = StateDict::read(&args.weights).map_err(plain)?;
    let network = import_weights(found, &model, data.image_size, classes.len());
    let network = network.map_err(|error| {
        let shown = CliError::user(format!("{}: {error}", args.weights.display()));
        match error {
            ImportError::Weights(_) => {
                shown.hint("is it another network's, or has it another number of classes?")
            }
            _ => shown,
        }
    })?;
    write_model(&network, &CnnSettings::new(data, model), &classes, None, &args.out)
        .map_err(plain)?;
    writeln!(io::stdout(), "{}", args.out.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Names of the classes.
fn classes(given: &str) -> Result<Vec<String>, CliError> {
    if given == "imagenet" {
        return Ok(imagenet_classes());
    }
    let path = Path::new(given);
    let text = fs::read_to_string(path).map_err(|e| CliError::file("read", path, &e))?;
    let classes: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if classes.len() < 2 {
        return Err(CliError::user(format!("{} names fewer than two classes", path.display()))
            .hint("it needs the name of a class in each line, in the order of the outputs"));
    }
    Ok(classes)
}
