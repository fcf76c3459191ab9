//! What of a pickle is still to be read.

use crate::state_dict::error::Fault;

pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn of(pickle: &'a [u8]) -> Self {
        Self(pickle)
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let Some((bytes, rest)) = self.0.split_at_checked(length) else {
            return too_short();
        };
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let Some((bytes, rest)) = self.0.split_first_chunk() else {
            return too_short();
        };
        self.0 = rest;
        Ok(*bytes)
    }

    /// A length or place of one byte where `short`, else of four.
    pub(super) fn count(&mut self, short: bool) -> Result<usize, Fault> {
        Ok(if short {
            let [count] = self.array()?;
            count.into()
        } else {
            // A usize has 32 bits or more wherever libtorch runs.
            u32::from_le_bytes(self.array()?) as usize
        })
    }

    /// Bytes that come after their count.
    pub(super) fn counted(&mut self, short: bool) -> Result<&'a [u8], Fault> {
        let length = self.count(short)?;
        self.take(length)
    }

    /// A line, without its end.
    pub(super) fn line(&mut self) -> Result<String, Fault> {
        let Some(end) = self.0.iter().position(|&byte| byte == b'\n') else {
            return too_short();
        };
        let line = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Ok(line)
    }
}

fn too_short<T>() -> Result<T, Fault> {
    Fault::malformed("its pickle ends too early")
}
