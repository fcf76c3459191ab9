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
//! | [`metrics`] | what is measured, by name |
//! | `pipeline` | a list of transforms, split by when each is done |
//! | `transform` | what happens to an image on its way to the network, and its ranges |
//! | `error` | what is wrong with settings |
//! | `environment` | the variables for the workers that train |

pub mod architecture;
pub mod metrics;

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
pub use read::{read_settings, read_transforms, settings_to_json};
pub use settings::{
    Cache, CnnSettings, Corrupt, Course, DataSettings, DataSource, DeviceChoice, EarlyStopping,
    OptimizerKind, OptimizerSettings, Precision, Schedule, Watched,
};
pub use transform::{IMAGENET, Transform};

use serde_json::Value;

use super::{Declared, NamedFile, Objective, ObjectiveTemplate, Unavailable};
use crate::config::{Entry, Problem};

impl Declared for CnnSettings {
    const NOUN: &'static str = "a CNN";
    const KEYS: &'static [&'static str] = read::KEYS;
    const FILES: &'static [NamedFile] = read::FILES;
    const METRICS: Option<&'static [&'static str]> = Some(metrics::OPTIMISED);
    const NEEDS_TORCH: bool = true;

    fn read(objective: &Entry<'_>) -> Result<Self, Problem> {
        read::read(objective)
    }

    fn to_json(&self) -> Value {
        settings_to_json(self)
    }

    fn objective(_template: &ObjectiveTemplate) -> Result<Box<dyn Objective>, Unavailable> {
        Err(Unavailable {
            message: "this program trains no CNN".into(),
            remedy: "`surmise-torch` does, and the library of that name".into(),
        })
    }

    fn environment(template: &ObjectiveTemplate) -> Vec<(&'static str, String)> {
        let threads = template.number("threads").unwrap_or(1);
        let all = worker_environment(usize::try_from(threads).unwrap_or(1)).into_iter();
        all.filter(|(name, _)| std::env::var_os(name).is_none())
            .chain([(CALLER_VERSION, env!("CARGO_PKG_VERSION").to_owned())])
            .collect()
    }
}

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
