//! Where an unpickler keeps what it has made: the stack, its marks, and the memo.

use std::collections::HashMap;

use super::value::Id;
use crate::state_dict::error::Fault;

#[derive(Default)]
pub(super) struct Stack {
    values: Vec<Id>,
    /// Heights of the stack that are not gone below until the mark is taken.
    marks: Vec<usize>,
    memo: HashMap<usize, Id>,
}

impl Stack {
    /// Values on the stack or in the memo, whichever are more.
    pub(super) fn len(&self) -> usize {
        self.values.len().max(self.memo.len())
    }

    pub(super) fn marks(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn mark(&mut self) {
        self.marks.push(self.values.len());
    }

    pub(super) fn push(&mut self, id: Id) {
        self.values.push(id);
    }

    pub(super) fn top(&self) -> Result<Id, Fault> {
        let floor = self.marks.last().copied().unwrap_or_default();
        match self.values.get(floor..).and_then(<[_]>::last) {
            Some(&id) => Ok(id),
            None => Fault::malformed("its pickle takes more than it has"),
        }
    }

    pub(super) fn pop(&mut self) -> Result<Id, Fault> {
        let top = self.top()?;
        self.values.pop();
        Ok(top)
    }

    /// The uppermost `count`, in the order they were pushed.
    pub(super) fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, Fault> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        Ok(items)
    }

    /// All above the last mark, which goes too.
    pub(super) fn pop_to_mark(&mut self) -> Result<Vec<Id>, Fault> {
        match self.marks.pop() {
            // Nothing takes from below a mark, so the stack is as high.
            Some(mark) if mark <= self.values.len() => Ok(self.values.split_off(mark)),
            _ => Fault::malformed("its pickle lacks a mark"),
        }
    }

    pub(super) fn remember(&mut self, place: usize) -> Result<(), Fault> {
        let id = self.top()?;
        self.memo.insert(place, id);
        Ok(())
    }

    /// In the next place.
    pub(super) fn memoize(&mut self) -> Result<(), Fault> {
        self.remember(self.memo.len())
    }

    pub(super) fn recall(&mut self, place: usize) -> Result<(), Fault> {
        match self.memo.get(&place) {
            Some(&id) => {
                self.values.push(id);
                Ok(())
            }
            None => Fault::malformed("its pickle recalls what it never kept"),
        }
    }
}
