//! What training goes on from.

use std::fs::File;
use std::path::Path;

use serde_json::Value;

use super::error::Fault;
use super::{StateDict, StateDictError, atomic, safetensors};

/// The name of the state's text in the file.
const STATE: &str = "checkpoint";

/// What training goes on from, in one file: the tensors of the model and of its optimizer, and all
/// that is no tensor. Both come back to the last bit.
///
/// The file is safetensors with the state as JSON among its metadata, so that
/// [`StateDict::read`] and other programs read its tensors.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// Tensors by name, such as `model.main.0.weight` and `optimizer.mean`. Their order in the file
    /// is by size of number, the largest first, otherwise this.
    pub tensors: StateDict,
    /// Epoch, state of the random numbers, settings: whatever JSON holds. It knows no NaN and no
    /// infinity, which become null, and no whole numbers of more than 64 bits.
    pub state: Value,
}

impl Checkpoint {
    /// Reads a checkpoint. Every tensor comes on the CPU.
    ///
    /// # Errors
    /// [`StateDictError::NoCheckpoint`] for weights without a state; the others, naming the file,
    /// as for [`StateDict::read`].
    pub fn read(path: &Path) -> Result<Self, StateDictError> {
        let read = || {
            let (tensors, texts) = safetensors::read(File::open(path)?)?;
            let state = texts.get(STATE).ok_or(Fault::NoCheckpoint)?;
            let state = serde_json::from_str(state)
                .map_err(|error| Fault::Malformed(format!("its state: {error}")))?;
            Ok(Self { tensors, state })
        };
        read().map_err(|fault: Fault| fault.in_reading(path))
    }

    /// Writes the checkpoint, whatever the suffix. A file of that name is replaced once the new one
    /// is whole and on the disk: a crash leaves the one or the other. Equal checkpoints give equal
    /// bytes.
    ///
    /// # Errors
    /// [`StateDictError::Unwritable`], [`StateDictError::Torch`].
    pub fn write(&self, path: &Path) -> Result<(), StateDictError> {
        let texts = [(STATE.to_owned(), self.state.to_string())].into();
        atomic::write(path, |file| safetensors::write(file, &self.tensors.entries, texts))
            .map_err(|fault| fault.in_writing(path))
    }
}
