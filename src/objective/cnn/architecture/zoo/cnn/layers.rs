//! A network of any depth and width: convolutions, then linear layers.

use super::super::{Task, child};
use super::{CnnModel, NormPlace, Pooling};
use crate::objective::cnn::architecture::{Child, Conv2d, Module, ShapeError};

/// `features` of blocks, `head` of linear layers; the last layer has the outputs.
///
/// # Errors
/// [`ShapeError`] if nothing is left of an image of this size.
pub(crate) fn cnn(model: &CnnModel, task: &Task) -> Result<Module, ShapeError> {
    let mut inputs = 3;
    let blocks = model.channels.each().into_iter().enumerate().map(|(index, outputs)| {
        let block = block(model, inputs, outputs);
        inputs = outputs;
        child(index, block)
    });
    let features = Module::chain(blocks.collect());
    let shape = features.trace(&[3, task.image_size, task.image_size]);
    let (shape, _) = shape.map_err(|_| task.too_small("features", "Sequential"))?;
    let mut parts = vec![child("features", features)];
    let mut inputs = if model.global_pooling {
        parts.push(child("pool", Module::GlobalAvgPool2d));
        shape[0]
    } else {
        shape.iter().product()
    };
    parts.push(child("flatten", Module::Flatten));
    let mut head = Vec::new();
    for (index, width) in model.head.iter().copied().enumerate() {
        head.push(child(format!("linear{index}"), linear(model, inputs, width)));
        head.push(child(format!("activation{index}"), Module::Activation(model.activation)));
        head.extend(dropout(model, &format!("dropout{index}")));
        inputs = width;
    }
    if model.head.is_empty() {
        head.extend(dropout(model, "dropout"));
    }
    head.push(child("output", linear(model, inputs, task.outputs)));
    parts.push(child("head", Module::chain(head)));
    Ok(Module::chain(parts))
}

/// Convolution, normalisation and activation in either order, pooling.
fn block(model: &CnnModel, inputs: i64, outputs: i64) -> Module {
    let conv = Conv2d {
        padding: model.kernel / 2,
        // Normalisation right after would take it away again.
        bias: model.batch_norm != NormPlace::Before,
        init: model.init,
        ..Conv2d::new(inputs, outputs, model.kernel)
    };
    let norm = child("norm", Module::BatchNorm2d { features: outputs });
    let activation = child("activation", Module::Activation(model.activation));
    let mut parts = vec![child("conv", Module::Conv2d(conv))];
    match model.batch_norm {
        NormPlace::None => parts.push(activation),
        NormPlace::Before => parts.extend([norm, activation]),
        NormPlace::After => parts.extend([activation, norm]),
    }
    match model.pooling {
        Pooling::Max => parts.push(child(
            "pool",
            Module::MaxPool2d { kernel: 2, stride: 2, padding: 0, ceil: false },
        )),
        Pooling::Average => parts.push(child("pool", Module::AvgPool2d { kernel: 2 })),
        Pooling::None => {}
    }
    Module::chain(parts)
}

fn linear(model: &CnnModel, inputs: i64, outputs: i64) -> Module {
    Module::Linear { inputs, outputs, init: model.init }
}

fn dropout(model: &CnnModel, name: &str) -> Option<Child> {
    (model.dropout > 0.0).then(|| child(name, Module::Dropout { p: model.dropout }))
}
