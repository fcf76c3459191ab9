//! Terms that the methods share: the axes of an image, the signs of attributions.

use std::fmt::{self, Display, Formatter};

/// An axis of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The colours.
    Channels,
    /// The rows.
    Height,
    /// The columns.
    Width,
}

impl Display for Axis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Channels => "channels",
            Self::Height => "height",
            Self::Width => "width",
        })
    }
}

/// Which attributions to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// All, with their signs: −1 to 1.
    All,
    /// What speaks for the class: 0 to 1.
    Positive,
    /// What speaks against it, its size: 0 to 1.
    Negative,
    /// The size of all: 0 to 1.
    Absolute,
}

impl Display for Sign {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All | Self::Absolute => "different from 0",
            Self::Positive => "positive",
            Self::Negative => "negative",
        })
    }
}
