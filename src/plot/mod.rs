//! Pictures of studies and of images: data first, drawing second.
//!
//! Each kind of picture is a plain struct, made from a study's records where it shows a study, which holds everything the
//! picture shows in the user's units, and a `draw` that turns it into a [`Picture`] (SVG, and PNG
//! rasterised from that SVG).
//!
//! | picture | data | shows |
//! | --- | --- | --- |
//! | contour | [`ContourData`] | the model's mean and standard error over two parameters |
//! | slice | [`SliceData`] | the model's mean ± 2 standard errors along one parameter |
//! | trace | [`TraceData`] | every trial's value, the best so far, by number or time |
//! | comparison | [`CompareData`] | the best so far of several studies, seeds as bands |
//! | learning curves | [`CurveData`] | loss and accuracy by epoch |
//! | confusion matrix | [`ConfusionData`] | which class was taken for which |
//! | contact sheet | [`SheetData`] | images in rows |
//!
//! Values beyond ±10³⁰⁰ are drawn at that limit.

mod axis;
mod compare;
mod confusion;
mod contour;
mod curve;
mod font;
mod frame;
mod header;
mod mark;
mod number;
mod parameter;
mod pen;
mod picture;
mod raster;
mod record;
mod sheet;
mod slice;
mod theme;
mod trace;
mod xml;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use crate::model::Prediction;
pub use axis::{Axis, AxisKind, Tick};
pub use compare::{CompareData, CompareGroup, CompareRun, CompareStep, Quartiles};
pub use confusion::{ClassScores, ConfusionData};
pub use contour::{ContourData, Grid};
pub use curve::{CurveData, CurvePoint};
pub use picture::Picture;
pub use raster::Raster;
pub use record::{BestTrial, Fixed, LeftOut, Mark, MarkState, StudySummary};
pub use sheet::{ColorBar, SheetData, SheetRow, Tile};
pub use slice::{SliceData, SlicePoint};
pub use trace::{TraceAxis, TraceData, TracePoint};

use crate::model::Model;
use crate::space::Params;
use crate::trial::Direction;

/// A surrogate that can be asked about any parameters of the space.
pub trait Predict {
    /// One prediction per point, in the same order.
    fn predict(&self, points: &[Params]) -> Vec<Prediction>;
}

impl<F: Fn(&[Params]) -> Vec<Prediction>> Predict for F {
    fn predict(&self, points: &[Params]) -> Vec<Prediction> {
        self(points)
    }
}

impl Predict for Model {
    fn predict(&self, points: &[Params]) -> Vec<Prediction> {
        self.predict_all(points)
    }
}

/// Why a picture could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// A column the space does not have.
    #[error("the space has {parameters} parameters, there is no column {column}")]
    NoSuchColumn {
        /// The column asked for, counted from 0.
        column: usize,
        /// Parameters in the space.
        parameters: usize,
    },
    /// A contour needs two different parameters.
    #[error("a contour needs two different parameters, got `{name}` twice")]
    SameColumn {
        /// The parameter given for both axes.
        name: String,
    },
    /// The model answered with another number of predictions than points.
    #[error("the model gave {found} predictions for {expected} points")]
    PredictionCount {
        /// Points asked about.
        expected: usize,
        /// Predictions given.
        found: usize,
    },
    /// The model answered with NaN.
    #[error("the model's prediction at {params} is not a number")]
    NotANumber {
        /// Where.
        params: Params,
    },
    /// Nothing to compare.
    #[error("a comparison needs at least one study")]
    NoStudies,
    /// Studies that measure different things.
    #[error("studies with different metrics cannot be compared: `{first}` and `{second}`")]
    MixedMetrics {
        /// Metric of the first study.
        first: String,
        /// A metric that differs.
        second: String,
    },
    /// Studies that want opposite things.
    #[error("studies with different directions cannot be compared: {first} and {second}")]
    MixedDirections {
        /// Direction of the first study.
        first: Direction,
        /// The other one.
        second: Direction,
    },
    /// Bytes that are no image of that size.
    #[error("{bytes} bytes are no image of {width} × {height} pixels")]
    Raster {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// Bytes given, where each pixel takes three.
        bytes: usize,
    },
    /// The drawing library failed.
    #[error("cannot draw the picture: {reason}")]
    Draw {
        /// What it said.
        reason: String,
    },
    /// The SVG could not be turned into pixels.
    #[error("cannot make a PNG of the picture: {reason}")]
    Rasterise {
        /// What went wrong.
        reason: String,
    },
    /// The file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
