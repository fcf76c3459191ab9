//! `surmise evaluate`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::failure::plain;
use super::model::read;
use crate::TrainedCnn;
use crate::cli::splits::{name, raster};
use crate::evaluation::JudgedImage;
use crate::{DataSource, ImageFolder, Transform, load_rgb, test_images};
use surmise::objective::cnn::read_transforms;
use surmise::plot::{ConfusionData, SheetData, SheetRow, Tile};
use surmise::program::CliError;
use surmise::program::cnn::EvaluateArgs;
use surmise::program::{plot, table, talk};

/// Mistakes of a class in the picture.
const MISTAKES: usize = 8;
/// Side of a tile, in pixels of the picture.
const SIDE: f64 = 110.0;

pub(super) fn evaluate(args: &EvaluateArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.device)?;
    let Images { path, name: images, folder } = images(args.folder.as_deref(), &model)?;
    let transforms = transforms(&args.transform, model.settings.data.image_size)?;
    let evaluation = model.evaluate(&folder, path, &transforms)?;
    for error in &evaluation.left_out {
        talk(format!("left out: {}", table::clean(&error.to_string())));
    }
    let (judged, skipped) = (&evaluation.images, evaluation.left_out.len());
    let pairs = judged.iter().map(|image| (image.actual, image.predicted));
    let counts = ConfusionData::count(model.classes.len(), pairs);
    let loss = evaluation.loss();
    let mut title = format!("{} on {}", name(&args.model), images);
    for text in &args.transform {
        title += &format!(", {text}");
    }
    let mut data =
        ConfusionData { title, subtitles: Vec::new(), classes: model.classes.clone(), counts };
    let accuracy = data.accuracy();
    data.subtitles.push(format!(
        "{} images · accuracy {} · loss {}",
        judged.len(),
        table::number(accuracy),
        table::number(loss)
    ));
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", to_json(&data, loss, skipped))?;
    } else {
        let left_out = if skipped > 0 { format!(", {skipped} left out") } else { String::new() };
        writeln!(
            out,
            "{}: {} images{left_out}, accuracy {}, loss {}\n\n{}\n",
            path.display(),
            judged.len(),
            table::number(accuracy),
            table::number(loss),
            scores(&data)
        )?;
    }
    plot::make_folder(&args.out)?;
    let stem = args.model.file_stem().unwrap_or_default().to_string_lossy();
    let mut file = format!("{stem}-{images}");
    for text in &args.transform {
        let plain = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
        file += &format!("-{}", text.chars().map(plain).collect::<String>());
    }
    let mut paths = plot::write(&data.draw()?, &args.out, &format!("{file}-confusion"))?;
    if let Some(sheet) = mistakes(&model, judged, &data.title)? {
        paths.extend(plot::write(&sheet.draw()?, &args.out, &format!("{file}-mistakes"))?);
    }
    for path in paths {
        // Beside JSON, paths are talk.
        if args.json { talk(path.display()) } else { writeln!(out, "{}", path.display())? }
    }
    Ok(ExitCode::SUCCESS)
}

/// Images to judge.
struct Images<'a> {
    path: &'a Path,
    name: String,
    folder: ImageFolder,
}

/// Those of a folder, or those that the model's study left aside.
fn images<'a>(given: Option<&'a Path>, model: &'a TrainedCnn) -> Result<Images<'a>, CliError> {
    if let Some(path) = given {
        return Ok(Images { path, name: name(path), folder: ImageFolder::scan(path)? });
    }
    let hint = "name a folder of images: surmise evaluate MODEL DIR";
    let source = &model.settings.data.source;
    let found = test_images(source).map_err(|error| CliError::user(error.to_string()))?;
    let nothing =
        || CliError::user("the model's study leaves no images aside for testing").hint(hint);
    let folder = found.ok_or_else(nothing)?;
    let (path, name) = match source {
        DataSource::Folders { test: None, .. } => return Err(nothing()),
        DataSource::Folders { test: Some(path), .. } => (path, name(path)),
        DataSource::Split { folder: path, .. } => {
            // Of other images it is another part, and may hold some that were learnt from.
            if model.provenance.and_then(|from| from.test) != Some(folder.fingerprint()) {
                let path = path.display();
                let message = format!("{path} holds other images than when the model was trained");
                return Err(CliError::user(message).hint(hint));
            }
            (path, format!("{}-test", name(path)))
        }
    };
    Ok(Images { path, name, folder })
}

