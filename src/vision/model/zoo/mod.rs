//! The networks there are, as PyTorch and torchvision build and name them.

mod bitmoji;
mod cnn;
mod densenet;
mod efficientnet;
mod mobilenet;
mod resnet;
mod squeezenet;

pub(in crate::vision) use bitmoji::bitmoji;
pub(in crate::vision) use cnn::cnn;
pub(in crate::vision) use densenet::densenet121;
pub(in crate::vision) use efficientnet::efficientnet_b0;
pub(in crate::vision) use mobilenet::mobilenet_v2;
pub(in crate::vision) use resnet::{Bottleneck, resnet};
pub(in crate::vision) use squeezenet::squeezenet1_1;

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
