//! `surmise data show`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use rayon::prelude::*;

use crate::cli::splits::{name, raster, scan, spread};
use crate::{ImageError, ImageFolder, Transform, image_size, load_rgb};
use surmise::plot::{SheetData, SheetRow, Tile};
use surmise::program::CliError;
use surmise::program::cnn::ShowArgs;
use surmise::program::{plot, table, talk};

/// Images of a class in the picture.
const COLUMNS: usize = 8;
/// Classes in the picture.
const ROWS: usize = 12;
/// Side of a tile, in pixels of the picture.
const SIDE: f64 = 96.0;

type Splits = [(String, ImageFolder)];

pub(super) fn show(args: &ShowArgs) -> Result<ExitCode, CliError> {
    let start = Instant::now();
    let splits = scan(&args.folder)?;
    let listed = start.elapsed();
    let files: Vec<&Path> = splits.iter().flat_map(|(_, split)| paths(split)).collect();
    let list = files.iter().map(|file| file.as_os_str().len() + size_of::<(PathBuf, usize)>());
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}: {} images, listed in {} ms without opening one ({:.1} MB)\n",
        args.folder.display(),
        files.len(),
        listed.as_millis(),
        list.sum::<usize>() as f64 / 1e6
    )?;
    writeln!(out, "{}\n", class_table(&splits))?;
    for (name, split) in &splits {
        if split.classes != splits[0].1.classes {
            talk(format!("warning: the classes of {name} are not those of {}", splits[0].0));
        }
    }
    let damaged = describe(&files, args.check, &mut out)?;
    let (shown, skipped) = sheet(&args.folder, &splits)?;
    if skipped > 0 && damaged == 0 {
        talk(format!("{skipped} images could not be drawn; `--check` names all that are damaged"));
    }
    plot::make_folder(&args.out)?;
    for path in plot::write(&shown.draw()?, &args.out, &format!("{}-samples", name(&args.folder)))?
    {
        writeln!(out, "{}", path.display())?;
    }
    Ok(if damaged > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn paths(folder: &ImageFolder) -> impl Iterator<Item = &Path> {
    folder.samples.iter().map(|(path, _)| path.as_path())
}

/// All classes of all splits, in order.
fn classes(splits: &Splits) -> BTreeSet<&str> {
    splits.iter().flat_map(|(_, split)| &split.classes).map(String::as_str).collect()
}

/// The files of a class.
fn files_of<'a>(split: &'a ImageFolder, class: &str) -> Vec<&'a Path> {
    let label = split.classes.iter().position(|known| known == class);
    let samples = split.samples.iter().filter(|(_, of)| Some(*of) == label);
    samples.map(|(path, _)| path.as_path()).collect()
}

fn class_table(splits: &Splits) -> comfy_table::Table {
    let mut head = vec!["class"];
    head.extend(splits.iter().map(|(name, _)| name.as_str()));
    let mut table = table::new(&head);
    for class in classes(splits) {
        let counts = splits.iter().map(|(_, split)| files_of(split, class).len().to_string());
        table.add_row([table::clean(class)].into_iter().chain(counts));
    }
    let totals = splits.iter().map(|(_, split)| split.samples.len().to_string());
    table.add_row(["all".to_owned()].into_iter().chain(totals));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    table
}

/// Sizes, by the files' headers or, with `check`, by decoding them; names what is damaged and returns
/// how many.
fn describe(files: &[&Path], check: bool, out: &mut impl Write) -> Result<usize, CliError> {
    let look = |path: &&Path| -> Result<(u32, u32), ImageError> {
        if check { load_rgb(path, &[]).map(|image| image.dimensions()) } else { image_size(path) }
    };
    let found: Vec<Result<(u32, u32), ImageError>> = files.par_iter().map(look).collect();
    let (sizes, errors): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    let mut sizes: Vec<(u32, u32)> = sizes.into_iter().filter_map(Result::ok).collect();
    sizes.sort_by_key(|(width, height)| u64::from(*width) * u64::from(*height));
    if let (Some(small), Some(large)) = (sizes.first(), sizes.last()) {
        let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
        let bytes = sizes.iter().map(|size| 3 * pixels(*size)).sum::<u64>() as f64 / 1e6;
        let text = |(width, height): &(u32, u32)| format!("{width} × {height}");
        let sizes = if sizes.iter().all(|size| size == small) {
            format!("all {} pixels", text(small))
        } else {
            let middle = &sizes[sizes.len() / 2];
            format!("from {} to {} pixels, half below {}", text(small), text(large), text(middle))
        };
        writeln!(out, "{sizes}; decoded they take {bytes:.1} MB\n")?;
    }
    let errors: Vec<String> =
        errors.into_iter().filter_map(Result::err).map(|e| table::clean(&e.to_string())).collect();
    errors.iter().for_each(|error| talk(format!("damaged: {error}")));
    if check && errors.is_empty() {
        talk("every image can be decoded");
    }
    Ok(errors.len())
}

/// Some images of every class of the first split, and how many of them could not be read.
fn sheet(folder: &Path, splits: &Splits) -> Result<(SheetData, usize), CliError> {
    let (split_name, split) = &splits[0];
    let mut skipped = 0;
    let mut rows = Vec::new();
    for class in split.classes.iter().take(ROWS) {
        let files = files_of(split, class);
        let mut tiles = Vec::new();
        for path in spread(&files, COLUMNS) {
            match load_rgb(path, &[Transform::Resize { size: 2 * SIDE as u32 }]) {
                Ok(image) => tiles.push(Tile {
                    image: raster(image)?,
                    caption: String::new(),
                    hover: path.display().to_string(),
                }),
                Err(_) => skipped += 1,
            }
        }
        let count = match files.len() {
            1 => "1 image".to_owned(),
            n => format!("{n} images"),
        };
        rows.push(SheetRow { label: vec![class.clone(), count], tiles });
    }
    let mut subtitle = format!("{} images in {} classes", split.samples.len(), split.classes.len());
    if splits.len() > 1 {
        subtitle = format!("{split_name}: {subtitle}");
    }
    if rows.len() < split.classes.len() {
        subtitle += &format!("; the first {} classes", rows.len());
    }
    let title = name(folder);
    Ok((
        SheetData { title, subtitles: vec![subtitle], side: SIDE, rows, bars: Vec::new() },
        skipped,
    ))
}
