//! `torch.save`'s zip, written: nothing packed, each record's bytes on a multiple of 64, so that
//! `torch.load` can map them.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use surmise::numeric::hash::Fnv1a;
use tch::Tensor;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::opcode::*;
use crate::state_dict::element::Form;
use crate::state_dict::error::Fault;

/// The folder in the zip. PyTorch takes the file's name, but reads any.
const FOLDER: &str = "archive";

pub(in crate::state_dict) fn write(
    file: &mut File,
    tensors: &[(String, Tensor)],
) -> Result<(), Fault> {
    let forms = tensors.iter().map(|(name, tensor)| Form::of(name, tensor));
    let forms = forms.collect::<Result<Vec<_>, _>>()?;
    let mut archive = Archive {
        zip: ZipWriter::new(BufWriter::new(file)),
        names: Fnv1a::default(),
        content: Fnv1a::default(),
    };
    archive.record("data.pkl", &pickle(tensors, &forms))?;
    archive.record("byteorder", b"little")?;
    for (place, ((_, tensor), form)) in tensors.iter().zip(&forms).enumerate() {
        archive.record(&format!("data/{place}"), &form.numbers(tensor)?)?;
    }
    archive.record("version", b"3\n")?;
    // Like PyTorch's: twenty digits for the records' names, twenty for their bytes.
    let id = format!("{:020}{:020}", archive.names.finish(), archive.content.finish());
    archive.record(".data/serialization_id", id.as_bytes())?;
    archive.zip.finish()?.flush()?;
    Ok(())
}

struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
    names: Fnv1a,
    content: Fnv1a,
}

impl<W: Write + Seek> Archive<W> {
    fn record(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.names.update(name.as_bytes());
        self.content.update(bytes);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .with_alignment(64)
            .large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        self.zip.start_file(format!("{FOLDER}/{name}"), options)?;
        Ok(self.zip.write_all(bytes)?)
    }
}

/// The pickle (protocol 2) of an `OrderedDict` of tensors, each alone in its storage.
fn pickle(tensors: &[(String, Tensor)], forms: &[Form]) -> Vec<u8> {
    let mut out = Pickle(vec![PROTO, 2]);
    out.ordered_dict();
    out.0.push(MARK);
    for (place, ((name, _), form)) in tensors.iter().zip(forms).enumerate() {
        out.text(name);
        out.global("torch._utils", "_rebuild_tensor_v2");
        out.0.push(MARK);
        out.storage(form, &place.to_string());
        out.int(0); // the offset
        out.ints(&form.shape);
        out.ints(&contiguous(&form.shape));
        out.0.push(NEWFALSE); // no gradient is required
        out.ordered_dict(); // of hooks
        out.0.extend([TUPLE, REDUCE]);
    }
    out.0.extend([SETITEMS, STOP]);
    out.0
}

/// The strides of a contiguous tensor.
fn contiguous(shape: &[i64]) -> Vec<i64> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides
}

struct Pickle(Vec<u8>);

impl Pickle {
    fn text(&mut self, text: &str) {
        self.0.push(BINUNICODE);
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn global(&mut self, module: &str, name: &str) {
        self.0.push(GLOBAL);
        self.0.extend(format!("{module}\n{name}\n").as_bytes());
    }

    fn ordered_dict(&mut self) {
        self.global("collections", "OrderedDict");
        self.0.extend([EMPTY_TUPLE, REDUCE]);
    }

    /// The storage in record `data/key`.
    fn storage(&mut self, form: &Form, key: &str) {
        self.0.push(MARK);
        self.text("storage");
        self.global("torch", form.element.storage);
        self.text(key);
        self.text("cpu");
        self.int((form.bytes / form.element.bytes as u64) as i64);
        self.0.extend([TUPLE, BINPERSID]);
    }

    fn int(&mut self, number: i64) {
        if let Ok(byte) = u8::try_from(number) {
            self.0.extend([BININT1, byte]);
        } else if let Ok(number) = i32::try_from(number) {
            self.0.push(BININT);
            self.0.extend(number.to_le_bytes());
        } else {
            self.0.extend([LONG1, 8]);
            self.0.extend(number.to_le_bytes());
        }
    }

    fn ints(&mut self, numbers: &[i64]) {
        self.0.push(MARK);
        numbers.iter().for_each(|&number| self.int(number));
        self.0.push(TUPLE);
    }
}
