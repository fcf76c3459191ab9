//! The learning rate's course and when training ends early: declared trees → settings → JSON.

use serde_json::{Value, json};

use super::by_type::{self, KeyOf};
use crate::config::{Data, Entry, Key, Node, Problem, word_for};
use crate::objective::cnn::{Course, EarlyStopping, Schedule, Watched, metrics};

const TYPES: [&str; 4] = ["constant", "step", "cosine", "one_cycle"];

const KEYS: [KeyOf; 8] = [
    ("type", &TYPES),
    ("warmup", &TYPES),
    ("every", &["step"]),
    ("gamma", &["step"]),
    ("final", &["cosine"]),
    ("pct_start", &["one_cycle"]),
    ("div_factor", &["one_cycle"]),
    ("final_div_factor", &["one_cycle"]),
];

const WATCHED: [(&str, Watched); 2] =
    [(metrics::LOSS, Watched::Loss), (metrics::ACCURACY, Watched::Accuracy)];

/// Reads a type, or a map of it and its settings.
pub(super) fn read(schedule: &Entry<'_>) -> Result<Schedule, Problem> {
    let node = match &schedule.node.data {
        Data::Text(_) => {
            let key = Key { id: schedule.place, name: "type".into() };
            let data = Data::Map(vec![(key, schedule.node.clone())]);
            Node { id: schedule.node.id, data }
        }
        _ => schedule.node.clone(),
    };
    let fields = Entry { node: &node, ..schedule.clone() }.fields()?;
    let types = TYPES.map(|name| (name, name));
    let kind = fields.get("type").map_or(Ok("constant"), |t| t.word(&types))?;
    by_type::only(&fields, "`schedule`", &KEYS, kind)?;
    let number = |key: &str, default: f64| fields.get(key).map_or(Ok(default), |v| v.number());
    let course = match kind {
        "step" => Course::Step {
            every: fields.require("every", "schedule: { type: step, every: 30 }")?.count()?,
            gamma: number("gamma", 0.1)?,
        },
        "cosine" => Course::Cosine { end: number("final", 0.0)? },
        "one_cycle" => Course::OneCycle {
            pct_start: number("pct_start", 0.3)?,
            div_factor: number("div_factor", 25.0)?,
            final_div_factor: number("final_div_factor", 1e4)?,
        },
        _ => Course::Constant,
    };
    Ok(Schedule { course, warmup: number("warmup", 0.0)? })
}

/// The schedule in full.
pub(super) fn to_json(schedule: &Schedule) -> Value {
    let mut json = match schedule.course {
        Course::Constant => json!({ "type": "constant" }),
        Course::Step { every, gamma } => {
            json!({ "type": "step", "every": every, "gamma": gamma })
        }
        Course::Cosine { end } => json!({ "type": "cosine", "final": end }),
        Course::OneCycle { pct_start, div_factor, final_div_factor } => json!({
            "type": "one_cycle",
            "pct_start": pct_start,
            "div_factor": div_factor,
            "final_div_factor": final_div_factor,
        }),
    };
    json["warmup"] = json!(schedule.warmup);
    json
}

/// Reads when training ends early.
pub(super) fn read_early_stopping(stopping: &Entry<'_>) -> Result<EarlyStopping, Problem> {
    let fields = stopping.fields()?;
    fields.only("`early_stopping`", &["patience", "min_delta", "metric"])?;
    let default = EarlyStopping::new(fields.require("patience", "patience: 5")?.count()?);
    Ok(EarlyStopping {
        min_delta: fields.get("min_delta").map_or(Ok(default.min_delta), |v| v.number())?,
        metric: fields.get("metric").map_or(Ok(default.metric), |v| v.word(&WATCHED))?,
        ..default
    })
}

/// When training ends early, in full.
pub(super) fn early_stopping_to_json(stopping: &EarlyStopping) -> Value {
    let EarlyStopping { patience, min_delta, metric } = stopping;
    let metric = word_for(&WATCHED, *metric);
    json!({ "patience": patience, "min_delta": min_delta, "metric": metric })
}
