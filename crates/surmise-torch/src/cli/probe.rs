//! `surmise probe`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use surmise::program::cnn::ProbeArgs;
use surmise::program::{CliError, table, talk};

use super::failure::plain;
use super::model::read;
use crate::TrainedCnn;
use crate::transfer::FolderFeatures;
use crate::transfer::logistic::{Features, LogisticRegression, Standardizer};

pub(super) fn probe(args: &ProbeArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.device)?;
    let train = extract(&model, &args.train)?;
    let measure: Vec<FolderFeatures> =
        args.measure.iter().map(|folder| extract(&model, folder)).collect::<Result<_, _>>()?;
    for other in &measure {
        train.check_classes(other)?;
    }
    if let Some(file) = &args.features {
        FolderFeatures::write([&train].into_iter().chain(&measure), file)?;
    }
    let standardizer = Standardizer::fit(&train.features);
    let standardised = |part: &FolderFeatures| standardizer.transform(&part.features);
    let z = standardised(&train);
    let regression =
        LogisticRegression::fit(&z, &train.labels, train.classes.len(), args.c).map_err(plain)?;
    let accuracy = |part: &FolderFeatures, z: &Features| {
        (part.folder.clone(), part.labels.len(), regression.accuracy(z, &part.labels))
    };
    let mut results = vec![accuracy(&train, &z)];
    results.extend(measure.iter().map(|part| accuracy(part, &standardised(part))));
    print(args, &train, &results)?;
    Ok(ExitCode::SUCCESS)
}

fn extract(model: &TrainedCnn, folder: &Path) -> Result<FolderFeatures, CliError> {
    let features = FolderFeatures::extract(model, folder)?;
    for error in &features.left_out {
        talk(format!("left out: {}", table::clean(&error.to_string())));
    }
    Ok(features)
}

fn print(
    args: &ProbeArgs,
    train: &FolderFeatures,
    results: &[(PathBuf, usize, f64)],
) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    if args.json {
        let folders = results.iter().map(|(folder, images, accuracy)| {
            json!({ "folder": folder.to_string_lossy(), "images": images, "accuracy": accuracy })
        });
        let all = json!({
            "c": args.c,
            "features": train.features.columns(),
            "folders": folders.collect::<Vec<_>>(),
        });
        writeln!(out, "{all}")?;
        return Ok(());
    }
    writeln!(out, "{} features, C = {}\n", train.features.columns(), table::number(args.c))?;
    let mut shown = table::new(&["folder", "images", "accuracy"]);
    for (folder, images, accuracy) in results {
        let folder = table::clean(&folder.display().to_string());
        shown.add_row([folder, images.to_string(), format!("{accuracy:.4}")]);
    }
    writeln!(out, "{shown}")?;
    Ok(())
}
