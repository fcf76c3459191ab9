//! A CNN's settings: declared tree → [`CnnSettings`] → JSON.

mod by_type;
mod model;
mod optimizer;
mod schedule;
mod transforms;

use serde_json::{Value, json};

use crate::config::{Entry, Fields, Node, Problem, word_for};
use crate::objective::cnn::{
    Cache, CnnSettings, Corrupt, DataSettings, DataSource, Precision, SettingsError, Transform,
};
use crate::objective::{FileKind, NamedFile};

const CACHES: [(&str, Cache); 3] =
    [("auto", Cache::Auto), ("memory", Cache::Memory), ("disk", Cache::Disk)];
const CORRUPT: [(&str, Corrupt); 2] = [("fail", Corrupt::Fail), ("skip", Corrupt::Skip)];
const PRECISIONS: [(&str, Precision); 2] =
    [("float32", Precision::Float32), ("bf16", Precision::Bf16)];

/// The keys of a CNN objective.
pub(super) const KEYS: &[&str] = &[
    "type",
    "data",
    "model",
    "batch_size",
    "shuffle",
    "drop_last",
    "epochs",
    "optimizer",
    "schedule",
    "label_smoothing",
    "clip_norm",
    "early_stopping",
    "device",
    "precision",
    "threads",
];

/// The files and folders that a CNN objective names.
pub(super) const FILES: &[NamedFile] = &[
    NamedFile { key: "objective.data.train", pointer: "/data/train", kind: FileKind::Folder },
    NamedFile { key: "objective.data.valid", pointer: "/data/valid", kind: FileKind::Folder },
    NamedFile { key: "objective.data.test", pointer: "/data/test", kind: FileKind::Folder },
    NamedFile { key: "objective.data.folder", pointer: "/data/folder", kind: FileKind::Folder },
    NamedFile { key: "objective.model.weights", pointer: "/model/weights", kind: FileKind::File },
];

/// Reads bound settings. What is left out takes its default; ranges are those of
/// [`CnnSettings::validate`].
pub(super) fn read(objective: &Entry<'_>) -> Result<CnnSettings, Problem> {
    let fields = objective.fields()?;
    fields.only("a CNN objective", KEYS)?;
    let data = fields.require("data", "data: { train: FOLDER, valid: FOLDER }")?;
    let model = fields.require("model", "model: bitmoji")?;
    let mut settings = CnnSettings::new(read_data(&data)?, model::read(&model)?);
    if let Some(batch_size) = fields.get("batch_size") {
        settings.batch_size = batch_size.count()?;
    }
    if let Some(shuffle) = fields.get("shuffle") {
        settings.shuffle = shuffle.flag()?;
    }
    if let Some(drop_last) = fields.get("drop_last") {
        settings.drop_last = drop_last.flag()?;
    }
    if let Some(epochs) = fields.get("epochs") {
        settings.epochs = epochs.count()?;
    }
    if let Some(optimizer) = fields.get("optimizer") {
        settings.optimizer = optimizer::read(&optimizer)?;
    }
    if let Some(schedule) = fields.get("schedule") {
        settings.schedule = schedule::read(&schedule)?;
    }
    if let Some(smoothing) = fields.get("label_smoothing") {
        settings.label_smoothing = smoothing.number()?;
    }
    settings.clip_norm = fields.get("clip_norm").map(|norm| norm.number()).transpose()?;
    let stopping = fields.get("early_stopping");
    settings.early_stopping = stopping.map(|s| schedule::read_early_stopping(&s)).transpose()?;
    if let Some(device) = fields.get("device") {
        settings.device = device
            .text()?
            .parse()
            .map_err(|_| device.expected("a device: `auto`, `cpu`, `cuda` or `cuda:N`"))?;
    }
    if let Some(precision) = fields.get("precision") {
        settings.precision = precision.word(&PRECISIONS)?;
    }
    if let Some(threads) = fields.get("threads") {
        settings.threads = threads.count()?;
    }
    settings.validate().map_err(|e| place(objective, &e))?;
    Ok(settings)
}

fn read_data(data: &Entry<'_>) -> Result<DataSettings, Problem> {
    let fields = data.fields()?;
    fields.only(
        "`data`",
        &[
            "train",
            "valid",
            "test",
            "folder",
            "split",
            "image_size",
            "transforms",
            "valid_transforms",
            "cache",
            "corrupt",
        ],
    )?;
    let image_size = match fields.get("image_size") {
        Some(size) => size.count()?,
        None => DataSettings::DEFAULT_IMAGE_SIZE,
    };
    let list = |key| fields.get(key).map(|list| transforms::read(&list, image_size)).transpose();
    Ok(DataSettings {
        source: read_source(&fields)?,
        image_size,
        transforms: list("transforms")?.unwrap_or_default(),
        valid_transforms: list("valid_transforms")?,
        cache: fields.get("cache").map_or(Ok(Cache::default()), |word| word.word(&CACHES))?,
        corrupt: fields.get("corrupt").map_or(Ok(Corrupt::default()), |w| w.word(&CORRUPT))?,
    })
}

