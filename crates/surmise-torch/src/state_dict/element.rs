//! The kinds of numbers that tensors hold, and tensors as bytes.

use safetensors::Dtype;
use tch::{Kind, Tensor};

use super::error::Fault;
use super::names::quoted;

/// A kind of number, by each of its names.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) kind: Kind,
    /// The class of PyTorch's storages of it, in `torch`.
    pub(super) storage: &'static str,
    /// safetensors' name.
    pub(super) dtype: Dtype,
    /// Bytes of one.
    pub(super) bytes: usize,
}

/// Those that can be read and written.
pub(super) const ELEMENTS: [Element; 10] = [
    Element { kind: Kind::Float, storage: "FloatStorage", dtype: Dtype::F32, bytes: 4 },
    Element { kind: Kind::Double, storage: "DoubleStorage", dtype: Dtype::F64, bytes: 8 },
    Element { kind: Kind::Half, storage: "HalfStorage", dtype: Dtype::F16, bytes: 2 },
    Element { kind: Kind::BFloat16, storage: "BFloat16Storage", dtype: Dtype::BF16, bytes: 2 },
    Element { kind: Kind::Int64, storage: "LongStorage", dtype: Dtype::I64, bytes: 8 },
    Element { kind: Kind::Int, storage: "IntStorage", dtype: Dtype::I32, bytes: 4 },
    Element { kind: Kind::Int16, storage: "ShortStorage", dtype: Dtype::I16, bytes: 2 },
    Element { kind: Kind::Int8, storage: "CharStorage", dtype: Dtype::I8, bytes: 1 },
    Element { kind: Kind::Uint8, storage: "ByteStorage", dtype: Dtype::U8, bytes: 1 },
    Element { kind: Kind::Bool, storage: "BoolStorage", dtype: Dtype::BOOL, bytes: 1 },
];

/// More axes than this and some of libtorch's operations refuse.
pub(super) const MOST_AXES: usize = 64;

impl Element {
    /// A contiguous tensor of these numbers; their count must be that of the shape.
    pub(super) fn tensor(&self, mut bytes: Vec<u8>, shape: &[i64]) -> Result<Tensor, Fault> {
        // libtorch would read past the end.
        if self.bytes_of(shape)? != bytes.len() as u64 {
            return Fault::malformed(format!("{} bytes for a tensor {shape:?}", bytes.len()));
        }
        if self.kind == Kind::Bool {
            // To C++, a bool that is neither 0 nor 1 may be anything.
            bytes.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        }
        Ok(Tensor::f_from_data_size(&bytes, shape, self.kind)?)
    }

    /// Bytes of a contiguous tensor of this shape.
    pub(super) fn bytes_of(&self, shape: &[i64]) -> Result<u64, Fault> {
        let unusable = || Fault::Malformed(format!("a tensor of the shape {}", shown(shape)));
        if shape.len() > MOST_AXES {
            return Err(unusable());
        }
        // Without the zeros first: libtorch multiplies the others, too.
        let mut bytes = self.bytes as i64;
        for &length in shape {
            if length < 0 {
                return Err(unusable());
            }
            bytes = bytes.checked_mul(length.max(1)).ok_or_else(unusable)?;
        }
        Ok(if shape.contains(&0) { 0 } else { bytes.unsigned_abs() })
    }
}

/// A shape in a message, however long.
fn shown(shape: &[i64]) -> String {
    match shape.get(..8) {
        Some(start) if shape.len() > 8 => format!("{start:?} and {} more axes", shape.len() - 8),
        _ => format!("{shape:?}"),
    }
}

/// What is written of a tensor besides its numbers.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) element: &'static Element,
    pub(super) shape: Vec<i64>,
    /// Of all its numbers.
    pub(super) bytes: u64,
}

impl Form {
    pub(super) fn of(name: &str, tensor: &Tensor) -> Result<Self, Fault> {
        let unusable = |why: &str| Err(Fault::Unwritable(format!("{} {why}", quoted(name))));
        if !tensor.defined() {
            return unusable("is no tensor");
        }
        if tensor.is_sparse() || tensor.is_mkldnn() {
            return unusable("is not dense");
        }
        let kind = tensor.f_kind()?;
        let Some(element) = ELEMENTS.iter().find(|element| element.kind == kind) else {
            return unusable(&format!("holds numbers of the kind {kind:?}"));
        };
        let shape = tensor.size();
        let bytes = element.bytes_of(&shape)?;
        Ok(Self { element, shape, bytes })
    }

    /// The numbers in order, as they lie in a contiguous tensor.
    pub(super) fn numbers(&self, tensor: &Tensor) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; self.bytes as usize];
        tensor.f_copy_data_u8(&mut bytes, self.bytes as usize / self.element.bytes)?;
        Ok(bytes)
    }
}
