//! Why there is no report.

use std::path::PathBuf;

use thiserror::Error;

use crate::data::{FolderError, ImageError};
use crate::evaluation::EvaluationError;
use crate::explain::{ExplainError, VisualizeError};

/// Why there is no report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The table of attributes cannot be read.
    #[error("cannot read the attributes in {}: {source}", path.display())]
    Unreadable {
        /// The table.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// The table lacks a column.
    #[error("{} has no column `{column}`", path.display())]
    NoColumn {
        /// The table.
        path: PathBuf,
        /// The column.
        column: String,
        /// The columns there are.
        known: Vec<String>,
    },
    /// The table says nothing about the images.
    #[error("{} has no attributes", path.display())]
    NoAttributes {
        /// The table.
        path: PathBuf,
    },
    /// Nothing is known about any image of the reference.
    #[error("no image of `{reference}` in {} is in {}", folder.display(), attributes.display())]
    NoReference {
        /// The reference's class.
        reference: String,
        /// The folder of images.
        folder: PathBuf,
        /// The table of attributes.
        attributes: PathBuf,
    },
    /// Every image of the reference is damaged.
    #[error("no image of `{reference}` can be read")]
    ReferenceUnreadable {
        /// The reference's class.
        reference: String,
    },
    /// The folder is not as it should be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// An image can no longer be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The model makes nothing of the images.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The model's answer cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// The numbers of an image make no picture.
    #[error(transparent)]
    Picture(#[from] VisualizeError),
}
