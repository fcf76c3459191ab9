//! The settings of a network of any depth and width: declared map → [`CnnModel`] → JSON.

use serde_json::{Value, json};

use super::{Channels, CnnModel, NormPlace, Pooling};
use crate::config::{Data, Entry, Fields, Problem, word_for};
use crate::objective::cnn::architecture::{Activation, Init};

const POOLINGS: [(&str, Pooling); 3] =
    [("max", Pooling::Max), ("average", Pooling::Average), ("none", Pooling::None)];
const ACTIVATIONS: [(&str, Activation); 6] = [
    ("relu", Activation::Relu),
    ("leaky_relu", Activation::LeakyRelu),
    ("elu", Activation::Elu),
    ("gelu", Activation::Gelu),
    ("silu", Activation::Silu),
    ("tanh", Activation::Tanh),
];
const NORMS: [(&str, NormPlace); 3] =
    [("none", NormPlace::None), ("before", NormPlace::Before), ("after", NormPlace::After)];
const INITS: [(&str, Init); 4] = [
    ("default", Init::Default),
    ("kaiming_uniform", Init::KaimingUniform),
    ("kaiming_normal", Init::KaimingNormalIn),
    ("xavier_uniform", Init::XavierUniform),
];

/// The keys of its settings.
pub(crate) const KEYS: &[&str] = &[
    "blocks",
    "channels",
    "growth",
    "kernel",
    "pooling",
    "activation",
    "batch_norm",
    "global_pooling",
    "head",
    "dropout",
    "init",
];

/// Reads the settings; what is left out takes its default.
pub(crate) fn read(fields: &Fields<'_>) -> Result<CnnModel, Problem> {
    let default = CnnModel::default();
    Ok(CnnModel {
        channels: read_channels(fields)?,
        kernel: fields.get("kernel").map_or(Ok(default.kernel), |kernel| kernel.count())?,
        pooling: choice(fields, "pooling", &POOLINGS, default.pooling)?,
        activation: choice(fields, "activation", &ACTIVATIONS, default.activation)?,
        batch_norm: choice(fields, "batch_norm", &NORMS, default.batch_norm)?,
        global_pooling: fields
            .get("global_pooling")
            .map_or(Ok(default.global_pooling), |flag| flag.flag())?,
        head: fields.get("head").map_or(Ok(Vec::new()), |head| widths(&head))?,
        dropout: fields.get("dropout").map_or(Ok(default.dropout), |p| p.number())?,
        init: choice(fields, "init", &INITS, default.init)?,
    })
}

fn choice<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    words: &[(&str, T)],
    default: T,
) -> Result<T, Problem> {
    fields.get(key).map_or(Ok(default), |entry| entry.word(words))
}

fn widths(list: &Entry<'_>) -> Result<Vec<i64>, Problem> {
    list.list()?.iter().map(Entry::count).collect()
}

/// A list; or the first block's, with `blocks` and `growth`.
fn read_channels(fields: &Fields<'_>) -> Result<Channels, Problem> {
    let channels = fields.get("channels");
    if let Some(list) = channels.as_ref().filter(|c| matches!(c.node.data, Data::List(_))) {
        for key in ["blocks", "growth"] {
            if let Some(entry) = fields.get(key) {
                let message = format!("`{}` cannot go with a list of `channels`", entry.name);
                return Err(Problem::new(entry.place, message, "one or the other")
                    .help("the list has an element for each block"));
            }
        }
        return widths(list).map(Channels::Each);
    }
    Ok(Channels::Growing {
        blocks: fields.get("blocks").map_or(Ok(3), |blocks| blocks.count())?,
        first: channels.map_or(Ok(16), |first| first.count())?,
        growth: fields.get("growth").map_or(Ok(2.0), |growth| growth.number())?,
    })
}

/// Writes the settings in full.
pub(crate) fn write(model: &CnnModel, json: &mut Value) {
    let CnnModel { channels, kernel, pooling, activation, batch_norm, .. } = model;
    let CnnModel { global_pooling, head, dropout, init, .. } = model;
    json["kernel"] = json!(kernel);
    json["pooling"] = json!(word_for(&POOLINGS, *pooling));
    json["activation"] = json!(word_for(&ACTIVATIONS, *activation));
    json["batch_norm"] = json!(word_for(&NORMS, *batch_norm));
    json["global_pooling"] = json!(global_pooling);
    json["head"] = json!(head);
    json["dropout"] = json!(dropout);
    json["init"] = json!(word_for(&INITS, *init));
    match channels {
        Channels::Each(list) => json["channels"] = json!(list),
        Channels::Growing { blocks, first, growth } => {
            json["blocks"] = json!(blocks);
            json["channels"] = json!(first);
            json["growth"] = json!(growth);
        }
    }
}