/// `train` and `valid`, or `folder` and `split`.
fn read_source(data: &Fields<'_>) -> Result<DataSource, Problem> {
    let path = |key, example| Ok(data.require(key, example)?.text()?.into());
    let Some(folder) = data.get("folder") else {
        if let Some(split) = data.get("split") {
            let message = "`split` needs a `folder` to split";
            return Err(Problem::new(split.place, message, "nothing to split")
                .help("write `folder: FOLDER` beside it"));
        }
        let (train, valid) = (path("train", "train: FOLDER")?, path("valid", "valid: FOLDER")?);
        let test = data.get("test").map(|test| Ok(test.text()?.into())).transpose()?;
        return Ok(DataSource::Folders { train, valid, test });
    };
    for key in ["train", "valid", "test"] {
        if let Some(entry) = data.get(key) {
            let message = format!("`{}` and `folder` cannot go together", entry.name);
            return Err(Problem::new(entry.place, message, "one or the other").help(
                "name `train` and `valid` (and `test`), or one `folder` and how to `split` it",
            ));
        }
    }
    let folder = folder.text()?.into();
    let split = data.require("split", "split: { valid: 0.2, test: 0.1, seed: 1 }")?.fields()?;
    split.only("`split`", &["valid", "test", "seed"])?;
    let seed = split.get("seed").map_or(Ok(0), |seed| seed.whole(0..=i64::MAX.into()))?;
    Ok(DataSource::Split {
        folder,
        valid: split.require("valid", "valid: 0.2")?.number()?,
        test: split.get("test").map_or(Ok(0.0), |test| test.number())?,
        seed: seed as u64,
    })
}

/// Reads settings kept as JSON; what is left out takes its default.
///
/// # Errors
/// [`SettingsError::Unreadable`].
pub fn read_settings(objective: &Value) -> Result<CnnSettings, SettingsError> {
    let node = Node::from_json(objective);
    let entry = Entry { name: "objective".into(), place: node.id, node: &node };
    let kind = entry.fields().and_then(|fields| fields.require("type", "type: cnn")?.text());
    match kind.map_err(unreadable)? {
        "cnn" => read(&entry).map_err(unreadable),
        _ => Err(SettingsError::Unreadable { message: "the objective is no CNN".into() }),
    }
}

/// Reads a list of transforms as a study declares it; a `size` that is left out is `image_size`.
///
/// # Errors
/// [`SettingsError::Unreadable`].
pub fn read_transforms(list: &Value, image_size: u32) -> Result<Vec<Transform>, SettingsError> {
    let node = Node::from_json(list);
    let entry = Entry { name: "transforms".into(), place: node.id, node: &node };
    transforms::read(&entry, image_size).map_err(unreadable)
}

fn unreadable(problem: Problem) -> SettingsError {
    SettingsError::Unreadable { message: problem.message }
}

/// Points at the setting that is wrong.
fn place(objective: &Entry<'_>, error: &SettingsError) -> Problem {
    let (key, says, expected) = match error {
        SettingsError::OutOfRange { key, found, expected } => {
            (key, format!("is {found}, expected {expected}"), format!("expected {expected}"))
        }
        SettingsError::Misplaced { key, reason } => (key, reason.clone(), "not here".to_owned()),
        other => return objective.problem(other.to_string(), ""),
    };
    let message = format!("`{}.{key}` {says}", objective.name);
    Problem::new(objective.node.follow(key).id, message, expected)
}

/// The settings in full, as [`read_settings`] takes them.
pub fn settings_to_json(settings: &CnnSettings) -> Value {
    let CnnSettings {
        data,
        model,
        batch_size,
        shuffle,
        drop_last,
        epochs,
        optimizer,
        schedule,
        label_smoothing,
        clip_norm,
        early_stopping,
        device,
        precision,
        threads,
    } = settings;
    json!({
        "type": "cnn",
        "data": data_to_json(data),
        "model": model::to_json(model),
        "batch_size": batch_size,
        "shuffle": shuffle,
        "drop_last": drop_last,
        "epochs": epochs,
        "optimizer": optimizer::to_json(optimizer),
        "schedule": schedule::to_json(schedule),
        "label_smoothing": label_smoothing,
        "clip_norm": clip_norm,
        "early_stopping": early_stopping.as_ref().map(schedule::early_stopping_to_json),
        "device": device.to_string(),
        "precision": word_for(&PRECISIONS, *precision),
        "threads": threads,
    })
}

fn data_to_json(data: &DataSettings) -> Value {
    let DataSettings { source, image_size, transforms, valid_transforms, cache, corrupt } = data;
    let mut json = match source {
        DataSource::Folders { train, valid, test } => {
            let mut json =
                json!({ "train": train.to_string_lossy(), "valid": valid.to_string_lossy() });
            if let Some(test) = test {
                json["test"] = json!(test.to_string_lossy());
            }
            json
        }
        DataSource::Split { folder, valid, test, seed } => json!({
            "folder": folder.to_string_lossy(),
            "split": { "valid": valid, "test": test, "seed": seed },
        }),
    };
    json["image_size"] = json!(image_size);
    json["transforms"] = transforms::to_json(transforms);
    // Without it, what the images to learn from go through decides.
    if let Some(list) = valid_transforms {
        json["valid_transforms"] = transforms::to_json(list);
    }
    json["cache"] = json!(word_for(&CACHES, *cache));
    json["corrupt"] = json!(word_for(&CORRUPT, *corrupt));
    json
}
