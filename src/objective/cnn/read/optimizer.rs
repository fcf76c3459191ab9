//! How the weights learn: declared tree → [`OptimizerSettings`] → JSON.

use serde_json::{Value, json};

use super::by_type::{self, KeyOf};
use crate::config::{Entry, Problem, word_for};
use crate::objective::cnn::{OptimizerKind, OptimizerSettings};

const TYPES: [(&str, OptimizerKind); 4] = [
    ("sgd", OptimizerKind::Sgd),
    ("adam", OptimizerKind::Adam),
    ("adamw", OptimizerKind::AdamW),
    ("rmsprop", OptimizerKind::RmsProp),
];

const ALL: &[&str] = &["sgd", "adam", "adamw", "rmsprop"];

const KEYS: [KeyOf; 10] = [
    ("type", ALL),
    ("lr", ALL),
    ("backbone_lr", ALL),
    ("beta1", &["adam", "adamw"]),
    ("beta2", &["adam", "adamw"]),
    ("alpha", &["rmsprop"]),
    ("eps", &["adam", "adamw", "rmsprop"]),
    ("momentum", &["sgd", "rmsprop"]),
    ("nesterov", &["sgd"]),
    ("weight_decay", ALL),
];

/// Reads a map; what is left out takes the default of its type.
pub(super) fn read(optimizer: &Entry<'_>) -> Result<OptimizerSettings, Problem> {
    let fields = optimizer.fields()?;
    let kind = fields.get("type").map_or(Ok(OptimizerKind::default()), |t| t.word(&TYPES))?;
    by_type::only(&fields, "`optimizer`", &KEYS, word_for(&TYPES, kind).unwrap_or_default())?;
    let number = |key: &str, default: f64| fields.get(key).map_or(Ok(default), |v| v.number());
    let default = OptimizerSettings::new(kind);
    Ok(OptimizerSettings {
        kind,
        lr: number("lr", default.lr)?,
        backbone_lr: fields.get("backbone_lr").map(|lr| lr.number()).transpose()?,
        beta1: number("beta1", default.beta1)?,
        beta2: number("beta2", default.beta2)?,
        alpha: number("alpha", default.alpha)?,
        eps: number("eps", default.eps)?,
        momentum: number("momentum", default.momentum)?,
        nesterov: fields.get("nesterov").map_or(Ok(default.nesterov), |v| v.flag())?,
        weight_decay: number("weight_decay", default.weight_decay)?,
    })
}

/// The settings of its type in full.
pub(super) fn to_json(settings: &OptimizerSettings) -> Value {
    let OptimizerSettings {
        kind,
        lr,
        backbone_lr,
        beta1,
        beta2,
        alpha,
        eps,
        momentum,
        nesterov,
        weight_decay,
    } = settings;
    let kind = word_for(&TYPES, *kind).unwrap_or_default();
    let mut json = json!({
        "type": kind,
        "lr": lr,
        "backbone_lr": backbone_lr,
        "beta1": beta1,
        "beta2": beta2,
        "alpha": alpha,
        "eps": eps,
        "momentum": momentum,
        "nesterov": nesterov,
        "weight_decay": weight_decay,
    });
    if let Value::Object(fields) = &mut json {
        fields.retain(|key, value| by_type::has(&KEYS, kind, key) && !value.is_null());
    }
    json
}
