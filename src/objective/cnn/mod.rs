//! A CNN on image folders: what a user writes about it, as plain data.
//!
//! Nothing here needs libtorch, so that every study parses, is checked and shows hints wherever it is
//! read. What trains such a CNN is the package `surmise-torch`.
//!
//! | file | holds |
//! | --- | --- |
//! | `read` | declared tree → settings → JSON |
//! | `settings` | what a user writes, its defaults and ranges |
//! | [`architecture`] | networks: which there are, as layers, without a number computed |
//! | `pipeline` | a list of transforms, split by when each is done |
//! | `transform` | what happens to an image on its way to the network, and its ranges |
//! | `error` | what is wrong with settings |
//! | `environment` | the variables for the workers that train |

pub mod architecture;

mod environment;
mod error;
mod pipeline;
mod read;
mod settings;
mod transform;

pub use architecture::{
    Channels, CnnModel, ModelKind, ModelSettings, NormPlace, Pooling, Pretrained, Trainable,
};
pub use environment::{CALLER_VERSION, worker_environment};
pub use error::SettingsError;
pub use pipeline::Pipeline;
pub(crate) use read::CNN_METRICS;
pub(super) use read::{CNN_KEYS, read};
pub use read::{read_settings, read_transforms, settings_to_json};
pub use settings::{
    Cache, CnnSettings, Corrupt, Course, DataSettings, DataSource, DeviceChoice, EarlyStopping,
    OptimizerKind, OptimizerSettings, Precision, Schedule, Watched,
};
pub use transform::{IMAGENET, Transform};

use super::{ObjectiveTemplate, Unavailable};

/// The device to train on: the command line's, else the study's, else the best there is.
///
/// # Errors
/// [`Unavailable`] if no device is called that.
pub fn device_choice(
    template: &ObjectiveTemplate,
    over: Option<&str>,
) -> Result<DeviceChoice, Unavailable> {
    let text = over.or_else(|| template.text("device")).unwrap_or("auto");
    text.parse().map_err(|error| Unavailable {
        message: format!("{error}"),
        remedy: "for example: --device cuda:0".into(),
    })
}
