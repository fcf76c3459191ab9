//! What `torch.save` writes: a zip that is not packed, in it a pickle and the tensors' numbers.
//!
//! | record, in a folder of any name | holds |
//! | --- | --- |
//! | `data.pkl` | the pickle: names, shapes, which storage each tensor is a view into |
//! | `byteorder` | `little`; PyTorch before 2.1 wrote none and meant the same |
//! | `data/0`, `data/1` … | the storages' numbers |
//!
//! | file | holds |
//! | --- | --- |
//! | `reader` | the zip, read |
//! | `contents` | the state dict in what the pickle holds |
//! | `unpickler` | a pickle's instructions, followed |
//! | `opcode`, `input`, `stack` | their names, what they read, where they keep what they make |
//! | `value` | what a pickle may hold |
//! | `global` | the few names it may refer to |
//! | `writer` | the zip, written |

mod contents;
mod global;
mod input;
mod opcode;
mod reader;
mod stack;
mod unpickler;
mod value;
mod writer;

pub(super) use self::reader::read;
pub(super) use self::writer::write;
