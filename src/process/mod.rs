//! Processes of this machine: which one is which, what they print, how they end. What surmise starts
//! them for is not known here; workers and the programs of trials are built from it.
//!
//! | part | does |
//! | --- | --- |
//! | `identity` | names a process so that a reused pid is not mistaken for it; says whether it lives |
//! | `child` | starts a program as the leader of its own process group; kills the group as a whole |
//! | `exit` | waits for a process's end; says it in words |
//! | `leftover` | kills what outlived a killed process, by a mark that descendants inherit |
//! | `lines` | drains a pipe line by line; keeps the last lines |

mod child;
mod exit;
mod identity;
mod leftover;
mod lines;

pub(crate) use child::{ChildGroup, SpawnError};
pub use exit::describe_exit;
pub(crate) use exit::when_ended;
pub use identity::{ProcessIdentity, host, identify};
pub(crate) use leftover::kill_marked;
pub(crate) use lines::{LINE_LIMIT, Tail, for_each_line};
