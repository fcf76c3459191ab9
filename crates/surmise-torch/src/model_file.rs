//! A trained CNN in a file: its weights, and what they were trained for.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use surmise::objective::cnn::{CnnSettings, SettingsError, read_settings, settings_to_json};
use tch::Device;
use thiserror::Error;

use crate::network::{Network, NetworkError, TakeError};
use crate::state_dict::{Checkpoint, StateDictError};
use crate::training::EpochReport;

/// A trained CNN: a network, the classes it tells apart, and the settings it was trained by.
#[derive(Debug)]
pub struct TrainedCnn {
    /// The network.
    pub network: Network,
    /// Names of the classes, in the order of its answers.
    pub classes: Vec<String>,
    /// What it was trained by: how images come to it, above all.
    pub settings: CnnSettings,
    /// The training it comes from; none of an imported one.
    pub provenance: Option<Provenance>,
}

/// The training that a model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// What decided everything random about it.
    pub seed: u64,
    /// The epoch it stood at, and what that measured.
    pub report: EpochReport,
    /// The [fingerprint](crate::ImageFolder::fingerprint) of the images left aside for testing,
    /// if there were any.
    pub test: Option<u64>,
}

/// Why a file gives no trained CNN.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The tensors cannot be read or written, or are those of another network.
    #[error(transparent)]
    Tensors(#[from] StateDictError),
    /// There is no network like that.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NetworkError,
    },
    /// The weights are those of another network.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// How they differ.
        source: TakeError,
    },
    /// A checkpoint is of a training with other settings.
    #[error("{} was made with other settings: `{key}` was {then}, now {now}", path.display())]
    OtherSettings {
        /// The file.
        path: PathBuf,
        /// The setting, with dots.
        key: String,
        /// What it was.
        then: String,
        /// What it is now.
        now: String,
    },
    /// What is said about the weights is not as it should be.
    #[error("{} does not say what its weights are for: {reason}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl TrainedCnn {
    /// Reads what [`write_model`] wrote, onto a device.
    ///
    /// # Errors
    /// [`ModelFileError`], naming the file.
    pub fn read(path: &Path, device: Device) -> Result<Self, ModelFileError> {
        let Checkpoint { tensors, state } = Checkpoint::read(path)?;
        let unknown = |reason: &str| ModelFileError::Unknown {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        if state["training"].is_object() {
            let reason = "it is a checkpoint of a training that has not ended: go on with --resume";
            return Err(unknown(reason));
        }
        let settings = settings_in(&state).map_err(|error| unknown(&error.to_string()))?;
        let names = state["classes"].as_array().into_iter().flatten();
        let classes: Vec<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
        if classes.len() < 2 {
            return Err(unknown("it names fewer than two classes"));
        }
        let image_size = settings.data.image_size;
        let mut network = Network::blank(&settings.model, image_size, classes.len(), device)
            .map_err(|source| ModelFileError::Network { path: path.to_owned(), source })?
            .with_precision(settings.precision);
        network
            .take(&tensors)
            .map_err(|source| ModelFileError::Weights { path: path.to_owned(), source })?;
        let provenance = Provenance::deserialize(&state["provenance"]).ok();
        Ok(Self { network, classes, settings, provenance })
    }

    /// What it measured, if it comes from the training with these settings, but for those that change
    /// nothing about its epochs, and this seed.
    pub fn report_in(&self, settings: &CnnSettings, seed: u64) -> Option<EpochReport> {
        let [then, now] = [&self.settings, settings].map(settings_to_json);
        let same = difference("objective", &then, &now).is_none();
        self.provenance.filter(|from| same && from.seed == seed).map(|from| from.report)
    }
}

/// Writes a network with what it is for: safetensors, under PyTorch's names, with settings, classes and
/// where it comes from as JSON among the metadata. The file appears whole or not at all.
///
/// # Errors
/// [`ModelFileError::Tensors`].
pub fn write_model(
    network: &Network,
    settings: &CnnSettings,
    classes: &[String],
    provenance: Option<&Provenance>,
    path: &Path,
) -> Result<(), ModelFileError> {
    let mut state = describe(settings, classes);
    state["provenance"] = json!(provenance);
    Ok(Checkpoint { tensors: network.state_dict(), state }.write(path)?)
}

/// The settings among what is said about weights; what an older version did not know has its default.
fn settings_in(state: &Value) -> Result<CnnSettings, SettingsError> {
    read_settings(&state["objective"])
}

/// What weights are for.
fn describe(settings: &CnnSettings, classes: &[String]) -> Value {
    json!({ "objective": settings_to_json(settings), "classes": classes })
}

/// Writes a training's checkpoint with its settings and classes.
///
/// # Errors
/// [`ModelFileError::Tensors`].
pub fn write_checkpoint(
    mut checkpoint: Checkpoint,
    settings: &CnnSettings,
    classes: &[String],
    path: &Path,
) -> Result<(), ModelFileError> {
    if let (Value::Object(state), Value::Object(more)) =
        (&mut checkpoint.state, describe(settings, classes))
    {
        state.extend(more);
    }
    Ok(checkpoint.write(path)?)
}

/// Reads the checkpoint of a training with the same settings, but for those that change nothing about
/// its epochs, and with the same classes.
///
/// # Errors
/// [`ModelFileError::Tensors`], [`ModelFileError::Unknown`]; [`ModelFileError::OtherSettings`] with the
/// one that differs.
pub fn read_checkpoint(
    path: &Path,
    settings: &CnnSettings,
    classes: &[String],
) -> Result<Checkpoint, ModelFileError> {
    let checkpoint = Checkpoint::read(path)?;
    let path = path.to_owned();
    let then = match settings_in(&checkpoint.state) {
        Ok(then) => settings_to_json(&then),
        Err(error) => return Err(ModelFileError::Unknown { path, reason: error.to_string() }),
    };
    let (now, known) = (settings_to_json(settings), &checkpoint.state["classes"]);
    let differs = difference("objective", &then, &now)
        .or_else(|| difference("classes", known, &json!(classes)));
    match differs {
        Some((key, then, now)) => Err(ModelFileError::OtherSettings { path, key, then, now }),
        None => Ok(checkpoint),
    }
}

/// Settings that change nothing about the epochs made already.
const FREE: [&str; 5] = [
    "objective.data.test",
    "objective.data.cache",
    "objective.epochs",
    "objective.device",
    "objective.threads",
];

/// The first place where two trees differ, and what stands there.
fn difference(key: &str, then: &Value, now: &Value) -> Option<(String, String, String)> {
    match (then, now) {
        _ if FREE.contains(&key) => None,
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter()
                .find_map(|child| difference(&format!("{key}.{child}"), &then[child], &now[child]))
        }
        _ => (then != now).then(|| (key.to_owned(), then.to_string(), now.to_string())),
    }
}
