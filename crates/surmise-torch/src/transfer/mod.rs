//! What others have trained, put to use.
//!
//! | file | holds |
//! | --- | --- |
//! | `import` | a network with the weights of others |
//! | `probe` | a logistic regression on what comes to a model's last layer |
//! | [`logistic`] | logistic regression on features |

pub mod logistic;

mod import;
mod probe;

pub use import::{ImportError, as_torchvision, imagenet_classes, import_weights};
pub use probe::{FolderFeatures, ProbeError};
