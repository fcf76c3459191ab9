//! Why a trained CNN makes nothing of images.

use std::path::PathBuf;

use surmise::objective::cnn::SettingsError;
use thiserror::Error;

use crate::data::FolderError;
use crate::training::TrainError;

/// Why a trained CNN makes nothing of images.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The model knows no class of this name.
    #[error("the model does not know a class `{class}`")]
    UnknownClass {
        /// The name.
        class: String,
        /// The classes it knows.
        known: Vec<String>,
    },
    /// A folder has a class that the model does not know.
    #[error("{} has a class `{class}` that the model does not know", folder.display())]
    UnknownFolder {
        /// The folder.
        folder: PathBuf,
        /// The class.
        class: String,
        /// The classes it knows.
        known: Vec<String>,
    },
    /// No image could be judged.
    #[error("no image in {} could be judged", folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder is not as it should be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Transforms cannot go before the model's own.
    #[error(transparent)]
    Transforms(#[from] SettingsError),
    /// libtorch reports something, such as no memory.
    #[error(transparent)]
    Torch(#[from] TrainError),
}
