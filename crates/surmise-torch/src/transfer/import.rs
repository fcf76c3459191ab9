//! A network with the weights of others, such as torchvision's.

use surmise::objective::cnn::{DataSettings, IMAGENET, ModelKind, ModelSettings, Transform};
use tch::{Device, TchError, Tensor};
use thiserror::Error;

use crate::network::{Network, NetworkError, TakeError};
use crate::state_dict::StateDict;

/// Why weights make no network.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is no such network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The weights are those of another network.
    #[error(transparent)]
    Weights(#[from] TakeError),
    /// libtorch reports something, such as no memory.
    #[error("{0}")]
    Torch(#[from] TchError),
}

/// The network for images of `image_size` × `image_size` pixels and so many classes, with weights under
/// torchvision's names. Of a DenseNet the names before torchvision 0.3 are known, too; and two outputs,
/// as others train them for two classes, become one.
///
/// # Errors
/// [`ImportError`].
pub fn import_weights(
    found: StateDict,
    model: &ModelSettings,
    image_size: u32,
    classes: usize,
) -> Result<Network, ImportError> {
    let found = match model.kind {
        ModelKind::DenseNet121 => with_new_names(&found),
        _ => found,
    };
    let mut network = Network::blank(model, image_size, classes, Device::Cpu)?;
    let found = match model.kind {
        // A ReLU comes after the last convolution.
        ModelKind::SqueezeNet1_1 => found,
        _ if classes == 2 => with_one_output(&found, &network)?,
        _ => found,
    };
    network.take(&found)?;
    Ok(network)
}

/// The middle of an image, normalised: what torchvision's networks were trained for.
pub fn as_torchvision(image_size: u32) -> DataSettings {
    let mut data = DataSettings::new("", "", image_size);
    let (mean, std) = IMAGENET;
    data.transforms = vec![
        // 256 for 224, as torchvision does.
        Transform::Resize { size: image_size * 8 / 7 },
        Transform::CenterCrop { size: image_size },
        Transform::Normalize { mean, std },
    ];
    data
}

/// Names of ImageNet's 1,000 classes, in the order of the outputs.
pub fn imagenet_classes() -> Vec<String> {
    tch::vision::imagenet::CLASSES.map(str::to_owned).to_vec()
}

/// Of two outputs, as others train them for two classes, their difference: the probabilities are the
/// same.
fn with_one_output(found: &StateDict, network: &Network) -> Result<StateDict, TchError> {
    let head = network.module().parts().pop().unwrap_or_default();
    let difference = |(name, tensor): (&str, &Tensor)| {
        let two = tensor.size().first() == Some(&2);
        let tensor = if two && head.iter().any(|spec| spec.name == name) {
            tensor.f_narrow(0, 1, 1)?.f_sub(&tensor.f_narrow(0, 0, 1)?)?
        } else {
            tensor.shallow_clone()
        };
        Ok((name.to_owned(), tensor))
    };
    found.iter().map(difference).collect()
}

/// Of a DenseNet saved before torchvision 0.3: `denselayer1.norm.1.weight` is now
/// `denselayer1.norm1.weight`.
fn with_new_names(found: &StateDict) -> StateDict {
    let renamed = |(name, tensor): (&str, &Tensor)| {
        let mut name = name.to_owned();
        for layer in ["norm", "conv"] {
            for number in [1, 2] {
                name = name.replace(&format!(".{layer}.{number}."), &format!(".{layer}{number}."));
            }
        }
        (name, tensor.shallow_clone())
    };
    found.iter().map(renamed).collect()
}
