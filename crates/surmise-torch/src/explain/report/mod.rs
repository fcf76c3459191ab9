//! Where attribution falls in the images of a folder, by how they differ from a reference.
//!
//! | file | holds |
//! | --- | --- |
//! | `groups` | groups of images, and what is measured of each |
//! | `attributes` | the table of attributes, and which differ |
//! | `shares` | attributions as shares of an image, their means over a group |
//! | `error` | why there is no report |

mod attributes;
mod error;
mod groups;
mod shares;

pub use attributes::{Attributes, Common};
pub use error::ReportError;
pub use groups::{Group, Progress, Report, ReportSettings};
pub use shares::{Estimate, Shares, difference};
