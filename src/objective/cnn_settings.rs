//! A CNN's settings: declared tree → [`CnnSettings`] → JSON.

use serde_json::{Value, json};

use crate::document::{Entry, Problem};
use crate::vision::{
    CnnSettings, DataSettings, ModelName, OptimizerKind, OptimizerSettings, SettingsError,
};

const MODELS: [(&str, ModelName); 1] = [("bitmoji", ModelName::Bitmoji)];
const OPTIMIZERS: [(&str, OptimizerKind); 1] = [("adam", OptimizerKind::Adam)];

/// What a CNN reports, hence what a study of it may optimise.
pub(crate) const CNN_METRICS: [&str; 3] = ["accuracy", "loss", "train_loss"];

/// Reads bound settings. What is left out takes its default; ranges are those of
/// [`CnnSettings::validate`].
pub(super) fn read(objective: &Entry<'_>) -> Result<CnnSettings, Problem> {
    let fields = objective.fields()?;
    fields.only(
        "a CNN objective",
        &["type", "data", "model", "batch_size", "epochs", "optimizer", "device", "threads"],
    )?;
    let data = fields.require("data", "data: { train: FOLDER, valid: FOLDER }")?;
    let model = fields.require("model", "model: bitmoji")?;
    let mut settings = CnnSettings::new(read_data(&data)?, model.word(&MODELS)?);
    if let Some(batch_size) = fields.get("batch_size") {
        settings.batch_size = count(&batch_size)?;
    }
    if let Some(epochs) = fields.get("epochs") {
        settings.epochs = count(&epochs)?;
    }
    if let Some(optimizer) = fields.get("optimizer") {
        settings.optimizer = read_optimizer(&optimizer)?;
    }
    if let Some(device) = fields.get("device") {
        settings.device = device
            .text()?
            .parse()
            .map_err(|_| device.expected("a device: `auto`, `cpu`, `cuda` or `cuda:N`"))?;
    }
    if let Some(threads) = fields.get("threads") {
        settings.threads = count(&threads)?;
    }
    settings.validate().map_err(|e| place(objective, &e))?;
    Ok(settings)
}

fn read_data(data: &Entry<'_>) -> Result<DataSettings, Problem> {
    let fields = data.fields()?;
    fields.only("`data`", &["train", "valid", "image_size"])?;
    Ok(DataSettings {
        train: fields.require("train", "train: FOLDER")?.text()?.into(),
        valid: fields.require("valid", "valid: FOLDER")?.text()?.into(),
        image_size: match fields.get("image_size") {
            Some(size) => count(&size)?,
            None => DataSettings::DEFAULT_IMAGE_SIZE,
        },
    })
}

fn read_optimizer(optimizer: &Entry<'_>) -> Result<OptimizerSettings, Problem> {
    let fields = optimizer.fields()?;
    fields.only("`optimizer`", &["type", "lr", "beta1", "beta2", "eps", "weight_decay"])?;
    let number = |key: &str, default: f64| fields.get(key).map_or(Ok(default), |v| v.number());
    let default = OptimizerSettings::default();
    Ok(OptimizerSettings {
        kind: match fields.get("type") {
            Some(kind) => kind.word(&OPTIMIZERS)?,
            None => default.kind,
        },
        lr: number("lr", default.lr)?,
        beta1: number("beta1", default.beta1)?,
        beta2: number("beta2", default.beta2)?,
        eps: number("eps", default.eps)?,
        weight_decay: number("weight_decay", default.weight_decay)?,
    })
}

/// A whole number; which are right is for `validate`.
fn count<T: TryFrom<i128>>(entry: &Entry<'_>) -> Result<T, Problem> {
    let value = entry.whole(i64::MIN.into()..=i64::MAX.into())?;
    T::try_from(value).map_err(|_| {
        let message = format!("`{}` is {value}, far out of range", entry.name);
        entry.problem(message, "out of range")
    })
}

/// Points at the setting that is out of range.
fn place(objective: &Entry<'_>, error: &SettingsError) -> Problem {
    match error {
        SettingsError::OutOfRange { key, found, expected } => Problem::new(
            objective.node.follow(key).id,
            format!("`{}.{key}` is {found}, expected {expected}", objective.name),
            format!("expected {expected}"),
        ),
        other => objective.problem(other.to_string(), ""),
    }
}

/// The settings in full.
pub(super) fn to_json(settings: &CnnSettings) -> Value {
    let CnnSettings { data, model, batch_size, epochs, optimizer, device, threads } = settings;
    json!({
        "type": "cnn",
        "data": {
            "train": data.train.to_string_lossy(),
            "valid": data.valid.to_string_lossy(),
            "image_size": data.image_size,
        },
        "model": model.name(),
        "batch_size": batch_size,
        "epochs": epochs,
        "optimizer": {
            "type": optimizer_name(optimizer.kind),
            "lr": optimizer.lr,
            "beta1": optimizer.beta1,
            "beta2": optimizer.beta2,
            "eps": optimizer.eps,
            "weight_decay": optimizer.weight_decay,
        },
        "device": device.to_string(),
        "threads": threads,
    })
}

fn optimizer_name(kind: OptimizerKind) -> &'static str {
    match kind {
        OptimizerKind::Adam => "adam",
    }
}
