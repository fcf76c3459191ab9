//! The few names that a pickle may refer to.

use crate::state_dict::element::{ELEMENTS, Element};
use crate::state_dict::error::Fault;
use crate::state_dict::names::plain;

/// A kind of numbers that can be read, or the name of one that cannot.
pub(super) type Numbers = Result<&'static Element, &'static str>;

/// Storages that PyTorch has, but whose numbers are not read. To name one is no harm, as in the
/// state of an optimizer that is passed over.
const OTHER_STORAGES: [&str; 8] = [
    "ComplexFloatStorage",
    "ComplexDoubleStorage",
    "QInt8Storage",
    "QUInt8Storage",
    "QInt32Storage",
    "QUInt4x2Storage",
    "QUInt2x4Storage",
    "UntypedStorage",
];

/// PyTorch's kinds of numbers, which a pickle names by themselves: in checkpoints, and for tensors
/// of a kind that has no class of storages.
const DTYPES: [&str; 25] = [
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
    "complex32",
    "complex64",
    "complex128",
    "uint16",
    "uint32",
    "uint64",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "float4_e2m1fn_x2",
    "qint8",
    "quint8",
    "qint32",
];

/// The names a pickle may refer to; any other is refused.
#[derive(Clone, Copy)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    /// Of a kind that has no class of storages.
    RebuildTensorOfDtype,
    RebuildParameter,
    Size,
    Dtype(&'static str),
    /// Numbers in a record of the archive.
    StorageClass(Numbers),
    /// What it would make is passed over.
    Other(&'static str),
}

impl Global {
    pub(super) fn find(module: &str, name: &str) -> Result<Self, Fault> {
        Self::known(module, name)
            .ok_or_else(|| Fault::Refused(plain(&format!("{module}.{name}"), 120)))
    }

    fn known(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_tensor_v3") => Self::RebuildTensorOfDtype,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                Self::RebuildParameter
            }
            ("torch", "Size") => Self::Size,
            ("torch", "device") => Self::Other("a device"),
            ("torch._utils", "_rebuild_sparse_tensor") => Self::Other("a sparse tensor"),
            ("torch._utils", "_rebuild_qtensor") => Self::Other("a quantized tensor"),
            ("torch._utils", "_rebuild_meta_tensor_no_storage") => {
                Self::Other("a tensor without numbers")
            }
            ("torch.serialization", "_get_layout") => Self::Other("a layout"),
            ("torch", "per_tensor_affine" | "per_channel_affine") => {
                Self::Other("a way to quantize")
            }
            // How protocol 2 writes bytes and sets.
            ("_codecs", "encode") => Self::Other("bytes"),
            ("builtins" | "__builtin__", "set") => Self::Other("a set"),
            ("torch" | "torch.storage", name) => {
                if let Some(element) = ELEMENTS.iter().find(|element| element.storage == name) {
                    Self::StorageClass(Ok(element))
                } else if let Some(class) = OTHER_STORAGES.into_iter().find(|&c| c == name) {
                    Self::StorageClass(Err(class))
                } else {
                    Self::Dtype(DTYPES.into_iter().find(|&dtype| dtype == name)?)
                }
            }
            _ => return None,
        })
    }
}
