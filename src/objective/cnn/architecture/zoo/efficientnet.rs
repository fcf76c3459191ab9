//! EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946).

use super::super::{Activation, Child, Conv2d, Init, Module, ShapeError, Wiring};
use super::{Task, child, conv, nameless, numbered};

/// Expansion, kernel, first stride, channels and blocks of each stage: the paper's table 1.
const STAGES: [(i64, i64, i64, i64, usize); 7] = [
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
];
/// How often the last block is left out; earlier ones less often, in proportion.
const STOCHASTIC_DEPTH: f64 = 0.2;

/// EfficientNet-B0; torchvision's dropout is 0.2.
pub(super) fn efficientnet_b0(task: &Task) -> Result<Module, ShapeError> {
    let Task { dropout, outputs, .. } = *task;
    let all: usize = STAGES.iter().map(|stage| stage.4).sum();
    let mut features = vec![norm_silu(3, 32, 3, 2, 1)];
    let (mut inputs, mut before) = (32, 0);
    for (expansion, kernel, stride, channels, blocks) in STAGES {
        let stage: Vec<Module> = (0..blocks)
            .map(|at| {
                let stride = if at == 0 { stride } else { 1 };
                let p = STOCHASTIC_DEPTH * before as f64 / all as f64;
                let block = mb_conv((inputs, channels), expansion, kernel, stride, p);
                (inputs, before) = (channels, before + 1);
                block
            })
            .collect();
        features.push(numbered(stage));
    }
    features.push(norm_silu(inputs, 1280, 1, 1, 1));
    // torchvision's bound is by the outputs, as the authors' was.
    let init = Init::Uniform(1.0 / (outputs as f64).sqrt());
    let classifier = numbered([
        Module::Dropout { p: dropout.unwrap_or(0.2) },
        Module::Linear { inputs: 1280, outputs, init },
    ]);
    Ok(Module::chain(vec![
        child("features", numbered(features)),
        child("avgpool", Module::GlobalAvgPool2d),
        nameless(Module::Flatten),
        child("classifier", classifier),
    ]))
}

fn unactivated(inputs: i64, outputs: i64, kernel: i64, stride: i64, groups: i64) -> [Module; 2] {
    let conv = conv(inputs, outputs, kernel, stride, Init::KaimingNormalOut);
    [Module::Conv2d(Conv2d { groups, ..conv }), Module::BatchNorm2d { features: outputs }]
}

/// A convolution, batch normalisation, SiLU.
fn norm_silu(inputs: i64, outputs: i64, kernel: i64, stride: i64, groups: i64) -> Module {
    let silu = Module::Activation(Activation::Silu);
    numbered(unactivated(inputs, outputs, kernel, stride, groups).into_iter().chain([silu]))
}

fn mb_conv(
    (inputs, outputs): (i64, i64),
    expansion: i64,
    kernel: i64,
    stride: i64,
    p: f64,
) -> Module {
    let hidden = inputs * expansion;
    let mut layers = Vec::new();
    if expansion != 1 {
        layers.push(norm_silu(inputs, hidden, 1, 1, 1));
    }
    layers.push(norm_silu(hidden, hidden, kernel, stride, hidden));
    layers.push(squeeze_excitation(hidden, inputs / 4));
    layers.push(numbered(unactivated(hidden, outputs, 1, 1, 1)));
    let mut children: Vec<Child> = vec![child("block", numbered(layers))];
    let mut wiring = Wiring::Chain;
    if stride == 1 && inputs == outputs {
        children.push(child("stochastic_depth", Module::StochasticDepth { p }));
        wiring = Wiring::Residual { shortcut: Vec::new(), then: None };
    }
    Module::Block { class: Some("MBConv"), children, wiring }
}

/// Channels weighed by what the whole image has of them (Hu et al. 2017, arXiv 1709.01507).
fn squeeze_excitation(channels: i64, squeezed: i64) -> Module {
    let conv = |inputs, outputs| {
        Module::Conv2d(Conv2d { init: Init::KaimingNormalOut, ..Conv2d::new(inputs, outputs, 1) })
    };
    let children = vec![
        child("avgpool", Module::GlobalAvgPool2d),
        child("fc1", conv(channels, squeezed)),
        child("activation", Module::Activation(Activation::Silu)),
        child("fc2", conv(squeezed, channels)),
        child("scale_activation", Module::Activation(Activation::Sigmoid)),
    ];
    Module::Block { class: Some("SqueezeExcitation"), children, wiring: Wiring::Gate }
}
