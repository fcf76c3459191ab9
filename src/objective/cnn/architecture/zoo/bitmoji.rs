//! The small network of a textbook's chapter on avatars.

use super::super::{Conv2d, Init, Module, ShapeError};
use super::{RELU, Task, child, numbered};

/// The smallest image of which the second pooling leaves anything.
const SMALLEST: i64 = 14;

/// Two convolutions with max pooling, two linear layers.
pub(super) fn bitmoji(task: &Task) -> Result<Module, ShapeError> {
    let Task { image_size, outputs, .. } = *task;
    if image_size < SMALLEST {
        return Err(task.too_small("main.5", "MaxPool2d"));
    }
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
    Ok(Module::chain(vec![child("main", main)]))
}
