//! The networks there are, as PyTorch and torchvision build and name them.
//!
//! A new network is a file here, a `mod` line and a line in the list of networks below: its name in YAML,
//! its variant of [`ModelKind`], with settings if it has its own, its file, the keys that it takes, and
//! what it is. The file holds a function of the network's name, which makes its layers for a [`Task`]. A
//! network with settings of its own brings `KEYS`, `read`, `write` and `validate` with them; see `cnn`.

mod bitmoji;
mod cnn;
mod densenet;
mod efficientnet;
mod mobilenet;
mod resnet;
mod squeezenet;

pub use cnn::{Channels, CnnModel, NormPlace, Pooling};

use serde_json::Value;

use super::module::{child, nameless, numbered};
use super::{Activation, Child, Conv2d, Init, Module, ShapeError};
use crate::config::{Fields, Problem};
use crate::objective::cnn::error::{SettingsError, check};

/// What a network is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// Width and height of the images in pixels.
    pub(super) image_size: i64,
    /// Logits.
    pub(super) outputs: i64,
    /// Dropout before the last layer, if the user says.
    pub(super) dropout: Option<f64>,
}

/// Keys that a network's map in YAML takes, beside those of every network.
#[derive(Clone, Copy, Debug)]
pub(in crate::objective::cnn) enum Takes {
    /// None.
    Nothing,
    /// `dropout` before the last layer.
    Dropout,
    /// Those of its own settings.
    Own(&'static [&'static str]),
}

/// Makes [`ModelKind`] of a line a network: name, variant, file, keys, what it is.
macro_rules! networks {
    ($($name:ident: $Variant:ident $(($settings:ident: $Settings:ty))? in $file:ident, $takes:expr,
        $about:literal;)+) => {
        /// The networks there are.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum ModelKind {
            $(#[doc = $about] $Variant $(($Settings))?,)+
        }

        impl ModelKind {
            /// Every network: its name in YAML, and what it is.
            pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $about)),+];

            /// All of them, those with settings by their defaults.
            pub fn all() -> [Self; Self::ALL.len()] {
                [$(Self::$Variant $((<$Settings>::default()))?),+]
            }

            /// The name in YAML: torchvision's where it is one of theirs.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$Variant { .. } => stringify!($name),)+
                }
            }

            /// The keys that it takes in YAML.
            pub(in crate::objective::cnn) fn takes(&self) -> Takes {
                match self {
                    $(Self::$Variant { .. } => $takes,)+
                }
            }

            /// The network with its own settings, if it has any, from YAML.
            pub(in crate::objective::cnn) fn with(self, fields: &Fields<'_>) -> Result<Self, Problem> {
                match self {
                    $(Self::$Variant { .. } => {
                        $(let $settings: $Settings = $file::read(fields)?;)?
                        Ok(Self::$Variant $(($settings))?)
                    })+
                }
            }

            /// Puts its own settings into JSON, if it has any.
            pub(in crate::objective::cnn) fn write(&self, json: &mut Value) {
                match self {
                    $(Self::$Variant $(($settings))? => { $($file::write($settings, json);)? })+
                }
            }

            /// Checks the ranges of its own settings.
            pub(super) fn validate(&self) -> Result<(), SettingsError> {
                match self {
                    $(Self::$Variant $(($settings))? => { $($settings.validate()?;)? })+
                }
                Ok(())
            }

            /// The layers.
            pub(super) fn module(&self, task: &Task) -> Result<Module, ShapeError> {
                match self {
                    $(Self::$Variant $(($settings))? => $file::$name($($settings,)? task),)+
                }
            }
        }
    };
}

networks! {
    bitmoji: Bitmoji in bitmoji, Takes::Nothing,
        "Two convolutions with max pooling, then two linear layers; 43 thousand weights at 64 × 64.";
    cnn: Cnn(settings: CnnModel) in cnn, Takes::Own(cnn::KEYS),
        "Convolutions and linear layers of any number and width.";
    resnet18: ResNet18 in resnet, Takes::Dropout, "ResNet-18 (arXiv 1512.03385).";
    resnet34: ResNet34 in resnet, Takes::Dropout, "ResNet-34.";
    resnet50: ResNet50 in resnet, Takes::Dropout, "ResNet-50.";
    densenet121: DenseNet121 in densenet, Takes::Dropout, "DenseNet-121 (arXiv 1608.06993).";
    squeezenet1_1: SqueezeNet1_1 in squeezenet, Takes::Dropout, "SqueezeNet 1.1 (arXiv 1602.07360).";
    mobilenet_v2: MobileNetV2 in mobilenet, Takes::Dropout, "MobileNetV2 (arXiv 1801.04381).";
    efficientnet_b0: EfficientNetB0 in efficientnet, Takes::Dropout,
        "EfficientNet-B0 (arXiv 1905.11946).";
}

impl ModelKind {
    /// The network of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|kind| kind.name() == name)
    }
}

impl Task {
    /// The error that the images are too small, found at a layer of this class.
    fn too_small(&self, layer: &str, class: &'static str) -> ShapeError {
        let input = vec![3, self.image_size, self.image_size];
        ShapeError::TooSmall { layer: layer.to_owned(), class, input }
    }
}

const RELU: Module = Module::Activation(Activation::Relu);

/// A convolution that keeps the size at stride 1, without a bias.
fn conv(inputs: i64, outputs: i64, kernel: i64, stride: i64, init: Init) -> Conv2d {
    let padding = (kernel - 1) / 2;
    Conv2d { stride, padding, bias: false, init, ..Conv2d::new(inputs, outputs, kernel) }
}

/// Dropout before the last layer, where it is asked for and torchvision has none.
fn extra_dropout(dropout: Option<f64>) -> Option<Child> {
    dropout.map(|p| nameless(Module::Dropout { p }))
}

/// Checks the range of a dropout.
pub(super) fn check_dropout(p: f64) -> Result<(), SettingsError> {
    check("model.dropout", p, (0.0..1.0).contains(&p), || "from 0 to below 1".to_owned())
}