/// What images go through besides, as typed: a name, or a name and its main setting.
fn transforms(given: &[String], image_size: u32) -> Result<Vec<Transform>, CliError> {
    let element = |text: &String| match text.split_once('=') {
        None => json!(text),
        Some((name, value)) => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            json!({ name: value })
        }
    };
    let list: Value = given.iter().map(element).collect();
    read_transforms(&list, image_size)
        .map_err(|error| plain(error).hint("for example: --transform vertical_flip=1"))
}

fn scores(data: &ConfusionData) -> comfy_table::Table {
    let mut shown = table::new(&["class", "images", "precision", "recall", "F1"]);
    let share = |share: Option<f64>| share.map_or("-".into(), |share| format!("{share:.4}"));
    for (class, scores) in data.classes.iter().zip(data.scores()) {
        shown.add_row([
            table::clean(class),
            scores.support.to_string(),
            share(scores.precision),
            share(scores.recall),
            share(scores.f1),
        ]);
    }
    for column in shown.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    shown
}

fn to_json(data: &ConfusionData, loss: f64, skipped: usize) -> Value {
    let classes = data.classes.iter().zip(data.scores()).map(|(class, scores)| {
        json!({
            "class": class,
            "images": scores.support,
            "precision": scores.precision,
            "recall": scores.recall,
            "f1": scores.f1,
        })
    });
    json!({
        "images": data.counts.iter().flatten().sum::<u64>(),
        "left_out": skipped,
        "accuracy": data.accuracy(),
        "loss": loss,
        "classes": classes.collect::<Vec<_>>(),
        "confusion": data.counts,
    })
}

/// The worst mistakes of each class, if there are any.
fn mistakes(
    model: &TrainedCnn,
    judged: &[JudgedImage],
    title: &str,
) -> Result<Option<SheetData>, CliError> {
    let mut by_class: BTreeMap<usize, Vec<&JudgedImage>> = BTreeMap::new();
    for image in judged.iter().filter(|image| image.actual != image.predicted) {
        by_class.entry(image.actual).or_default().push(image);
    }
    let mut rows = Vec::new();
    for (class, mut images) in by_class {
        images.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        let count = match images.len() {
            1 => "1 mistake".to_owned(),
            n => format!("{n} mistakes"),
        };
        let tile = |image: &&JudgedImage| -> Result<Tile, CliError> {
            let pixels = load_rgb(&image.file, &[Transform::Resize { size: 2 * SIDE as u32 }])?;
            let taken_for = &model.classes[image.predicted];
            let percent = 100.0 * image.probability;
            Ok(Tile {
                image: raster(pixels)?,
                caption: format!("{taken_for} {percent:.0} %"),
                hover: format!(
                    "{}: taken for {taken_for} with {percent:.2} %, loss {:.3}",
                    image.file.display(),
                    image.loss
                ),
            })
        };
        let tiles = images.iter().take(MISTAKES).map(tile).collect::<Result<_, _>>()?;
        rows.push(SheetRow { label: vec![model.classes[class].clone(), count], tiles });
    }
    let subtitle = "the worst by loss; below each what it was taken for".to_owned();
    let title = format!("{title}: mistakes");
    let sheet = SheetData { title, subtitles: vec![subtitle], side: SIDE, rows, bars: Vec::new() };
    Ok((!sheet.rows.is_empty()).then_some(sheet))
}
