//! What a pickle may hold.

use std::rc::Rc;

use super::global::{Global, Numbers};
use crate::state_dict::element::MOST_AXES;
use crate::state_dict::error::Fault;

/// A value's place in [`Values`]. A pickle may refer to a value many times, and from within it.
#[derive(Clone, Copy)]
pub(super) struct Id(usize);

/// As much of a value as weights need.
pub(super) enum Value {
    Int(i64),
    Text(Rc<str>),
    Tuple(Vec<Id>),
    /// Keys and values in order. A later equal key wins.
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(Rc<Storage>),
    Tensor(Box<View>),
    /// Passed over; what it is, for messages.
    Other(&'static str),
}

/// Numbers in a record of the archive.
pub(super) struct Storage {
    pub(super) numbers: Numbers,
    /// The record's name.
    pub(super) key: Rc<str>,
    /// How many numbers.
    pub(super) length: u64,
}

/// A tensor: a view into a storage. Offset and strides are in numbers, not bytes.
pub(super) struct View {
    pub(super) storage: Rc<Storage>,
    pub(super) offset: i64,
    /// [`axes`](Values::axes), read when the tensor is made: a pickle may name many that are not.
    pub(super) shape: Id,
    pub(super) stride: Id,
    /// Those of the storage, unless that has none.
    pub(super) numbers: Numbers,
}

/// The values of a pickle, each in its place.
#[derive(Default)]
pub(super) struct Values(Vec<Value>);

impl Values {
    pub(super) fn add(&mut self, value: Value) -> Id {
        self.0.push(value);
        Id(self.0.len() - 1)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// An id comes from [`add`](Self::add) alone, and no value is ever removed.
    pub(super) fn get(&self, id: Id) -> &Value {
        &self.0[id.0]
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut Value {
        &mut self.0[id.0]
    }

    fn tuple(&self, id: Id) -> Result<&[Id], Fault> {
        match self.get(id) {
            Value::Tuple(items) => Ok(items),
            _ => Fault::malformed("a tuple was expected in its pickle"),
        }
    }

    fn int(&self, id: Id) -> Result<i64, Fault> {
        match self.get(id) {
            Value::Int(number) => Ok(*number),
            _ => Fault::malformed("a whole number was expected in its pickle"),
        }
    }

    /// Lengths or strides, one an axis.
    pub(super) fn axes(&self, id: Id) -> Result<Vec<i64>, Fault> {
        let items = self.tuple(id)?;
        if items.len() > MOST_AXES {
            return Fault::malformed(format!("a tensor of {} axes", items.len()));
        }
        items.iter().map(|&item| self.int(item)).collect()
    }

    /// What a call gives: values are put together, nothing else is ever done.
    pub(super) fn call(&mut self, function: Id, arguments: Id) -> Result<Id, Fault> {
        let Value::Global(global) = *self.get(function) else {
            return Fault::malformed("its pickle calls what is no function");
        };
        let value = match (global, self.tuple(arguments)?) {
            (Global::OrderedDict, []) => Value::Dict(Vec::new()),
            (Global::RebuildTensor, &[storage, offset, shape, stride, ..]) => {
                self.view([storage, offset, shape, stride], None)?
            }
            (Global::RebuildTensorOfDtype, &[storage, offset, shape, stride, _, _, dtype, ..]) => {
                match *self.get(dtype) {
                    Value::Global(Global::Dtype(dtype)) => {
                        self.view([storage, offset, shape, stride], Some(dtype))?
                    }
                    _ => return Fault::malformed("its pickle makes a tensor of no kind"),
                }
            }
            // A parameter is its data, a size its tuple.
            (Global::RebuildParameter | Global::Size, &[inner, ..]) => return Ok(inner),
            (Global::Other(what), _) => Value::Other(what),
            _ => return Fault::malformed("its pickle has a call of an unknown form"),
        };
        Ok(self.add(value))
    }

    fn view(&self, parts: [Id; 4], of_dtype: Option<&'static str>) -> Result<Value, Fault> {
        let [storage, offset, shape, stride] = parts;
        let Value::Storage(storage) = self.get(storage) else {
            return Fault::malformed("its pickle makes a tensor of no storage");
        };
        Ok(Value::Tensor(Box::new(View {
            storage: Rc::clone(storage),
            offset: self.int(offset)?,
            shape,
            stride,
            numbers: of_dtype.map_or(storage.numbers, Err),
        })))
    }

    /// The storage of a persistent id: `("storage", class, key, device, length)`.
    pub(super) fn storage(&mut self, id: Id) -> Result<Id, Fault> {
        let [kind, class, key, _, length] = *self.tuple(id)? else {
            return Fault::malformed("its pickle refers to a storage in an unknown way");
        };
        match (self.get(kind), self.get(class), self.get(key), self.get(length)) {
            (
                Value::Text(kind),
                Value::Global(Global::StorageClass(numbers)),
                Value::Text(key),
                Value::Int(length @ 0..),
            ) if &**kind == "storage" => {
                let (numbers, key, length) = (*numbers, Rc::clone(key), length.unsigned_abs());
                Ok(self.add(Value::Storage(Rc::new(Storage { numbers, key, length }))))
            }
            _ => Fault::malformed("its pickle refers to a storage in an unknown way"),
        }
    }
}
