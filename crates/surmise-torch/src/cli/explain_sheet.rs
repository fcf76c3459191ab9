//! The picture of `surmise explain-report`: mean images beside mean maps.

use std::path::Path;

use image::RgbImage;

use super::explain_maps::{bar, colors, maps};
use crate::cli::splits::{name, raster};
use crate::explain::report::{Group, Report, difference};
use crate::explain::{HeatMap, Palette, Sign, colored};
use surmise::plot::{ColorBar, SheetData, SheetRow, Tile};
use surmise::program::CliError;

/// Side of a tile, in pixels of the picture.
const SIDE: f64 = 150.0;

/// A row a group; maps of a column are on a common scale.
pub(super) fn sheet(report: &Report, folder: &Path, outliers: f64) -> Result<SheetData, CliError> {
    let size = report.size;
    let reference = &report.settings.reference;
    let mut rows = Vec::new();
    for (index, group) in report.groups.iter().enumerate() {
        let what = if index == 0 { reference.clone() } else { group.name.clone() };
        let right = format!("{} images, {:.0} % right", group.images, 100.0 * group.accuracy());
        let image = raster(mean_image(group, size))?;
        let tile = Tile { image, caption: "mean image".into(), hover: format!("{what}: {right}") };
        rows.push(SheetRow { label: vec![what, right], tiles: vec![tile] });
    }
    let mut bars: Vec<ColorBar> = Vec::new();
    for (at, &method) in report.settings.attribution.methods.iter().enumerate() {
        let sign = report.settings.attribution.sign(method);
        let means: Vec<Vec<f64>> =
            report.groups.iter().map(|group| group.shares[at].mean(size)).collect();
        let scaled = |values: &[Vec<f64>], sign: Sign| {
            let values: Vec<Vec<f32>> =
                values.iter().map(|map| map.iter().map(|&value| value as f32).collect()).collect();
            maps(&values, (size, size), sign, outliers)
        };
        for (row, map) in rows.iter_mut().zip(scaled(&means, sign)?) {
            row.tiles.push(tile(&map, method.name(), &row.label)?);
        }
        let differences: Vec<Vec<f64>> =
            means[1..].iter().map(|mean| difference(mean, &means[0])).collect();
        let caption = format!("minus {reference}'s");
        rows[0].tiles.push(blank()?);
        for (row, map) in rows[1..].iter_mut().zip(scaled(&differences, Sign::All)?) {
            row.tiles.push(tile(&map, &caption, &row.label)?);
        }
        let bar = bar(sign, &report.explained);
        if !bars.contains(&bar) {
            bars.push(bar);
        }
    }
    bars.push(colors(Sign::All, format!("minus {reference}'s: less (below 0), more (above 0)")));
    let title = format!(
        "{}: attribution to {} by what differs from {reference}",
        name(folder),
        report.explained
    );
    let subtitles = vec![
        "means over the images of a group; the maps of a column share a scale".to_owned(),
        "images are not aligned: roughly where, not which pixel".to_owned(),
    ];
    Ok(SheetData { title, subtitles, side: SIDE, rows, bars })
}

fn mean_image(group: &Group, size: usize) -> RgbImage {
    RgbImage::from_fn(size as u32, size as u32, |x, y| {
        image::Rgb(std::array::from_fn(|channel| {
            let sum = group.sum[(channel * size + y as usize) * size + x as usize];
            (255.0 * sum / group.images as f64).round() as u8
        }))
    })
}

fn tile(map: &HeatMap, caption: &str, label: &[String]) -> Result<Tile, CliError> {
    let image = raster(colored(map, Palette::of(map.sign)))?;
    let caption = caption.to_owned();
    Ok(Tile { image, hover: format!("{}: {caption}", label[0]), caption })
}

/// Nothing, where other rows have something.
fn blank() -> Result<Tile, CliError> {
    let image = raster(RgbImage::from_pixel(1, 1, image::Rgb([255; 3])))?;
    Ok(Tile { image, caption: String::new(), hover: String::new() })
}
