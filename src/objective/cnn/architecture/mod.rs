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
pub use settings::{ModelSettings, Pretrained, Trainable};
pub use shape::{LayerSummary, ShapeError};
pub use summary::ModelSummary;
#[cfg(feature = "cli")]
pub(crate) use summary::grouped;
pub use tensors::{Role, Start, TensorSpec, parameter_count};
pub(super) use zoo::Takes;
pub use zoo::{Channels, CnnModel, ModelKind, NormPlace, Pooling};
