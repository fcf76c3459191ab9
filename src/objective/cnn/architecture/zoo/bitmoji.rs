//! The small network of a textbook's chapter on avatars.

use super::super::{Conv2d, Init, Module};
use super::{RELU, child, numbered};

/// Two convolutions with max pooling, two linear layers. `image_size` is at least 14.
pub(in crate::objective::cnn::architecture) fn bitmoji(image_size: i64, outputs: i64) -> Module {
    let first = (image_size - 4) / 2;
    let second = (first - 2) / 3;
    let pool = |side| Module::MaxPool2d { kernel: side, stride: side, padding: 0, ceil: false };
    let linear = |inputs, outputs| Module::Linear { inputs, outputs, init: Init::Default };
    let main = numbered([
        Module::Conv2d(Conv2d::new(3, 8, 5)),
        RELU,
        pool(2),
        Module::Conv2d(Conv2d::new(8, 4, 3)),
        RELU,
        pool(3),
        Module::Flatten,
        linear(4 * second * second, 128),
        RELU,
        linear(128, outputs),
    ]);
    Module::chain(vec![child("main", main)])
}
