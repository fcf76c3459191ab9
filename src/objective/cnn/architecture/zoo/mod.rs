//! The networks there are, as PyTorch and torchvision build and name them.

mod bitmoji;
mod cnn;
mod densenet;
mod efficientnet;
mod mobilenet;
mod resnet;
mod squeezenet;

pub(super) use bitmoji::bitmoji;
pub(super) use cnn::cnn;
pub(super) use densenet::densenet121;
pub(super) use efficientnet::efficientnet_b0;
pub(super) use mobilenet::mobilenet_v2;
pub(super) use resnet::{Bottleneck, resnet};
pub(super) use squeezenet::squeezenet1_1;

use super::module::{child, nameless, numbered};
use super::{Activation, Child, Conv2d, Init, Module};

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
