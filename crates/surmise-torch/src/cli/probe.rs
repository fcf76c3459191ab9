//! `surmise probe`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use tch::Tensor;

use super::model::{features, read};
use crate::TrainedCnn;
use crate::logistic::{Features, LogisticRegression, Standardizer};
use crate::{Checkpoint, ImageFolder};
use surmise::program::CliError;
use surmise::program::cnn::ProbeArgs;
use surmise::program::{table, talk};

/// What comes to the model's head for the images of a folder.
struct Extracted {
    folder: PathBuf,
    classes: Vec<String>,
    files: Vec<PathBuf>,
    labels: Vec<usize>,
    features: Features,
}

pub(super) fn probe(args: &ProbeArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.device)?;
    let train = Extracted::of(&model, &args.train)?;
    let measure: Vec<Extracted> = args
        .measure
        .iter()
        .map(|folder| Extracted::of(&model, folder))
        .collect::<Result<_, _>>()?;
    for other in &measure {
        if other.classes != train.classes {
            return Err(CliError::user(format!(
                "{} has the classes {}, but {} has {}",
                args.train.display(),
                train.classes.join(", "),
                other.folder.display(),
                other.classes.join(", ")
            )));
        }
    }
    if let Some(file) = &args.features {
        write(file, [&train].into_iter().chain(&measure))?;
    }
    let standardizer = Standardizer::fit(&train.features);
    let standardised = |part: &Extracted| standardizer.transform(&part.features);
    let z = standardised(&train);
    let regression = LogisticRegression::fit(&z, &train.labels, train.classes.len(), args.c)
        .map_err(|error| CliError::user(error.to_string()))?;
    let accuracy = |part: &Extracted, z: &Features| {
        (part.folder.clone(), part.labels.len(), regression.accuracy(z, &part.labels))
    };
    let mut results = vec![accuracy(&train, &z)];
    results.extend(measure.iter().map(|part| accuracy(part, &standardised(part))));
    print(args, &train, &results)?;
    Ok(ExitCode::SUCCESS)
}

impl Extracted {
    fn of(model: &TrainedCnn, folder: &Path) -> Result<Self, CliError> {
        let found = ImageFolder::scan(folder)?;
        let all: Vec<PathBuf> = found.samples.iter().map(|(file, _)| file.clone()).collect();
        let (mut files, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut columns = 1;
        for ((file, label), answer) in found.samples.into_iter().zip(features(model, &all)?) {
            match answer {
                Ok(row) => {
                    columns = row.len();
                    files.push(file);
                    labels.push(label);
                    values.extend(row);
                }
                Err(error) => talk(format!("left out: {}", table::clean(&error.to_string()))),
            }
        }
        if files.is_empty() {
            let message = format!("no image in {} could be read", folder.display());
            return Err(CliError::user(message));
        }
        let features = Features::new(columns, values);
        Ok(Self { folder: folder.to_owned(), classes: found.classes, files, labels, features })
    }
}

/// Features (n × k) and labels (n) of all folders, one after the other, with the files' names.
fn write<'a>(path: &Path, parts: impl Iterator<Item = &'a Extracted>) -> Result<(), CliError> {
    let (mut rows, mut labels, mut files) = (Vec::new(), Vec::new(), Vec::new());
    let (mut columns, mut classes) = (1, Value::Null);
    for part in parts {
        columns = part.features.columns();
        classes = json!(part.classes);
        rows.extend(part.features.rows().flatten().map(|x| *x as f32));
        labels.extend(part.labels.iter().map(|label| *label as i64));
        files.extend(part.files.iter().map(|file| file.to_string_lossy().into_owned()));
    }
    let torch = |error: tch::TchError| CliError::user(error.to_string());
    let features = Tensor::f_from_slice(&rows)
        .and_then(|rows| rows.f_view([-1, columns as i64]))
        .map_err(torch)?;
    let labels = Tensor::f_from_slice(&labels).map_err(torch)?;
    let tensors = [("features", features), ("labels", labels)].into_iter().collect();
    let state = json!({ "classes": classes, "files": files });
    Checkpoint { tensors, state }.write(path).map_err(|error| CliError::user(error.to_string()))
}

fn print(
    args: &ProbeArgs,
    train: &Extracted,
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
