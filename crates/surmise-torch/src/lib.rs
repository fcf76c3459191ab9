//! CNNs for surmise: image folders, networks, training with libtorch, explanations, and the objective
//! that trains one for every trial.
//!
//! The library knows nothing of studies and trials but in [`CnnObjective`]: it takes the plain settings of
//! [`surmise::objective::cnn`], which are here, too, and a seed, and tells what each epoch measured.
//!
//! # The map
//!
//! Modules in layers; each uses only those below it.
//!
//! | module | holds |
//! | --- | --- |
//! | `cli` | the commands that need libtorch, one file each, and the way to them |
//! | [`objective`] | training a CNN for every trial |
//! | [`transfer`] | what others have trained: their weights, logistic regression on features |
//! | [`explain`] | what a network's answer rests on: attributions, maps, reports of them |
//! | `evaluation` | what a trained CNN makes of images, and how well it does |
//! | `model_file` | a trained CNN in a file: its weights, and what they were trained for |
//! | `training` | epochs, optimizers, what is measured |
//! | `network` | a network's weights, and images through it |
//! | `data` | image folders, and their images batch by batch |
//! | `transform` | what happens to an image on its way to the network |
//! | `state_dict` | tensors by name, in PyTorch's files and safetensors |
//! | `runtime` | libtorch itself: CUDA loaded where found, devices, threads |
//! | `failure`, `allocator` | libtorch's errors, read; memory kept between steps |

#![warn(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]
// A closed pipe must not panic: use `writeln!`.
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod explain;
pub mod objective;
pub mod transfer;

mod allocator;
mod cli;
mod data;
mod evaluation;
mod failure;
mod model_file;
mod network;
mod runtime;
mod state_dict;
mod training;
mod transform;

#[doc(hidden)]
pub use cli::Torch;
pub use data::{
    DataError, Draws, FolderError, ImageError, ImageFolder, ImageSet, Kept, Parts, TrainingData,
    image_size, is_image, load_rgb, test_images,
};
pub use evaluation::{Answer, Evaluation, EvaluationError, JudgedImage, most_probable};
pub use model_file::{
    ModelFileError, Provenance, TrainedCnn, read_checkpoint, write_checkpoint, write_model,
};
pub use network::{Network, NetworkError, TakeError};
pub use objective::CnnObjective;
pub use runtime::{CudaLoad, DeviceError, RuntimeInfo, load_cuda, resolve_device};
pub use state_dict::{Checkpoint, Fit, Mismatch, Misshapen, StateDict, StateDictError};
pub use surmise::objective::cnn::{
    Cache, Channels, CnnModel, CnnSettings, Corrupt, Course, DataSettings, DataSource,
    DeviceChoice, EarlyStopping, IMAGENET, ModelKind, ModelSettings, NormPlace, OptimizerKind,
    OptimizerSettings, Pipeline, Pooling, Precision, Pretrained, Schedule, SettingsError,
    Trainable, Transform, Watched, architecture,
};
pub use training::{
    BestEpoch, EpochReport, Learner, Metrics, Optimizer, OptimizerState, RestoreError, Step,
    TrainError, Trainer, train,
};
pub use transform::{Pixels, TransformError, draws};
