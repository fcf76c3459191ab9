//! What a back end tells of itself.

use super::{Store, StoreError, StoreLocation};

/// A back end, as its line in the list makes it known.
pub(super) struct BackEnd {
    /// What a [`StoreLocation`] of it begins with.
    pub(super) scheme: &'static str,
    /// How its locations are written, e.g. `sqlite:FILE`.
    pub(super) form: &'static str,
    /// Name and version of the database engine that it is built with.
    pub(super) engine: fn() -> (&'static str, &'static str),
    /// Opens a store.
    pub(super) open: Open,
}

/// Opens a store by the back end that its location names.
pub(super) type Open =
    fn(&StoreLocation, &StoreOptions, Missing) -> Result<Box<dyn Store>, StoreError>;

/// What becomes of a store that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is made.
    Make,
    /// It is an error.
    Refuse,
}

/// How a store is opened. Each back end takes what concerns it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreOptions {
    /// Whether a file on a network file system is opened. Safe only if all its users are on one host.
    pub allow_network: bool,
}
