//! A contact sheet: images in rows, each with a caption.

mod bars;
mod draw;

use super::{Picture, PlotError, Raster};

/// Everything a contact sheet shows.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetData {
    /// What it is about.
    pub title: String,
    /// More about it, a line each.
    pub subtitles: Vec<String>,
    /// Side of the square that a tile's image is fitted into, in pixels of the picture.
    pub side: f64,
    /// The rows, top to bottom.
    pub rows: Vec<SheetRow>,
    /// What colours in the images mean, below the rows.
    pub bars: Vec<ColorBar>,
}

/// What the colours of a map mean.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorBar {
    /// Of what, in a few words.
    pub label: String,
    /// The value of the first colour.
    pub low: f64,
    /// The value of the last, above `low`.
    pub high: f64,
    /// Red, green and blue, evenly spaced in value.
    pub colors: Vec<[u8; 3]>,
}

/// Images that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// What they are, and more of that; a line each, the first one louder.
    pub label: Vec<String>,
    /// The images, left to right.
    pub tiles: Vec<Tile>,
}

/// An image and what is said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// The image.
    pub image: Raster,
    /// Below it; where all of a picture are empty, no room is left for them.
    pub caption: String,
    /// Shown while the pointer rests on it.
    pub hover: String,
}

impl SheetData {
    /// Draws it: as wide as its longest row, as high as all of them.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}
