//! Tensors by name, in the files that PyTorch and others keep weights in.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod` | [`StateDict`]: reading by content, writing by suffix |
//! | `checkpoint` | [`Checkpoint`]: what training goes on from |
//! | `compare` | found names and shapes against expected ones |
//! | `error` | what can go wrong, and its words |
//! | `names` | names from a file, fit for a message |
//! | `element` | the kinds of numbers: libtorch's, PyTorch's and safetensors' names for them |
//! | `pytorch` | `torch.save`'s zip, read and written; nothing in its pickle is executed |
//! | `safetensors` | safetensors, read and written |
//! | `atomic` | a file that is whole or not there |
//!
//! A file is taken for hostile: sizes are checked before memory is taken for them, and what is
//! unpacked is bounded by the file's length.

mod atomic;
mod checkpoint;
mod compare;
mod element;
mod error;
mod names;
mod pytorch;
mod safetensors;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use tch::Tensor;

pub use checkpoint::Checkpoint;
pub use compare::{Fit, Mismatch, Misshapen};
use error::Fault;
pub use error::StateDictError;
use safetensors::Texts;

/// Tensors by name, in an order: what PyTorch calls a state dict.
#[derive(Debug, Default)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    /// Where each name is in `entries`.
    places: HashMap<String, usize>,
}

impl StateDict {
    /// Reads a file of weights, whatever its suffix:
    ///
    /// - what `torch.save` of PyTorch 1.6 or later wrote, of a module's `state_dict()`, of any dict
    ///   of tensors by name, or of a checkpoint that keeps one under `state_dict`,
    ///   `model_state_dict` or `model`;
    /// - safetensors.
    ///
    /// Every tensor comes on the CPU, contiguous, in memory of its own and without gradients.
    ///
    /// # Errors
    /// [`StateDictError`], naming the file.
    pub fn read(path: &Path) -> Result<Self, StateDictError> {
        Self::read_content(path).map_err(|fault| fault.in_reading(path))
    }

    fn read_content(path: &Path) -> Result<Self, Fault> {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        file.by_ref().take(9).read_to_end(&mut start)?;
        file.rewind()?;
        match start[..] {
            [b'P', b'K', 3, 4, ..] => pytorch::read(file),
            // A pickle's protocol: what PyTorch wrote before it wrote zips.
            [0x80, 1..=5, ..] => Err(Fault::Legacy),
            // Eight bytes for the header's length, then JSON.
            [_, _, _, _, _, _, _, _, b'{'] => Ok(safetensors::read(file)?.0),
            _ => Err(Fault::UnknownFormat),
        }
    }

    /// Writes a file of the format that the suffix names: `.pt` and `.pth` as
    /// [`write_pytorch`](Self::write_pytorch), `.safetensors` as
    /// [`write_safetensors`](Self::write_safetensors).
    ///
    /// # Errors
    /// [`StateDictError::Suffix`], and the errors of the two.
    pub fn write(&self, path: &Path) -> Result<(), StateDictError> {
        let suffix = path.extension().map(|suffix| suffix.to_string_lossy().to_lowercase());
        match suffix.as_deref() {
            Some("pt" | "pth") => self.write_pytorch(path),
            Some("safetensors") => self.write_safetensors(path),
            _ => Err(StateDictError::Suffix { path: path.to_owned() }),
        }
    }

    /// Writes what `torch.load(path, weights_only=True)` reads as an `OrderedDict` of tensors on
    /// the CPU, in this order. A file of that name is replaced once the new one is whole. Equal
    /// tensors give equal bytes.
    ///
    /// # Errors
    /// [`StateDictError::Unwritable`], [`StateDictError::Torch`].
    pub fn write_pytorch(&self, path: &Path) -> Result<(), StateDictError> {
        atomic::write(path, |file| pytorch::write(file, &self.entries))
            .map_err(|fault| fault.in_writing(path))
    }

    /// Writes safetensors. A file of that name is replaced once the new one is whole. Equal
    /// tensors give equal bytes.
    ///
    /// # Errors
    /// [`StateDictError::Unwritable`], [`StateDictError::Torch`].
    pub fn write_safetensors(&self, path: &Path) -> Result<(), StateDictError> {
        atomic::write(path, |file| safetensors::write(file, &self.entries, Texts::new()))
            .map_err(|fault| fault.in_writing(path))
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.places.get(name).map(|&place| &self.entries[place].1)
    }

    /// Names and tensors, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// A name that comes again takes the later tensor in the earlier place, as in a Python dict.
impl<S: Into<String>> FromIterator<(S, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (S, Tensor)>>(named: I) -> Self {
        let mut dict = Self::default();
        for (name, tensor) in named {
            let name = name.into();
            match dict.places.get(&name) {
                Some(&place) => dict.entries[place].1 = tensor,
                None => {
                    dict.places.insert(name.clone(), dict.entries.len());
                    dict.entries.push((name, tensor));
                }
            }
        }
        dict
    }
}

impl IntoIterator for StateDict {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// Reads exactly `length` bytes. Memory is taken as they come, so a length that the file only
/// claims costs nothing.
fn read_exactly(source: impl Read, length: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    // One more, so that a longer source is seen, and a zip's checksum is checked at its end.
    source.take(length.saturating_add(1)).read_to_end(&mut bytes)?;
    match (bytes.len() as u64).cmp(&length) {
        Ordering::Less => Fault::malformed("it is cut short"),
        Ordering::Equal => Ok(bytes),
        Ordering::Greater => Fault::malformed("a part of it is longer than it should be"),
    }
}
