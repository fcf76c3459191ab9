//! Networks as layers: what they are made of, without a number computed.
//!
//! A [`Module`] is plain data, so that a network can be described, counted and checked without libtorch.
//!
//! | file | holds |
//! | --- | --- |
//! | `settings` | a network as a user chooses it |
//! | `module` | layers and blocks of them |
//! | `tensors` | the tensors they need, by PyTorch's names |
//! | `shape` | what becomes of an image's shape on the way |
//! | `summary` | the same as a table, as torchsummary prints it |
//! | `zoo` | the networks there are |

mod module;
mod settings;
mod shape;
mod summary;
mod tensors;
mod zoo;

pub use module::{Activation, Child, Conv2d, Init, Module, Wiring};
pub use settings::{
    Channels, CnnModel, ModelKind, ModelSettings, NormPlace, Pooling, Pretrained, Trainable,
};
pub use shape::{LayerSummary, ShapeError};
pub use summary::ModelSummary;
#[cfg(feature = "cli")]
pub(crate) use summary::grouped;
pub use tensors::{Role, Start, TensorSpec, parameter_count};

use zoo::Bottleneck;

impl ModelSettings {
    /// The network for images of `image_size` × `image_size` pixels with `outputs` logits.
    ///
    /// # Errors
    /// [`ShapeError`] if the images are too small for it.
    pub fn module(&self, image_size: u32, outputs: i64) -> Result<Module, ShapeError> {
        let side = i64::from(image_size);
        let too_small = |layer: &str, class| ShapeError::TooSmall {
            layer: layer.to_owned(),
            class,
            input: vec![3, side, side],
        };
        let dropout = self.dropout;
        let module = match &self.kind {
            ModelKind::Bitmoji if image_size < 14 => return Err(too_small("main.5", "MaxPool2d")),
            ModelKind::Bitmoji => zoo::bitmoji(side, outputs),
            ModelKind::Cnn(model) => {
                zoo::cnn(model, side, outputs).ok_or_else(|| too_small("features", "Sequential"))?
            }
            ModelKind::ResNet18 => zoo::resnet([2, 2, 2, 2], Bottleneck::No, dropout, outputs),
            ModelKind::ResNet34 => zoo::resnet([3, 4, 6, 3], Bottleneck::No, dropout, outputs),
            ModelKind::ResNet50 => zoo::resnet([3, 4, 6, 3], Bottleneck::Yes, dropout, outputs),
            ModelKind::DenseNet121 => zoo::densenet121(dropout, outputs),
            ModelKind::SqueezeNet1_1 => zoo::squeezenet1_1(dropout, outputs),
            ModelKind::MobileNetV2 => zoo::mobilenet_v2(dropout, outputs),
            ModelKind::EfficientNetB0 => zoo::efficientnet_b0(dropout, outputs),
        };
        module.trace(&[3, side, side])?;
        Ok(module)
    }
}
