//! A logistic regression on what comes to a model's last layer.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tch::{TchError, Tensor};
use thiserror::Error;

use super::logistic::Features;
use crate::data::{DataError, FolderError, ImageFolder};
use crate::evaluation::EvaluationError;
use crate::model_file::TrainedCnn;
use crate::state_dict::{Checkpoint, StateDictError};

/// What comes to a model's last layer for the images of a folder.
#[derive(Debug)]
pub struct FolderFeatures {
    /// The folder.
    pub folder: PathBuf,
    /// Names of its classes.
    pub classes: Vec<String>,
    /// The files that could be read.
    pub files: Vec<PathBuf>,
    /// The class of each.
    pub labels: Vec<usize>,
    /// A row each.
    pub features: Features,
    /// Why the others were left out.
    pub left_out: Vec<DataError>,
}

/// Why there are no features.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The folder is not as it should be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The model makes nothing of the images.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// Every image is damaged.
    #[error("no image in {} could be read", folder.display())]
    NothingRead {
        /// The folder.
        folder: PathBuf,
    },
    /// A label would mean different things in the two folders.
    #[error(
        "{} has the classes {}, but {} has {}",
        train.display(), train_classes.join(", "), other.display(), other_classes.join(", ")
    )]
    ClassesDiffer {
        /// The folder to learn from.
        train: PathBuf,
        /// Its classes.
        train_classes: Vec<String>,
        /// The folder to measure on.
        other: PathBuf,
        /// Its classes.
        other_classes: Vec<String>,
    },
    /// The features cannot be written.
    #[error(transparent)]
    File(#[from] StateDictError),
    /// libtorch reports something, such as no memory.
    #[error("{0}")]
    Torch(#[from] TchError),
}

impl FolderFeatures {
    /// The features of a folder's images.
    ///
    /// # Errors
    /// [`ProbeError`].
    pub fn extract(model: &TrainedCnn, folder: &Path) -> Result<Self, ProbeError> {
        let found = ImageFolder::scan(folder)?;
        let all: Vec<PathBuf> = found.samples.iter().map(|(file, _)| file.clone()).collect();
        let (mut files, mut labels, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (mut columns, mut left_out) = (1, Vec::new());
        for ((file, label), answer) in found.samples.into_iter().zip(model.features(&all)?) {
            match answer {
                Ok(row) => {
                    columns = row.len();
                    files.push(file);
                    labels.push(label);
                    values.extend(row);
                }
                Err(error) => left_out.push(error),
            }
        }
        let (folder, classes) = (folder.to_owned(), found.classes);
        if files.is_empty() {
            return Err(ProbeError::NothingRead { folder });
        }
        let features = Features::new(columns, values);
        Ok(Self { folder, classes, files, labels, features, left_out })
    }

    /// Checks that another folder has the same classes.
    ///
    /// # Errors
    /// [`ProbeError::ClassesDiffer`].
    pub fn check_classes(&self, other: &Self) -> Result<(), ProbeError> {
        if self.classes == other.classes {
            return Ok(());
        }
        Err(ProbeError::ClassesDiffer {
            train: self.folder.clone(),
            train_classes: self.classes.clone(),
            other: other.folder.clone(),
            other_classes: other.classes.clone(),
        })
    }

    /// Writes features (n × k), labels (n) and files of all parts, one after the other, as safetensors.
    ///
    /// # Errors
    /// [`ProbeError::File`], [`ProbeError::Torch`].
    pub fn write<'a>(parts: impl Iterator<Item = &'a Self>, path: &Path) -> Result<(), ProbeError> {
        let (mut rows, mut labels, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let (mut columns, mut classes) = (1, Value::Null);
        for part in parts {
            columns = part.features.columns();
            classes = json!(part.classes);
            rows.extend(part.features.rows().flatten().map(|x| *x as f32));
            labels.extend(part.labels.iter().map(|label| *label as i64));
            files.extend(part.files.iter().map(|file| file.to_string_lossy().into_owned()));
        }
        let features = Tensor::f_from_slice(&rows)?.f_view([-1, columns as i64])?;
        let labels = Tensor::f_from_slice(&labels)?;
        let tensors = [("features", features), ("labels", labels)].into_iter().collect();
        let state = json!({ "classes": classes, "files": files });
        Ok(Checkpoint { tensors, state }.write(path)?)
    }
}
