//! `surmise data augment`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use image::RgbImage;

use crate::cli::splits::{name, raster, scan, spread};
use crate::{Pipeline, Pixels, Transform, draws, load_rgb};
use surmise::plot::{SheetData, SheetRow, Tile};
use surmise::program::CliError;
use surmise::program::cnn::AugmentArgs;
use surmise::program::cnn::Configuration;
use surmise::program::plot;

/// Side of a tile, in pixels of the picture.
const SIDE: f64 = 96.0;

pub(super) fn augment(args: &AugmentArgs) -> Result<ExitCode, CliError> {
    let configuration = Configuration::load(&args.config, &args.set)?;
    let data = &configuration.settings.data;
    let (training, measuring) = data.pipelines();
    let splits = scan(&args.folder)?;
    let (split_name, split) = &splits[0];
    let samples: Vec<(usize, &(PathBuf, usize))> = split.samples.iter().enumerate().collect();
    let mut rows = Vec::new();
    for (index, (path, label)) in spread(&samples, args.images.into()) {
        let tile = |pipeline: &Pipeline, epoch: u32, caption: String| -> Result<Tile, CliError> {
            let image = load_rgb(path, &pipeline.fixed)?;
            let random = &mut draws(args.seed, epoch, *index as u64);
            let pixels = Pixels::Bytes(image).through(&pipeline.varying, random);
            let pixels = pixels.map_err(|reason| {
                CliError::user(format!("cannot transform {}: {reason}", path.display()))
            })?;
            Ok(Tile {
                image: raster(visible(pixels, &pipeline.varying))?,
                hover: format!("{}, {caption}", path.display()),
                caption,
            })
        };
        let mut tiles = vec![tile(&measuring, 0, "valid".into())?];
        for epoch in 1..=args.epochs.into() {
            tiles.push(tile(&training, epoch, format!("epoch {epoch}"))?);
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        rows.push(SheetRow { label: vec![split.classes[*label].clone(), file], tiles });
    }
    let mut subtitles = vec![describe(&data.transforms)];
    if configuration.params.iter().len() > 0 {
        subtitles.push(configuration.params.to_string());
    }
    let part = if splits.len() > 1 { format!(", {split_name}") } else { String::new() };
    let title = format!("{}{part}: as the network sees it", name(&args.folder));
    let sheet = SheetData { title, subtitles, side: SIDE, rows, bars: Vec::new() };
    plot::make_folder(&args.out)?;
    let file = format!("{}-augmented", name(&args.folder));
    for path in plot::write(&sheet.draw()?, &args.out, &file)? {
        writeln!(io::stdout(), "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The transforms by name, in order.
fn describe(list: &[Transform]) -> String {
    if list.is_empty() {
        return "the study declares no transforms: every epoch sees the same images".into();
    }
    list.iter().map(Transform::name).collect::<Vec<_>>().join(" → ")
}

/// As bytes again, any normalising undone.
fn visible(pixels: Pixels, list: &[Transform]) -> RgbImage {
    let (width, height) = pixels.dimensions();
    if let Some(image) = pixels.bytes() {
        return image.clone();
    }
    let normalize = list.iter().find_map(|transform| match transform {
        Transform::Normalize { mean, std } => Some((mean, std)),
        _ => None,
    });
    let numbers = pixels.numbers();
    let plane = (width * height) as usize;
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(std::array::from_fn(|channel| {
            let number = f64::from(numbers[channel * plane + (y * width + x) as usize]);
            let number = match normalize {
                Some((mean, std)) => number * std[channel] + mean[channel],
                None => number,
            };
            (number * 255.0).round() as u8
        }))
    })
}
