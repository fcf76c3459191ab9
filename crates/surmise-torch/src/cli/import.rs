//! `surmise model import`

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use tch::{Device, TchError, Tensor};

use crate::IMAGENET;
use crate::write_model;
use crate::{CnnSettings, DataSettings, ModelKind, Network, StateDict, Transform};
use surmise::program::CliError;
use surmise::program::cnn::ImportArgs;
use surmise::program::cnn::network;

pub(super) fn import(args: &ImportArgs) -> Result<ExitCode, CliError> {
    let (model, data) = network(&args.network, &args.set)?;
    let data = match data {
        Some(data) => {
            DataSettings { image_size: args.image_size.unwrap_or(data.image_size), ..data }
        }
        None => as_torchvision(args.image_size.unwrap_or(224)),
    };
    let classes = classes(&args.classes)?;
    let wrong = |error: &dyn ToString| {
        CliError::user(format!("{}: {}", args.weights.display(), error.to_string()))
    };
    let found = StateDict::read(&args.weights).map_err(|e| CliError::user(e.to_string()))?;
    let found = match model.kind {
        ModelKind::DenseNet121 => with_new_names(&found),
        _ => found,
    };
    let mut network = Network::blank(&model, data.image_size, classes.len(), Device::Cpu)
        .map_err(|error| wrong(&error))?;
    let found = match model.kind {
        // Its ReLU comes between.
        ModelKind::SqueezeNet1_1 => found,
        _ if classes.len() == 2 => {
            with_one_output(&found, &network).map_err(|error| wrong(&error))?
        }
        _ => found,
    };
    network.take(&found).map_err(|error| {
        wrong(&error).hint("is it another network's, or has it another number of classes?")
    })?;
    write_model(&network, &CnnSettings::new(data, model), &classes, None, &args.out)
        .map_err(|error| CliError::user(error.to_string()))?;
    writeln!(io::stdout(), "{}", args.out.display())?;
    Ok(ExitCode::SUCCESS)
}

/// The middle of an image, normalised: what torchvision's networks were trained for.
fn as_torchvision(image_size: u32) -> DataSettings {
    let mut data = DataSettings::new("", "", image_size);
    let (mean, std) = IMAGENET;
    data.transforms = vec![
        // 256 for 224, as torchvision does.
        Transform::Resize { size: image_size * 8 / 7 },
        Transform::CenterCrop { size: image_size },
        Transform::Normalize { mean, std },
    ];
    data
}

/// Names of the classes.
fn classes(given: &str) -> Result<Vec<String>, CliError> {
    if given == "imagenet" {
        return Ok(tch::vision::imagenet::CLASSES.map(str::to_owned).to_vec());
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

/// Of two outputs, as others train them for two classes, their difference: the probabilities are the
/// same.
fn with_one_output(found: &StateDict, network: &Network) -> Result<StateDict, TchError> {
    let head = network.module().parts().pop().unwrap_or_default();
    let difference = |(name, tensor): (&str, &Tensor)| {
        let two = tensor.size().first() == Some(&2);
        let tensor = if two && head.iter().any(|spec| spec.name == name) {
            tensor.f_narrow(0, 1, 1)?.f_sub(&tensor.f_narrow(0, 0, 1)?)?
        } else {
            tensor.shallow_clone()
        };
        Ok((name.to_owned(), tensor))
    };
    found.iter().map(difference).collect()
}

/// Of a DenseNet saved before torchvision 0.3: `denselayer1.norm.1.weight` is now
/// `denselayer1.norm1.weight`.
fn with_new_names(found: &StateDict) -> StateDict {
    let renamed = |(name, tensor): (&str, &Tensor)| {
        let mut name = name.to_owned();
        for layer in ["norm", "conv"] {
            for number in [1, 2] {
                name = name.replace(&format!(".{layer}.{number}."), &format!(".{layer}{number}."));
            }
        }
        (name, tensor.shallow_clone())
    };
    found.iter().map(renamed).collect()
}
