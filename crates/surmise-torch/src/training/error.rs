//! Why training ended without a result.

use surmise::objective::cnn::architecture::ShapeError;
use tch::TchError;
use thiserror::Error;

use crate::data::DataError;
use crate::failure::sorted;
use crate::network::NetworkError;
use crate::state_dict::StateDictError;

/// Why training ended without a result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The loss is not a number or infinite: the learning rate is too high, as a rule.
    #[error("training diverged: the loss in epoch {epoch} is not finite")]
    Diverged {
        /// The epoch, counted from 1.
        epoch: u32,
    },
    /// Memory ran out, on the host or the device.
    #[error("out of memory: {message}")]
    OutOfMemory {
        /// libtorch's words.
        message: String,
    },
    /// The images are too small for the network.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The weights to begin with cannot be had.
    #[error(transparent)]
    Weights(#[from] StateDictError),
    /// An image could be read before, and no longer can.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Batches that must be full, and too few images for one.
    #[error(
        "{images} images to learn from fill no batch of {batch_size}, and `drop_last` leaves out what does not fill one"
    )]
    NoBatch {
        /// How many there are.
        images: usize,
        /// How many a batch takes.
        batch_size: usize,
    },
    /// A checkpoint is of another training.
    #[error("the checkpoint is not of this training: {reason}")]
    OtherTraining {
        /// How that shows.
        reason: String,
    },
    /// Anything else that libtorch reports.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

impl From<NetworkError> for TrainError {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::OutOfMemory { message } => Self::OutOfMemory { message },
            NetworkError::Torch { message } => Self::Torch { message },
            NetworkError::Shape(error) => Self::Shape(error),
        }
    }
}

impl From<TchError> for TrainError {
    fn from(error: TchError) -> Self {
        sorted(&error, |message| Self::OutOfMemory { message }, |message| Self::Torch { message })
    }
}
