//! A network of any depth and width: convolutions, then linear layers.

mod layers;
mod read;
mod settings;

pub(super) use layers::cnn;
pub(super) use read::{KEYS, read, write};
pub use settings::{Channels, CnnModel, NormPlace, Pooling};
