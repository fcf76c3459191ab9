//! Drawing a contact sheet.

use super::{SheetData, SheetRow, Tile, bars};
use crate::plot::frame::{MARGIN, tick_look};
use crate::plot::header::header;
use crate::plot::pen::{Align, Pen, Rect, TextLook, draw as draw_picture, text_width};
use crate::plot::{Picture, PlotError, theme};

/// Between tiles, and between a row's label and its tiles.
const GAP: f64 = 10.0;
/// Height of a line of text.
const LINE: f64 = 19.0;
/// The widest label of a row.
const MAX_LABEL: f64 = 190.0;
/// Narrower, a title finds no room.
const MIN_WIDTH: f64 = 480.0;

pub(super) fn draw(data: &SheetData) -> Result<Picture, PlotError> {
    let tiles = data.rows.iter().map(|row| row.tiles.len()).max().unwrap_or(0) as f64;
    let labels = data.rows.iter().flat_map(|row| row.label.iter().enumerate());
    let widest = labels.map(|(i, line)| text_width(line, label_look(i))).fold(0.0, f64::max);
    let label = widest.min(MAX_LABEL) + if widest > 0.0 { 2.0 * GAP } else { 0.0 };
    let width = (2.0 * MARGIN + label + tiles * (data.side + GAP) - GAP)
        .max(MIN_WIDTH)
        .max(2.0 * MARGIN + bars::width(&data.bars));
    let captions = data.rows.iter().flat_map(|row| &row.tiles).any(|t| !t.caption.is_empty());
    let row_height = data.side + GAP + if captions { LINE } else { 0.0 };
    let top = 50.0 + 22.0 * data.subtitles.len() as f64 + GAP;
    let end_of_rows = top + row_height * data.rows.len() as f64;
    let height = end_of_rows + bars::height(&data.bars) + MARGIN - GAP;
    draw_picture((width, height), &data.title, |pen| {
        header(pen, width, &data.title, &[], &data.subtitles)?;
        for (index, row) in data.rows.iter().enumerate() {
            let top = top + row_height * index as f64;
            row_label(pen, row, top + data.side / 2.0)?;
            for (column, tile) in row.tiles.iter().enumerate() {
                let left = MARGIN + label + (data.side + GAP) * column as f64;
                draw_tile(pen, tile, Rect { left, top, width: data.side, height: data.side })?;
            }
        }
        bars::draw(pen, &data.bars, (MARGIN, end_of_rows + GAP))
    })
}

/// How a row's line of this index looks.
fn label_look(index: usize) -> TextLook {
    match index {
        0 => TextLook::new(theme::LABEL, theme::INK).bold(),
        _ => tick_look(),
    }
}

/// Lines around a height.
fn row_label(pen: &Pen<'_>, row: &SheetRow, middle: f64) -> Result<(), PlotError> {
    let first = middle - LINE * (row.label.len() as f64 - 1.0) / 2.0;
    for (index, line) in row.label.iter().enumerate() {
        let (look, at) = (label_look(index), (MARGIN, first + LINE * index as f64));
        pen.text(&pen.elide(line, MAX_LABEL, look), at, look)?;
    }
    Ok(())
}

/// An image in the middle of its square, and its caption below.
fn draw_tile(pen: &mut Pen<'_>, tile: &Tile, square: Rect) -> Result<(), PlotError> {
    let (width, height) = (f64::from(tile.image.width()), f64::from(tile.image.height()));
    let scale = square.width / width.max(height);
    let (width, height) = (width * scale, height * scale);
    let left = square.left + (square.width - width) / 2.0;
    let top = square.top + (square.height - height) / 2.0;
    pen.image(Rect { left, top, width, height }, &tile.image, &tile.hover)?;
    if tile.caption.is_empty() {
        return Ok(());
    }
    let look = tick_look().align(Align::Center);
    let at = (square.left + square.width / 2.0, square.bottom() + 12.0);
    pen.text(&pen.elide(&tile.caption, square.width, look), at, look)
}
