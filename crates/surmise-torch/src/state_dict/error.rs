//! What can go wrong with a file of weights.

use std::io;
use std::path::{Path, PathBuf};

use tch::TchError;
use thiserror::Error;

use super::Mismatch;
use super::names::plain;
use crate::failure::message;

/// Why weights could not be read, written or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateDictError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written, or not of these tensors: of sparse ones, of complex numbers. One
    /// that was there before is as it was.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The suffix names no format to write.
    #[error(
        "cannot tell the format of {} by its suffix: .pt and .pth are PyTorch's, .safetensors is \
         safetensors", path.display()
    )]
    Suffix {
        /// The file.
        path: PathBuf,
    },
    /// The content is of no format that is known.
    #[error("{} is neither a PyTorch file (torch.save) nor safetensors", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A bare pickle, as PyTorch before 1.6 wrote it.
    #[error(
        "{} is in PyTorch's old format (a bare pickle); load and save it again with PyTorch 1.6 or \
         later: torch.save(torch.load(path, weights_only=True), path)", path.display()
    )]
    Legacy {
        /// The file.
        path: PathBuf,
    },
    /// Compiled code and its weights.
    #[error(
        "{} is a TorchScript archive (torch.jit.save), a program rather than weights; save its \
         weights alone: torch.save(torch.jit.load(path).state_dict(), other)", path.display()
    )]
    TorchScript {
        /// The file.
        path: PathBuf,
    },
    /// The pickle names a class or function that no file of weights needs: it holds a whole module,
    /// or code.
    #[error(
        "{} refused: it calls `{name}`, and nothing in a pickle is ever executed; save weights \
         alone: torch.save(model.state_dict(), path)", path.display()
    )]
    Refused {
        /// The file.
        path: PathBuf,
        /// The class or function, with its module.
        name: String,
    },
    /// The file is damaged, or made by something else than it seems.
    #[error("{} is damaged or not understood: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file is whole, but holds something else.
    #[error("{} holds no state dict (tensors by name): {reason}", path.display())]
    NoStateDict {
        /// The file.
        path: PathBuf,
        /// What it holds.
        reason: String,
    },
    /// The file is whole, but holds weights without a state to go on from.
    #[error("{} is no checkpoint: it may hold weights, but no state of training", path.display())]
    NoCheckpoint {
        /// The file.
        path: PathBuf,
    },
    /// libtorch could not make, copy or read a tensor.
    #[error("the weights in {}: {reason}", path.display())]
    Torch {
        /// The file.
        path: PathBuf,
        /// Why, in libtorch's words.
        reason: String,
    },
    /// The weights are another network's.
    #[error("the weights in {} do not fit the network: {mismatch}", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Which do not.
        mismatch: Mismatch,
    },
}

impl StateDictError {
    /// libtorch's error about the weights of a file.
    pub(crate) fn torch(path: &Path, error: &TchError) -> Self {
        Self::Torch { path: path.to_owned(), reason: message(error) }
    }
}

/// An error that does not know its file yet.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    UnknownFormat,
    Legacy,
    TorchScript,
    Refused(String),
    Malformed(String),
    NoStateDict(String),
    NoCheckpoint,
    Unwritable(String),
    Torch(TchError),
}

impl Fault {
    pub(super) fn malformed<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self::Malformed(reason.into()))
    }

    pub(super) fn in_reading(self, path: &Path) -> StateDictError {
        let path = path.to_owned();
        match self {
            // What the zip and the pickle are read from is whole or it is not.
            Self::Io(source)
                if matches!(
                    source.kind(),
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::InvalidData
                        | io::ErrorKind::InvalidInput
                ) =>
            {
                StateDictError::Malformed { path, reason: source.to_string() }
            }
            Self::Io(source) => StateDictError::Unreadable { path, source },
            Self::UnknownFormat => StateDictError::UnknownFormat { path },
            Self::Legacy => StateDictError::Legacy { path },
            Self::TorchScript => StateDictError::TorchScript { path },
            Self::Refused(name) => StateDictError::Refused { path, name },
            // Other crates' words may hold the file's.
            Self::Malformed(reason) => {
                StateDictError::Malformed { path, reason: plain(&reason, 300) }
            }
            Self::NoStateDict(reason) => StateDictError::NoStateDict { path, reason },
            Self::NoCheckpoint => StateDictError::NoCheckpoint { path },
            Self::Unwritable(reason) => {
                let source = io::Error::new(io::ErrorKind::InvalidInput, reason);
                StateDictError::Unwritable { path, source }
            }
            Self::Torch(error) => StateDictError::torch(&path, &error),
        }
    }

    pub(super) fn in_writing(self, path: &Path) -> StateDictError {
        match self {
            Self::Io(source) => StateDictError::Unwritable { path: path.to_owned(), source },
            other => other.in_reading(path),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<TchError> for Fault {
    fn from(error: TchError) -> Self {
        Self::Torch(error)
    }
}

impl From<zip::result::ZipError> for Fault {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => Self::Io(error),
            other => Self::Malformed(other.to_string()),
        }
    }
}
