//! Which network.

use std::path::PathBuf;

use super::zoo::{ModelKind, Task, check_dropout};
use super::{Module, ShapeError, TensorSpec};
use crate::objective::cnn::error::{SettingsError, check};

/// A network, as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// Which one.
    pub kind: ModelKind,
    /// Dropout before the last layer, from 0 to below 1; by default torchvision's. `bitmoji` has none,
    /// and `cnn` its own.
    pub dropout: Option<f64>,
    /// Weights to begin with, in place of random ones.
    pub pretrained: Option<Pretrained>,
}

/// Weights to begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct Pretrained {
    /// A state dict of the same network, PyTorch's or safetensors. Its head counts only where it has
    /// the same shape and the same number of classes.
    pub weights: PathBuf,
    /// What is learnt of it.
    pub trainable: Trainable,
    /// Whether batch normalisation in frozen parts goes by the statistics that came with the weights.
    /// If not, it goes by each batch's, and goes on collecting them, as PyTorch's does unless it is
    /// told otherwise.
    pub frozen_statistics: bool,
}

/// What of a network is learnt, the last part first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trainable {
    /// Everything.
    #[default]
    All,
    /// The head, and so many parts before it; see
    /// [`Module::parts`](super::super::architecture::Module::parts).
    Last(usize),
}

impl From<ModelKind> for ModelSettings {
    fn from(kind: ModelKind) -> Self {
        Self { kind, dropout: None, pretrained: None }
    }
}

/// The most weights: 4 GB.
const MAX_WEIGHTS: i64 = 1_000_000_000;
/// The largest side of an image.
const MAX_IMAGE: u32 = 1024;

impl ModelSettings {
    /// The network for images of `image_size` × `image_size` pixels with `outputs` logits.
    ///
    /// # Errors
    /// [`ShapeError`] if the images are too small for it.
    pub fn module(&self, image_size: u32, outputs: i64) -> Result<Module, ShapeError> {
        let side = i64::from(image_size);
        let module =
            self.kind.module(&Task { image_size: side, outputs, dropout: self.dropout })?;
        module.trace(&[3, side, side])?;
        Ok(module)
    }

    /// The smallest `image_size` it can take, at most 1,024; `None` if that is too small, too.
    pub fn smallest_image(&self) -> Option<u32> {
        let (mut too_small, mut fits) = (0, MAX_IMAGE);
        if self.module(fits, 1).is_err() {
            return None;
        }
        while fits - too_small > 1 {
            let middle = (fits + too_small) / 2;
            match self.module(middle, 1) {
                Ok(_) => fits = middle,
                Err(ShapeError::TooSmall { .. } | ShapeError::Other { .. }) => too_small = middle,
            }
        }
        Some(fits)
    }

    pub(in crate::objective::cnn) fn validate(&self, image_size: u32) -> Result<(), SettingsError> {
        if let Some(dropout) = self.dropout {
            check_dropout(dropout)?;
        }
        self.kind.validate()?;
        if let Ok(module) = self.module(image_size, 1) {
            let weights: i64 = module.tensors().iter().map(TensorSpec::numel).sum();
            check(
                "model",
                format!("a network of {weights} weights"),
                weights <= MAX_WEIGHTS,
                || format!("at most {MAX_WEIGHTS}"),
            )?;
        }
        let fits = image_size <= MAX_IMAGE && self.module(image_size, 1).is_ok();
        check("data.image_size", image_size, fits, || match self.smallest_image() {
            Some(smallest) => format!("{smallest} to {MAX_IMAGE} pixels for {}", self.kind.name()),
            None => format!(
                "fewer blocks with pooling: no image is large enough for this {}",
                self.kind.name()
            ),
        })
    }
}
