//! safetensors: a length (8 bytes, little-endian), a JSON header of it, then every tensor's bytes.
//!
//! The header is the crate's. The bytes are read and written here, tensor by tensor, so that a file
//! is in memory once. They lie by size of number, the largest first, so that each is aligned; the
//! order of tensors is that of their bytes, and of neighbours without any that of their names.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};

use safetensors::tensor::{Metadata, TensorInfo};
use tch::Tensor;

use super::element::{ELEMENTS, Form};
use super::error::Fault;
use super::names::quoted;
use super::{StateDict, read_exactly};

/// The longest header the format allows.
const MOST_HEADER_BYTES: u64 = 100_000_000;

/// The header's entry that describes no tensor, but texts by name.
const METADATA: &str = "__metadata__";

/// Texts by name.
pub(super) type Texts = BTreeMap<String, String>;

pub(super) fn read(file: File) -> Result<(StateDict, Texts), Fault> {
    let whole = file.metadata()?.len();
    let mut file = BufReader::new(file);
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let Some(data) = whole.checked_sub(8).and_then(|rest| rest.checked_sub(length)) else {
        return Fault::malformed("its header is longer than the file");
    };
    if length > MOST_HEADER_BYTES {
        return Fault::malformed(format!("its header has {length} bytes"));
    }
    let header = read_exactly(file.by_ref().take(length), length)?;
    // This also checks that the tensors lie without holes, none over another, in as many bytes as
    // their shapes need.
    let header: Metadata = serde_json::from_slice(&header)
        .map_err(|error| Fault::Malformed(format!("its header: {error}")))?;
    if header.data_len() as u64 != data {
        return Fault::malformed(format!(
            "its tensors have {} bytes by its header, but {data} follow",
            header.data_len()
        ));
    }
    let mut tensors = Vec::new();
    let mut entries: Vec<_> = header.tensors().into_iter().collect();
    entries.sort_by(|(a, x), (b, y)| (x.data_offsets, a).cmp(&(y.data_offsets, b)));
    for (name, TensorInfo { dtype, shape, .. }) in entries {
        let Some(element) = ELEMENTS.iter().find(|element| element.dtype == *dtype) else {
            return Fault::malformed(format!(
                "{} holds numbers of the kind {dtype}, which are not read",
                quoted(&name)
            ));
        };
        let shape: Vec<_> = shape.iter().map(|&axis| axis as i64).collect();
        let bytes = element.bytes_of(&shape)?;
        let numbers = read_exactly(file.by_ref().take(bytes), bytes)?;
        tensors.push((name, element.tensor(numbers, &shape)?));
    }
    let texts = header.metadata().iter().flatten();
    let texts = texts.map(|(name, text)| (name.clone(), text.clone())).collect();
    Ok((tensors.into_iter().collect(), texts))
}

pub(super) fn write(
    file: &mut File,
    tensors: &[(String, Tensor)],
    texts: Texts,
) -> Result<(), Fault> {
    let mut forms = Vec::new();
    for (name, tensor) in tensors {
        if name == METADATA {
            return Err(Fault::Unwritable(format!("safetensors can name no tensor `{name}`")));
        }
        forms.push((name, tensor, Form::of(name, tensor)?));
    }
    forms.sort_by_key(|(.., form)| Reverse(form.element.bytes));
    let mut end = 0;
    let entries = forms.iter().map(|(name, _, form)| {
        let start = end;
        end += form.bytes as usize;
        let shape = form.shape.iter().map(|&axis| axis as usize).collect();
        let entry = TensorInfo { dtype: form.element.dtype, shape, data_offsets: (start, end) };
        (name.to_string(), entry)
    });
    let texts = (!texts.is_empty()).then(|| texts.into_iter().collect());
    let header = Metadata::new(texts, entries.collect())
        .and_then(|header| Ok(serde_json::to_vec(&header)?))
        .map_err(|error| Fault::Unwritable(error.to_string()))?;
    let length = header.len().next_multiple_of(8);
    if length as u64 > MOST_HEADER_BYTES {
        return Err(Fault::Unwritable(format!("its header would have {length} bytes")));
    }
    let mut file = BufWriter::new(file);
    file.write_all(&(length as u64).to_le_bytes())?;
    file.write_all(&header)?;
    file.write_all(&[b' '; 8][..length - header.len()])?;
    for (_, tensor, form) in forms {
        file.write_all(&form.numbers(tensor)?)?;
    }
    Ok(file.flush()?)
}
