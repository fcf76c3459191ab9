//! A CNN on image folders as an objective.
//!
//! One seam: `enabled` trains with libtorch (feature `torch`); `disabled` has the same face and says
//! how to rebuild.

#[cfg(feature = "torch")]
mod enabled;
#[cfg(feature = "torch")]
mod trained;
#[cfg(feature = "torch")]
pub(super) use enabled::{build, check_available};
#[cfg(feature = "torch")]
pub use trained::{
    ModelFileError, Provenance, TrainedCnn, read_checkpoint, write_checkpoint, write_model,
};

#[cfg(not(feature = "torch"))]
mod disabled;
#[cfg(not(feature = "torch"))]
pub(super) use disabled::{build, check_available};

use crate::vision::DeviceChoice;

use super::{ObjectiveTemplate, Unavailable};

/// The device to train on: the command line's, else the study's, else the best there is.
#[cfg_attr(not(feature = "torch"), allow(dead_code))]
fn device_choice(
    template: &ObjectiveTemplate,
    over: Option<&str>,
) -> Result<DeviceChoice, Unavailable> {
    let text = over.or_else(|| template.text("device")).unwrap_or("auto");
    text.parse().map_err(|error| Unavailable {
        message: format!("{error}"),
        remedy: "for example: --device cuda:0".into(),
    })
}
