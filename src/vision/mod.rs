//! Image folders, the network and its training, through libtorch.
//!
//! Knows nothing of studies and trials: it takes plain [settings](CnnSettings) and a seed, and
//! tells what each epoch measured. Only [`settings`] and [`environment`] are here without the
//! feature `torch`, so that a study reads and checks the same in every build.
//!
//! | file | holds |
//! | --- | --- |
//! | [`settings`] | what a user writes, and its ranges |
//! | [`environment`] | the variables for the workers that train |
//! | `folder` | image folders: classes and files, as torchvision's `ImageFolder` |
//! | `image` | one file → RGB bytes of the network's size |
//! | `data` | a folder in memory, on the device, batched by index |
//! | `network` | the network, its initialisation, its weights in a file |
//! | `pool` | max pooling |
//! | `adam` | the optimizer |
//! | `allocator` | memory kept between steps |
//! | `train` | epochs, metrics, what can go wrong |
//! | `failure` | libtorch's errors, read |
//! | `runtime` | libtorch itself: CUDA loaded where found, devices, threads |

pub mod environment;
pub mod settings;

#[cfg(feature = "torch")]
mod adam;
#[cfg(feature = "torch")]
mod allocator;
#[cfg(feature = "torch")]
mod data;
#[cfg(feature = "torch")]
mod failure;
#[cfg(feature = "torch")]
mod folder;
#[cfg(feature = "torch")]
mod image;
#[cfg(feature = "torch")]
mod network;
#[cfg(feature = "torch")]
mod pool;
#[cfg(feature = "torch")]
mod runtime;
#[cfg(feature = "torch")]
mod train;

pub use settings::{
    CnnSettings, DataSettings, DeviceChoice, ModelName, OptimizerKind, OptimizerSettings,
    SettingsError,
};

#[cfg(feature = "torch")]
pub use self::{
    data::{DataError, ImageSet, TrainingData},
    folder::{FolderError, ImageFolder},
    image::{ImageError, load_rgb},
    network::{Network, WeightsError},
    runtime::{CudaLoad, DeviceError, RuntimeInfo, load_cuda, resolve_device},
    train::{EpochReport, Learner, Metrics, TrainError, train},
};
