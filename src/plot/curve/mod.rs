//! Learning curves: loss and accuracy by epoch.

mod draw;

use super::{Picture, PlotError};

/// Everything a picture of learning curves shows.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveData {
    /// What it is about.
    pub title: String,
    /// More about it, a line each.
    pub subtitles: Vec<String>,
    /// The epochs, ascending.
    pub epochs: Vec<CurvePoint>,
}

/// What an epoch measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// Loss and accuracy on the images that were learnt from.
    pub train: (f64, f64),
    /// On those that were measured on.
    pub valid: (f64, f64),
}

impl CurveData {
    /// Draws it: losses beside accuracies.
    ///
    /// # Errors
    /// [`PlotError::Draw`].
    pub fn draw(&self) -> Result<Picture, PlotError> {
        draw::draw(self)
    }
}
