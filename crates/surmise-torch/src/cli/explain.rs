//! `surmise explain`

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::explain_maps::{bar, map};
use crate::TrainedCnn;
use crate::cli::model::{list, read};
use crate::cli::splits::{name, raster};
use crate::evaluation::most_probable;
use crate::explain::{
    Attribution, AttributionSettings, Method, Palette, Planes, Sign, colored, overlay,
};
use surmise::plot::{ColorBar, SheetData, SheetRow, Tile};
use surmise::program::CliError;
use surmise::program::cnn::{self as program, Baseline, ExplainArgs, MethodArgs, SignChoice};
use surmise::program::{plot, table, talk};

/// Images in a picture.
const ROWS: usize = 12;
/// Side of a tile, in pixels of the picture.
const SIDE: f64 = 160.0;
/// Of a map over its image: the image still shows under the strongest colour.
const OPACITY: f64 = 0.6;

/// An image, and what of it is explained.
struct Answer<'a> {
    file: &'a Path,
    predicted: usize,
    explained: usize,
    probabilities: Vec<f64>,
}

pub(super) fn explain(args: &ExplainArgs) -> Result<ExitCode, CliError> {
    let model = read(&args.model, &args.method.device)?;
    let wanted = args.method.class.as_ref().map(|name| model.class(name)).transpose()?;
    let settings = settings(&args.method);
    let files = list(&args.images)?;
    let mut failed = false;
    let mut answers = Vec::new();
    for (file, answer) in files.iter().zip(model.probabilities(&files, &[])?) {
        match answer {
            Ok(probabilities) => {
                let predicted = most_probable(&probabilities);
                let explained = wanted.unwrap_or(predicted);
                answers.push(Answer { file, predicted, explained, probabilities });
            }
            Err(error) => {
                talk(format!("error: {}", table::clean(&error.to_string())));
                failed = true;
            }
        }
    }
    let mut out = io::stdout().lock();
    if !args.json && !answers.is_empty() {
        writeln!(out, "{}\n", answer_table(&model, &answers))?;
    }
    let single = answers.len() <= ROWS;
    for (number, part) in answers.chunks(ROWS).enumerate() {
        let mut rows = Vec::new();
        for answer in part {
            let (row, summary) = row(&model, answer, &settings, args.method.outliers)?;
            rows.push(row);
            if args.json {
                writeln!(out, "{summary}")?;
            }
        }
        let file = match (&answers[..], single) {
            ([only], _) => {
                let image = only.file.file_stem().unwrap_or_default().to_string_lossy();
                format!("{}-{image}-explained", stem(&args.model))
            }
            (_, true) => format!("{}-explained", stem(&args.model)),
            (_, false) => format!("{}-explained-{}", stem(&args.model), number + 1),
        };
        let title = format!("{}: what speaks for its answers", name(&args.model));
        let subtitle = "each map on a scale of its own, in terms of its largest values".to_owned();
        let bars = bars(&model, part, &settings);
        let sheet = SheetData { title, subtitles: vec![subtitle], side: SIDE, rows, bars };
        plot::make_folder(&args.method.out)?;
        for path in plot::write(&sheet.draw()?, &args.method.out, &file)? {
            // Beside JSON, paths are talk.
            if args.json { talk(path.display()) } else { writeln!(out, "{}", path.display())? }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// How to attribute, as the arguments say.
pub(super) fn settings(args: &MethodArgs) -> AttributionSettings {
    let mut methods = Vec::new();
    for method in &args.methods {
        let method = match method {
            program::Method::Occlusion => Method::Occlusion,
            program::Method::IntegratedGradients => Method::IntegratedGradients,
            program::Method::GradientShap => Method::GradientShap,
            program::Method::Saliency => Method::Saliency,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    AttributionSettings {
        methods,
        sign: args.sign.map(|sign| match sign {
            SignChoice::Positive => Sign::Positive,
            SignChoice::Negative => Sign::Negative,
            SignChoice::Absolute => Sign::Absolute,
            SignChoice::All => Sign::All,
        }),
        baseline: match args.baseline {
            Baseline::Black => 0.0,
            Baseline::Grey => 0.5,
            Baseline::White => 1.0,
        },
        window: args.window.map(usize::from),
        stride: args.stride.map(usize::from),
        steps: args.steps.into(),
        samples: args.samples.into(),
        seed: args.seed,
    }
}

/// The model's own name.
pub(super) fn stem(model: &Path) -> String {
    model.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn answer_table(model: &TrainedCnn, answers: &[Answer<'_>]) -> comfy_table::Table {
    let mut shown = table::new(&["image", "class", "probability", "explained", "probability"]);
    for answer in answers {
        let class = |class: usize| {
            [table::clean(&model.classes[class]), format!("{:.4}", answer.probabilities[class])]
        };
        let image = table::clean(&answer.file.display().to_string());
        let classes = class(answer.predicted).into_iter().chain(class(answer.explained));
        shown.add_row([image].into_iter().chain(classes));
    }
    shown
}

/// An image's row of the picture, and the same in numbers.
fn row(
    model: &TrainedCnn,
    answer: &Answer<'_>,
    settings: &AttributionSettings,
    outliers: f64,
) -> Result<(SheetRow, Value), CliError> {
    let image = model.seen(answer.file)?;
    let numbers = Planes::of(&image)?;
    let attributions = model.attribute(&numbers, answer.explained, settings)?;
    let path = answer.file.display();
    let mut tiles =
        vec![Tile { image: raster(image)?, caption: "image".into(), hover: path.to_string() }];
    for attribution in &attributions {
        let (map, over) = pictures(&numbers, attribution, outliers)?;
        let name = attribution.method.name();
        let hover = format!("{path}, {name}: {}", sum_of(attribution));
        tiles.push(Tile { image: raster(map)?, caption: name.into(), hover: hover.clone() });
        tiles.push(Tile { image: raster(over)?, caption: "over the image".into(), hover });
    }
    let percent = |class: usize| {
        format!("{} {:.1} %", model.classes[class], 100.0 * answer.probabilities[class])
    };
    let mut label = vec![percent(answer.predicted)];
    if answer.explained != answer.predicted {
        label.push(format!("explained: {}", percent(answer.explained)));
    }
    label.push(answer.file.file_name().unwrap_or_default().to_string_lossy().into_owned());
    Ok((SheetRow { label, tiles }, to_json(model, answer, &attributions)))
}

fn pictures(
    image: &Planes,
    attribution: &Attribution,
    outliers: f64,
) -> Result<(image::RgbImage, image::RgbImage), CliError> {
    let map = map(&attribution.values, attribution.sign, outliers)?;
    let palette = Palette::of(map.sign);
    let over = overlay(image, &map, palette, OPACITY);
    Ok((colored(&map, palette), over?))
}

/// Over the whole image, in logits.
fn sum(attribution: &Attribution) -> f64 {
    attribution.values.values().iter().copied().map(f64::from).sum()
}

fn sum_of(attribution: &Attribution) -> String {
    let sum = format!("sum {}", table::number(sum(attribution)));
    match attribution.delta {
        Some(delta) => format!("{sum}, off the score's rise by {}", table::number(delta)),
        None => sum,
    }
}

fn to_json(model: &TrainedCnn, answer: &Answer<'_>, attributions: &[Attribution]) -> Value {
    let attributions = attributions.iter().map(|attribution| {
        json!({
            "method": attribution.method.key(),
            "sum": sum(attribution),
            "convergence_delta": attribution.delta,
        })
    });
    json!({
        "image": answer.file.to_string_lossy(),
        "class": model.classes[answer.predicted],
        "probability": answer.probabilities[answer.predicted],
        "explained": model.classes[answer.explained],
        "explained_probability": answer.probabilities[answer.explained],
        "attributions": attributions.collect::<Vec<_>>(),
    })
}

/// One for each sign in use.
fn bars(
    model: &TrainedCnn,
    answers: &[Answer<'_>],
    settings: &AttributionSettings,
) -> Vec<ColorBar> {
    let first = answers[0].explained;
    let same = answers.iter().all(|answer| answer.explained == first);
    let class = if same { model.classes[first].as_str() } else { "the class" };
    let mut signs = Vec::new();
    for &method in &settings.methods {
        let sign = settings.sign(method);
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    signs.into_iter().map(|sign| bar(sign, class)).collect()
}
