//! `torch.save`'s zip, read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use tch::{Device, Tensor};
use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

use super::global::Numbers;
use super::value::{Values, View};
use super::{contents, unpickler};
use crate::state_dict::element::Element;
use crate::state_dict::error::Fault;
use crate::state_dict::names::quoted;
use crate::state_dict::{StateDict, read_exactly};

/// The largest pickle that is read: that of 100 000 tensors.
const MOST_PICKLE_BYTES: u64 = 16 << 20;

/// What a file may become in memory: this, and so many bytes a byte of the file. `torch.save` packs
/// nothing; a zip that was packed again rarely halves. A tensor may share its storage with others
/// or repeat it (stride 0), and is copied.
const FREE_BYTES: u64 = 16 << 20;
const BYTES_PER_BYTE: u64 = 16;

/// What a tensor takes besides its numbers, about.
const BYTES_PER_TENSOR: u64 = 512;

pub(in crate::state_dict) fn read(file: File) -> Result<StateDict, Fault> {
    let allowance =
        file.metadata()?.len().saturating_mul(BYTES_PER_BYTE).saturating_add(FREE_BYTES);
    let mut archive = Archive::open(file, allowance)?;
    let pickle = archive.whole_record("data.pkl")?;
    let (values, whole) = unpickler::load(&pickle)?;
    let views = contents::state_dict(&values, whole)?;

    // By storage, so that each is read once and soon let go.
    let mut by_storage = BTreeMap::<&str, Vec<(usize, &str, &View)>>::new();
    for (place, &(name, view)) in views.iter().enumerate() {
        by_storage.entry(&view.storage.key).or_default().push((place, name, view));
    }
    let mut tensors = Vec::new();
    for views in by_storage.into_values() {
        let mut storage = None;
        for (place, name, view) in views {
            let storage = match &mut storage {
                Some(storage) => storage,
                none => none.insert(archive.storage(name, view)?),
            };
            tensors.push((place, name, archive.tensor(name, view, &values, storage)?));
        }
    }
    tensors.sort_by_key(|&(place, ..)| place);
    Ok(tensors.into_iter().map(|(_, name, tensor)| (name, tensor)).collect())
}

struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// The folder that everything is in, with its slash.
    folder: String,
    /// Bytes of memory that may still be taken.
    allowance: u64,
}

/// A storage in memory: a vector.
struct Storage {
    numbers: Tensor,
    element: &'static Element,
    length: u64,
}

impl Archive {
    fn open(file: File, allowance: u64) -> Result<Self, Fault> {
        // The zip begins where the file does, as its first bytes showed. Left to find that out, the
        // crate is led astray by zip64 records where `FOLDER/data.pkl` has 30 characters.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let zip = ZipArchive::with_config(config, BufReader::new(file))?;
        let names = zip.file_names().collect::<Result<Vec<_>, _>>()?;
        let folder = |name: &str| {
            let folder = name.strip_suffix("data.pkl")?;
            let depth = folder.matches('/').count();
            ((depth == 1 && folder.ends_with('/')) || folder.is_empty()).then(|| folder.to_owned())
        };
        let Some(folder) = names.iter().find_map(|name| folder(name)) else {
            return Fault::malformed("a zip without data.pkl, the record torch.save writes first");
        };
        let code = format!("{folder}code/");
        let constants = format!("{folder}constants.pkl");
        if names.iter().any(|name| **name == constants || name.starts_with(&code)) {
            return Err(Fault::TorchScript);
        }
        let has_byte_order = names.contains(&format!("{folder}byteorder").into());
        drop(names);
        let mut archive = Self { zip, folder, allowance };
        if has_byte_order {
            let order = archive.whole_record("byteorder")?;
            if order != b"little" {
                let order = quoted(&String::from_utf8_lossy(&order));
                return Fault::malformed(format!("its byte order is {order}, not `little`"));
            }
        }
        Ok(archive)
    }

    /// The bytes of a record of the length that the zip gives.
    fn whole_record(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let length = self.zip.by_name(&format!("{}{name}", self.folder))?.size();
        if length > MOST_PICKLE_BYTES {
            return Fault::malformed(format!("{name} has {length} bytes"));
        }
        self.record(name, length)
    }

    /// The bytes of a record, `length` of them.
    fn record(&mut self, name: &str, length: u64) -> Result<Vec<u8>, Fault> {
        self.take(length)?;
        read_exactly(self.zip.by_name(&format!("{}{name}", self.folder))?, length)
    }

    /// The storage that the tensor of this name views.
    fn storage(
        &mut self,
        name: &str,
        View { storage, numbers, .. }: &View,
    ) -> Result<Storage, Fault> {
        let element = readable(name, *numbers)?;
        let length = i64::try_from(storage.length).unwrap_or(i64::MAX);
        let bytes = element.bytes_of(&[length])?;
        let numbers = self.record(&format!("data/{}", storage.key), bytes)?;
        let numbers = element.tensor(numbers, &[length])?;
        Ok(Storage { numbers, element, length: storage.length })
    }

    /// A tensor's own copy of its numbers.
    fn tensor(
        &mut self,
        name: &str,
        view: &View,
        values: &Values,
        storage: &Storage,
    ) -> Result<Tensor, Fault> {
        let (shape, stride) = (values.axes(view.shape)?, values.axes(view.stride)?);
        let element = readable(name, view.numbers)?;
        if (element.kind, view.storage.length) != (storage.element.kind, storage.length) {
            return Fault::malformed(format!("the storage of {} is of two kinds", quoted(name)));
        }
        self.take(element.bytes_of(&shape)?.saturating_add(BYTES_PER_TENSOR))?;
        if !lies_within(storage.length, view.offset, &shape, &stride) {
            return Fault::malformed(format!("{} reaches out of its storage", quoted(name)));
        }
        let view = storage.numbers.f_as_strided(&*shape, &*stride, view.offset)?;
        let mut tensor = Tensor::f_empty(&*shape, (element.kind, Device::Cpu))?;
        tensor.f_copy_(&view)?;
        Ok(tensor)
    }

    fn take(&mut self, bytes: u64) -> Result<(), Fault> {
        let Some(left) = self.allowance.checked_sub(bytes) else {
            return Fault::malformed(format!(
                "it would take {bytes} bytes and more of memory, far beyond its own length"
            ));
        };
        self.allowance = left;
        Ok(())
    }
}

fn readable(name: &str, numbers: Numbers) -> Result<&'static Element, Fault> {
    numbers.or_else(|kind| {
        Fault::malformed(format!(
            "{} holds numbers of the kind {kind}, which are not read",
            quoted(name)
        ))
    })
}

/// Whether a view touches only numbers of its storage.
fn lies_within(length: u64, offset: i64, shape: &[i64], stride: &[i64]) -> bool {
    if offset < 0 || shape.len() != stride.len() || stride.iter().any(|&step| step < 0) {
        return false;
    }
    if shape.contains(&0) {
        return offset.unsigned_abs() <= length;
    }
    let last = shape
        .iter()
        .zip(stride)
        .try_fold(offset, |last, (&axis, &step)| last.checked_add((axis - 1).checked_mul(step)?));
    last.is_some_and(|last| last.unsigned_abs() < length)
}
