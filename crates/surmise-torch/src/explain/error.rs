//! What can go wrong while explaining, and while making a picture of it.

use tch::{Kind, TchError};
use thiserror::Error;

use super::terms::{Axis, Sign};
use crate::failure::sorted;

/// Why there is no attribution.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The image has another number of dimensions, or no pixel.
    #[error("expected one image, channels × height × width, found a tensor of shape {found:?}")]
    Image {
        /// The shape of what was given.
        found: Vec<i64>,
    },
    /// A tensor holds something else than 32-bit floats.
    #[error("expected 32-bit floats in the {what}, found {found:?}")]
    Kind {
        /// The tensor.
        what: &'static str,
        /// Its type.
        found: Kind,
    },
    /// A tensor beside the image does not fit it.
    #[error("the {what} is of shape {found:?}, expected {expected:?}")]
    Shape {
        /// The tensor.
        what: &'static str,
        /// Its shape.
        found: Vec<i64>,
        /// The shape that fits the image.
        expected: Vec<i64>,
    },
    /// The model's answer is no table with a row an image.
    #[error("the model gave logits of shape {found:?} for {images} images, expected {images} × k")]
    Logits {
        /// The shape of its answer.
        found: Vec<i64>,
        /// The number of images it was given.
        images: i64,
    },
    /// There is no such class.
    #[error("class {class} is out of range: the model has {classes} classes, counted from 0")]
    Class {
        /// The class that was asked about.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// The score has no gradient.
    #[error(
        "the score has no gradient: the model detaches it from the image, or `no_grad` is in force"
    )]
    NoGradient,
    /// A number that must be at least one is zero.
    #[error("the {what} is 0, at least 1 is needed")]
    Zero {
        /// The number.
        what: &'static str,
    },
    /// There is no baseline to draw from.
    #[error("no baselines to draw from, at least 1 is needed")]
    NoBaselines,
    /// The noise's standard deviation is negative or not finite.
    #[error("the standard deviation is {found}, expected 0 or a positive finite number")]
    Deviation {
        /// The deviation.
        found: f64,
    },
    /// The draws name a baseline that is not there.
    #[error("sample {sample} draws baseline {index}, but there are {baselines}, counted from 0")]
    Draw {
        /// The sample, counted from 0.
        sample: usize,
        /// The baseline it names.
        index: usize,
        /// The number of baselines.
        baselines: i64,
    },
    /// The draws are not of one number.
    #[error("{alphas} alphas but {indices} baselines are drawn, one of each a sample is needed")]
    Draws {
        /// The number of `α_i`.
        alphas: usize,
        /// The number of baselines.
        indices: usize,
    },
    /// The window is larger than the image.
    #[error("the window is {window} along the {axis}, the image only {image}")]
    Window {
        /// The axis.
        axis: Axis,
        /// The window's size along it.
        window: usize,
        /// The image's.
        image: usize,
    },
    /// The stride is zero, or larger than the window, which would leave pixels out.
    #[error("the stride along the {axis} is {stride}, expected 1 to {window}, the window's size")]
    Stride {
        /// The axis.
        axis: Axis,
        /// The stride along it.
        stride: usize,
        /// The window's size along it.
        window: usize,
    },
    /// A score or a gradient is infinite or not a number.
    #[error("the attribution is not finite: some score or gradient of the model is not")]
    NotFinite,
    /// Memory ran out, on the host or the device.
    #[error("out of memory: {message}")]
    OutOfMemory {
        /// libtorch's words.
        message: String,
    },
    /// Anything else that libtorch reports.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

impl From<TchError> for ExplainError {
    fn from(error: TchError) -> Self {
        sorted(&error, |message| Self::OutOfMemory { message }, |message| Self::Torch { message })
    }
}

/// Why there is no picture.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum VisualizeError {
    /// The number of values is not that of the pixels.
    #[error("{found} values, expected {channels} × {height} × {width}, none of them 0")]
    Length {
        /// The number of values.
        found: usize,
        /// Planes.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// A value is infinite or not a number.
    #[error("value {index} is {value}, expected finite values")]
    NotFinite {
        /// Its place, counted from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// A share is out of range.
    #[error("the {what} is {found}, expected {low} to {high}")]
    Range {
        /// The share.
        what: &'static str,
        /// Its value.
        found: f64,
        /// The least that makes sense.
        low: f64,
        /// The most.
        high: f64,
    },
    /// Every value is zero once those of the other sign are left out, so none can be the scale.
    #[error("nothing to show: no attribution is {sign}")]
    Nothing {
        /// The sign that was asked for.
        sign: Sign,
    },
    /// The map and the image differ in size.
    #[error("the map is {map:?} pixels (width, height), the image {image:?}")]
    Sizes {
        /// The map's width and height.
        map: (usize, usize),
        /// The image's.
        image: (usize, usize),
    },
}
