//! ResNet (He et al. 2015, arXiv 1512.03385), in torchvision's form: of a bottleneck's convolutions the
//! middle one has the stride.

use super::super::{Activation, Child, Init, Module, ShapeError, Wiring};
use super::{RELU, Task, child, conv, extra_dropout, nameless, numbered};

/// What its blocks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bottleneck {
    /// Two convolutions of 3 × 3: ResNet-18 and 34.
    No,
    /// 1 × 1, 3 × 3, 1 × 1 to four times the channels: ResNet-50.
    Yes,
}

/// ResNet-18.
pub(super) fn resnet18(task: &Task) -> Result<Module, ShapeError> {
    Ok(resnet([2, 2, 2, 2], Bottleneck::No, task))
}

/// ResNet-34.
pub(super) fn resnet34(task: &Task) -> Result<Module, ShapeError> {
    Ok(resnet([3, 4, 6, 3], Bottleneck::No, task))
}

/// ResNet-50.
pub(super) fn resnet50(task: &Task) -> Result<Module, ShapeError> {
    Ok(resnet([3, 4, 6, 3], Bottleneck::Yes, task))
}

/// A ResNet with so many blocks in its four stages.
fn resnet(blocks: [usize; 4], bottleneck: Bottleneck, task: &Task) -> Module {
    let Task { dropout, outputs, .. } = *task;
    let mut parts = vec![
        child("conv1", unbiased(3, 64, 7, 2)),
        child("bn1", Module::BatchNorm2d { features: 64 }),
        child("relu", RELU),
        child("maxpool", Module::MaxPool2d { kernel: 3, stride: 2, padding: 1, ceil: false }),
    ];
    let mut inputs = 64;
    for (stage, count) in blocks.into_iter().enumerate() {
        let width = 64 << stage;
        let stride = if stage == 0 { 1 } else { 2 };
        let stage_blocks: Vec<Module> = (0..count)
            .map(|at| block(&mut inputs, width, if at == 0 { stride } else { 1 }, bottleneck))
            .collect();
        parts.push(child(format!("layer{}", stage + 1), numbered(stage_blocks)));
    }
    parts.push(child("avgpool", Module::GlobalAvgPool2d));
    parts.push(nameless(Module::Flatten));
    parts.extend(extra_dropout(dropout));
    parts.push(child("fc", Module::Linear { inputs, outputs, init: Init::Default }));
    Module::chain(parts)
}

fn unbiased(inputs: i64, outputs: i64, kernel: i64, stride: i64) -> Module {
    Module::Conv2d(conv(inputs, outputs, kernel, stride, Init::KaimingNormalOut))
}

/// A block; `inputs` becomes its number of outputs.
fn block(inputs: &mut i64, width: i64, stride: i64, bottleneck: Bottleneck) -> Module {
    let (class, outputs, convolutions) = match bottleneck {
        Bottleneck::No => {
            ("BasicBlock", width, vec![(*inputs, width, 3, stride), (width, width, 3, 1)])
        }
        Bottleneck::Yes => (
            "Bottleneck",
            4 * width,
            vec![(*inputs, width, 1, 1), (width, width, 3, stride), (width, 4 * width, 1, 1)],
        ),
    };
    let last = convolutions.len();
    let mut children: Vec<Child> = Vec::new();
    for (i, (from, to, kernel, stride)) in convolutions.into_iter().enumerate() {
        children.push(child(format!("conv{}", i + 1), unbiased(from, to, kernel, stride)));
        children.push(child(format!("bn{}", i + 1), Module::BatchNorm2d { features: to }));
        if i + 1 < last {
            children.push(child("relu", RELU));
        }
    }
    let shortcut = if stride == 1 && *inputs == outputs {
        Vec::new()
    } else {
        let features = outputs;
        let projection = unbiased(*inputs, outputs, 1, stride);
        vec![child("downsample", numbered([projection, Module::BatchNorm2d { features }]))]
    };
    *inputs = outputs;
    let then = Some(("relu", Activation::Relu));
    Module::Block { class: Some(class), children, wiring: Wiring::Residual { shortcut, then } }
}
