//! SqueezeNet 1.1 (Iandola et al. 2016, arXiv 1602.07360).

use super::super::{Conv2d, Init, Module, ShapeError, Wiring};
use super::{RELU, Task, child, nameless, numbered};

/// SqueezeNet 1.1; torchvision's dropout is ½. With a single output there is no ReLU after the last
/// convolution, where torchvision has one.
pub(super) fn squeezenet1_1(task: &Task) -> Result<Module, ShapeError> {
    let Task { dropout, outputs, .. } = *task;
    let pool = || Module::MaxPool2d { kernel: 3, stride: 2, padding: 0, ceil: true };
    let features = numbered([
        Module::Conv2d(Conv2d { stride: 2, init: Init::KaimingUniform, ..Conv2d::new(3, 64, 3) }),
        RELU,
        pool(),
        fire(64, 16, 64),
        fire(128, 16, 64),
        pool(),
        fire(128, 32, 128),
        fire(256, 32, 128),
        pool(),
        fire(256, 48, 192),
        fire(384, 48, 192),
        fire(384, 64, 256),
        fire(512, 64, 256),
    ]);
    let last = Conv2d { init: Init::Normal(0.01), ..Conv2d::new(512, outputs, 1) };
    let mut classifier = vec![
        child(0, Module::Dropout { p: dropout.unwrap_or(0.5) }),
        child(1, Module::Conv2d(last)),
    ];
    // A single logit must be able to say no.
    if outputs > 1 {
        classifier.push(child(2, RELU));
    }
    classifier.push(child(3, Module::GlobalAvgPool2d));
    Ok(Module::chain(vec![
        child("features", features),
        child("classifier", Module::chain(classifier)),
        nameless(Module::Flatten),
    ]))
}

/// Few channels, and from them twice `expand` through kernels of two sizes.
fn fire(inputs: i64, squeeze: i64, expand: i64) -> Module {
    let conv = |inputs, outputs, kernel| {
        let (padding, init) = ((kernel - 1) / 2, Init::KaimingUniform);
        Module::Conv2d(Conv2d { padding, init, ..Conv2d::new(inputs, outputs, kernel) })
    };
    let branch = |name: &str, kernel| {
        let activation = format!("{name}_activation");
        let layer = child(name, conv(squeeze, expand, kernel));
        nameless(Module::chain(vec![layer, child(activation, RELU)]))
    };
    let branches = vec![branch("expand1x1", 1), branch("expand3x3", 3)];
    let children = vec![
        child("squeeze", conv(inputs, squeeze, 1)),
        child("squeeze_activation", RELU),
        nameless(Module::Block { class: None, children: branches, wiring: Wiring::Branches }),
    ];
    Module::Block { class: Some("Fire"), children, wiring: Wiring::Chain }
}
