//! MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381).

use super::super::{Activation, Conv2d, Init, Module, ShapeError, Wiring};
use super::{Task, child, conv, nameless, numbered};

/// Expansion, channels, blocks and first stride of each stage: the paper's table 2.
const STAGES: [(i64, i64, usize, i64); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

/// MobileNetV2 of width 1; torchvision's dropout is 0.2.
pub(super) fn mobilenet_v2(task: &Task) -> Result<Module, ShapeError> {
    let Task { dropout, outputs, .. } = *task;
    let mut features = vec![norm_relu6(3, 32, 3, 2, 1)];
    let mut inputs = 32;
    for (expansion, channels, blocks, stride) in STAGES {
        for at in 0..blocks {
            let stride = if at == 0 { stride } else { 1 };
            features.push(inverted_residual(inputs, channels, stride, expansion));
            inputs = channels;
        }
    }
    features.push(norm_relu6(inputs, 1280, 1, 1, 1));
    let classifier = numbered([
        Module::Dropout { p: dropout.unwrap_or(0.2) },
        Module::Linear { inputs: 1280, outputs, init: Init::Normal(0.01) },
    ]);
    Ok(Module::chain(vec![
        child("features", numbered(features)),
        nameless(Module::GlobalAvgPool2d),
        nameless(Module::Flatten),
        child("classifier", classifier),
    ]))
}

/// A convolution, batch normalisation, ReLU6.
fn norm_relu6(inputs: i64, outputs: i64, kernel: i64, stride: i64, groups: i64) -> Module {
    let conv = conv(inputs, outputs, kernel, stride, Init::KaimingNormalOut);
    numbered([
        Module::Conv2d(Conv2d { groups, ..conv }),
        Module::BatchNorm2d { features: outputs },
        Module::Activation(Activation::Relu6),
    ])
}

fn inverted_residual(inputs: i64, outputs: i64, stride: i64, expansion: i64) -> Module {
    let hidden = inputs * expansion;
    let mut layers = Vec::new();
    if expansion != 1 {
        layers.push(norm_relu6(inputs, hidden, 1, 1, 1));
    }
    layers.push(norm_relu6(hidden, hidden, 3, stride, hidden));
    layers.push(Module::Conv2d(conv(hidden, outputs, 1, 1, Init::KaimingNormalOut)));
    layers.push(Module::BatchNorm2d { features: outputs });
    let wiring = if stride == 1 && inputs == outputs {
        Wiring::Residual { shortcut: Vec::new(), then: None }
    } else {
        Wiring::Chain
    };
    let children = vec![child("conv", numbered(layers))];
    Module::Block { class: Some("InvertedResidual"), children, wiring }
}
