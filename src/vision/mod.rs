//! Image folders, the network and its training, through libtorch.
//!
//! Knows nothing of studies and trials: it takes plain [settings](CnnSettings) and a seed, and
//! tells what each epoch measured. Only [`settings`], the lists of [`transform`], the descriptions of [`model`],
//! [`logistic`] and [`environment`] are here without the feature `torch`, so that a study reads and checks the same in
//! every build.
//!
//! | file | holds |
//! | --- | --- |
//! | [`settings`] | what a user writes, and its ranges |
//! | [`environment`] | the variables for the workers that train |
//! | `folder` | image folders: classes and files, as torchvision's `ImageFolder` |
//! | `split` | one folder in three parts |
//! | [`transform`] | what happens to an image on its way to the network |
//! | `image` | one file → RGB bytes |
//! | `data` | the images of a folder, read once |
//! | `kept` | where they are kept: on the device, in memory, in their files |
//! | `batches` | an epoch of them, batch by batch |
//! | [`model`] | networks as plain data, and images through them |
//! | `network` | a network's weights: how they begin, where they are, in a file |
//! | `state_dict` | tensors by name, in PyTorch's files and safetensors |
//! | `pool` | max pooling |
//! | `optimizer` | SGD, Adam, AdamW, RMSprop |
//! | `allocator` | memory kept between steps |
//! | `patience` | early stopping |
//! | `learner` | a step of learning, a measurement |
//! | `train` | epochs, metrics, what can go wrong |
//! | `explain` | what a network's answer rests on: attributions, and maps of them |
//! | `predict` | probabilities of the classes of image files |
//! | [`logistic`] | logistic regression on features |
//! | `failure` | libtorch's errors, read |
//! | `runtime` | libtorch itself: CUDA loaded where found, devices, threads |

pub mod environment;
pub mod logistic;
pub mod model;
pub mod settings;
pub mod transform;

#[cfg(feature = "torch")]
pub mod explain;

#[cfg(feature = "torch")]
mod allocator;
#[cfg(feature = "torch")]
mod batches;
#[cfg(feature = "torch")]
mod data;
#[cfg(feature = "torch")]
mod failure;
#[cfg(feature = "torch")]
mod folder;
#[cfg(feature = "torch")]
mod image;
#[cfg(feature = "torch")]
mod kept;
#[cfg(feature = "torch")]
mod learner;
#[cfg(feature = "torch")]
mod network;
#[cfg(feature = "torch")]
mod optimizer;
#[cfg(feature = "torch")]
mod patience;
#[cfg(feature = "torch")]
mod pool;
#[cfg(feature = "torch")]
mod predict;
#[cfg(feature = "torch")]
mod runtime;
#[cfg(feature = "torch")]
mod split;
#[cfg(feature = "torch")]
mod state_dict;
#[cfg(feature = "torch")]
mod train;

pub use settings::{
    Cache, Channels, CnnModel, CnnSettings, Corrupt, Course, DataSettings, DataSource,
    DeviceChoice, EarlyStopping, ModelKind, ModelSettings, NormPlace, OptimizerKind,
    OptimizerSettings, Pooling, Precision, Pretrained, Schedule, SettingsError, Trainable, Watched,
};
pub use transform::{Pipeline, Transform};

#[cfg(feature = "torch")]
pub use self::{
    batches::Draws,
    data::{DataError, ImageSet, TrainingData},
    folder::{FolderError, ImageFolder, is_image},
    image::{ImageError, image_size, load_rgb},
    kept::Kept,
    learner::{Learner, Step},
    network::{Network, NetworkError, TakeError},
    optimizer::{Optimizer, OptimizerState, RestoreError},
    predict::Answer,
    runtime::{CudaLoad, DeviceError, RuntimeInfo, load_cuda, resolve_device},
    split::Parts,
    state_dict::{Checkpoint, Fit, Mismatch, Misshapen, StateDict, StateDictError},
    train::{EpochReport, Metrics, TrainError, Trainer, train},
    transform::{Pixels, draws},
};
