//! A pickle, read as data: nothing in it is executed.
//!
//! A pickle is a program for a machine with a stack. This machine knows the instructions that
//! Python writes for dicts, tuples, numbers, text and calls (protocols 2 to 5), and the
//! [names](super::global::Global) a state dict needs. It never recurs, so depth costs no stack; it
//! makes at most one value an instruction, and refers to values in place of copying them.

use super::global::Global;
use super::input::Input;
use super::opcode::*;
use super::stack::Stack;
use super::value::{Id, Value, Values};
use crate::state_dict::error::Fault;

/// Most values of a pickle, and most entries of its stack and memo. A tensor takes about 15.
const MOST_VALUES: usize = 2_000_000;

/// Most marks at a time: how deep values nest.
const MOST_MARKS: usize = 1000;

/// The values of a pickle, and which of them is the whole.
pub(super) fn load(pickle: &[u8]) -> Result<(Values, Id), Fault> {
    let (input, stack, values) = (Input::of(pickle), Stack::default(), Values::default());
    let mut machine = Machine { input, stack, values };
    loop {
        let [instruction] = machine.input.array()?;
        if instruction == STOP {
            let whole = machine.stack.pop()?;
            return Ok((machine.values, whole));
        }
        machine.step(instruction)?;
        if machine.values.len().max(machine.stack.len()) > MOST_VALUES
            || machine.stack.marks() > MOST_MARKS
        {
            return Fault::malformed("its pickle is too large, or too deep");
        }
    }
}

struct Machine<'a> {
    input: Input<'a>,
    stack: Stack,
    values: Values,
}

impl Machine<'_> {
    fn step(&mut self, instruction: u8) -> Result<(), Fault> {
        match instruction {
            PROTO => _ = self.input.array::<1>()?,
            FRAME => _ = self.input.array::<8>()?,
            MARK => self.stack.mark(),

            NONE => self.push(Value::Other("None")),
            NEWTRUE | NEWFALSE => self.push(Value::Other("a bool")),
            BINFLOAT => {
                self.input.array::<8>()?;
                self.push(Value::Other("a number"));
            }
            BININT1 | BININT2 | BININT | LONG1 | LONG4 => {
                let length = match instruction {
                    BININT1 => 1,
                    BININT2 => 2,
                    BININT => 4,
                    LONG1 => self.input.count(true)?,
                    _ => self.input.count(false)?,
                };
                let bytes = self.input.take(length)?;
                let signed = !matches!(instruction, BININT1 | BININT2);
                self.push(whole_number(bytes, signed));
            }
            BINUNICODE | SHORT_BINUNICODE => {
                let text = self.input.counted(instruction == SHORT_BINUNICODE)?;
                let Ok(text) = str::from_utf8(text) else {
                    return Fault::malformed("its pickle has text that is not UTF-8");
                };
                self.push(Value::Text(text.into()));
            }
            BINBYTES | SHORT_BINBYTES => {
                self.input.counted(instruction == SHORT_BINBYTES)?;
                self.push(Value::Other("bytes"));
            }

            // Lists and sets, which no state dict needs, are passed over with what is in them.
            EMPTY_LIST => self.push(Value::Other("a list")),
            EMPTY_SET => self.push(Value::Other("a set")),
            APPEND => _ = self.stack.pop()?,
            APPENDS | ADDITEMS => _ = self.stack.pop_to_mark()?,

            EMPTY_TUPLE => self.push(Value::Tuple(Vec::new())),
            TUPLE1 | TUPLE2 | TUPLE3 => {
                let items = self.stack.pop_many(usize::from(instruction - TUPLE1) + 1)?;
                self.push(Value::Tuple(items));
            }
            TUPLE => {
                let items = self.stack.pop_to_mark()?;
                self.push(Value::Tuple(items));
            }

            EMPTY_DICT => self.push(Value::Dict(Vec::new())),
            SETITEM => {
                let item = self.stack.pop_many(2)?;
                self.set(&item)?;
            }
            SETITEMS => {
                let items = self.stack.pop_to_mark()?;
                self.set(&items)?;
            }

            BINPUT | LONG_BINPUT => {
                let place = self.input.count(instruction == BINPUT)?;
                self.stack.remember(place)?;
            }
            MEMOIZE => self.stack.memoize()?,
            BINGET | LONG_BINGET => {
                let place = self.input.count(instruction == BINGET)?;
                self.stack.recall(place)?;
            }

            GLOBAL => {
                let global = self.global()?;
                self.push(Value::Global(global));
            }
            INST => {
                // As a rule what it names is refused, in its name.
                self.global()?;
                return Fault::malformed("its pickle makes an object by INST");
            }
            STACK_GLOBAL => {
                let (name, module) = (self.stack.pop()?, self.stack.pop()?);
                let (Value::Text(module), Value::Text(name)) =
                    (self.values.get(module), self.values.get(name))
                else {
                    return Fault::malformed("its pickle refers to a name that is no text");
                };
                let global = Global::find(module, name)?;
                self.push(Value::Global(global));
            }
            REDUCE => {
                let (arguments, function) = (self.stack.pop()?, self.stack.pop()?);
                let value = self.values.call(function, arguments)?;
                self.stack.push(value);
            }
            BINPERSID => {
                let id = self.stack.pop()?;
                let storage = self.values.storage(id)?;
                self.stack.push(storage);
            }
            // Attributes, such as an OrderedDict's `_metadata`. Python would run the object's
            // `__setstate__`; here they are passed over.
            BUILD => _ = self.stack.pop()?,

            other => {
                return Fault::malformed(format!(
                    "its pickle has an instruction that no state dict needs ({other:#04x})"
                ));
            }
        }
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.add(value));
    }

    fn global(&mut self) -> Result<Global, Fault> {
        let (module, name) = (self.input.line()?, self.input.line()?);
        Global::find(&module, &name)
    }

    /// Keys and values, in turn, into the dict that is uppermost.
    fn set(&mut self, items: &[Id]) -> Result<(), Fault> {
        let (pairs, odd) = items.as_chunks::<2>();
        if odd.is_empty()
            && let Value::Dict(entries) = self.values.get_mut(self.stack.top()?)
        {
            entries.extend(pairs.iter().map(|&[key, value]| (key, value)));
            return Ok(());
        }
        Fault::malformed("its pickle fills what is no dict")
    }
}

/// A number of up to eight bytes, little-endian; a longer one is passed over.
fn whole_number(bytes: &[u8], signed: bool) -> Value {
    let negative = signed && bytes.last().is_some_and(|last| last & 0x80 != 0);
    let mut whole = [if negative { 0xFF } else { 0 }; 8];
    match whole.get_mut(..bytes.len()) {
        Some(start) => {
            start.copy_from_slice(bytes);
            Value::Int(i64::from_le_bytes(whole))
        }
        None => Value::Other("a number"),
    }
}
