//! DenseNet (Huang et al. 2016, arXiv 1608.06993).

use super::super::{Init, Module, ShapeError, Wiring};
use super::{RELU, Task, child, conv, extra_dropout, nameless};

/// Channels that a layer adds.
const GROWTH: i64 = 32;
/// Channels between a layer's two convolutions.
const MIDDLE: i64 = 4 * GROWTH;

/// DenseNet-121.
pub(super) fn densenet121(task: &Task) -> Result<Module, ShapeError> {
    let Task { dropout, outputs, .. } = *task;
    let mut channels = 64;
    let mut features = vec![
        child("conv0", unbiased(3, channels, 7, 2)),
        child("norm0", Module::BatchNorm2d { features: channels }),
        child("relu0", RELU),
        child("pool0", Module::MaxPool2d { kernel: 3, stride: 2, padding: 1, ceil: false }),
    ];
    let blocks = [6, 12, 24, 16];
    for (index, layers) in blocks.into_iter().enumerate() {
        let layers = (1..=layers).map(|layer| {
            let inputs = channels;
            channels += GROWTH;
            child(format!("denselayer{layer}"), dense_layer(inputs))
        });
        let children = layers.collect();
        let (class, wiring) = (Some("_DenseBlock"), Wiring::Chain);
        let block = Module::Block { class, children, wiring };
        features.push(child(format!("denseblock{}", index + 1), block));
        if index + 1 < blocks.len() {
            let transition = vec![
                child("norm", Module::BatchNorm2d { features: channels }),
                child("relu", RELU),
                child("conv", unbiased(channels, channels / 2, 1, 1)),
                child("pool", Module::AvgPool2d { kernel: 2 }),
            ];
            features.push(child(format!("transition{}", index + 1), Module::chain(transition)));
            channels /= 2;
        }
    }
    features.push(child("norm5", Module::BatchNorm2d { features: channels }));
    let mut parts = vec![
        child("features", Module::chain(features)),
        nameless(RELU),
        nameless(Module::GlobalAvgPool2d),
        nameless(Module::Flatten),
    ];
    parts.extend(extra_dropout(dropout));
    let classifier = Module::Linear { inputs: channels, outputs, init: Init::DefaultZeroBias };
    parts.push(child("classifier", classifier));
    Ok(Module::chain(parts))
}

fn unbiased(inputs: i64, outputs: i64, kernel: i64, stride: i64) -> Module {
    Module::Conv2d(conv(inputs, outputs, kernel, stride, Init::KaimingNormalIn))
}

fn dense_layer(inputs: i64) -> Module {
    let children = vec![
        child("norm1", Module::BatchNorm2d { features: inputs }),
        child("relu1", RELU),
        child("conv1", unbiased(inputs, MIDDLE, 1, 1)),
        child("norm2", Module::BatchNorm2d { features: MIDDLE }),
        child("relu2", RELU),
        child("conv2", unbiased(MIDDLE, GROWTH, 3, 1)),
    ];
    Module::Block { class: Some("_DenseLayer"), children, wiring: Wiring::Dense }
}
