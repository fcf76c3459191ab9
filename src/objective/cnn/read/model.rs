//! A network: declared name or map → [`ModelSettings`] → JSON.

use serde_json::{Value, json};

use super::{count, word};
use crate::config::{Data, Entry, Fields, Problem};
use crate::objective::cnn::architecture::{Activation, Init};
use crate::objective::cnn::{
    Channels, CnnModel, ModelKind, ModelSettings, NormPlace, Pooling, Pretrained, Trainable,
};

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

/// Reads a name, or a map of `type` and settings.
pub(super) fn read(model: &Entry<'_>) -> Result<ModelSettings, Problem> {
    if matches!(model.node.data, Data::Text(_)) {
        return kind(model, None).map(ModelSettings::from);
    }
    let fields = model.fields()?;
    let kind = kind(&fields.require("type", "type: cnn")?, Some(&fields))?;
    let mut keys = vec!["type", "weights", "trainable", "frozen_statistics"];
    match kind {
        ModelKind::Bitmoji => {}
        ModelKind::Cnn(_) => keys.extend(CNN_KEYS),
        _ => keys.push("dropout"),
    }
    fields.only(&format!("the `{}` network", kind.name()), &keys)?;
    let dropout = match kind {
        ModelKind::Cnn(_) => None,
        _ => fields.get("dropout").map(|dropout| dropout.number()).transpose()?,
    };
    Ok(ModelSettings { kind, dropout, pretrained: read_pretrained(&fields)? })
}

fn read_pretrained(fields: &Fields<'_>) -> Result<Option<Pretrained>, Problem> {
    let Some(weights) = fields.get("weights") else {
        for key in ["trainable", "frozen_statistics"] {
            if let Some(entry) = fields.get(key) {
                let message = format!("`{}` needs `weights` to begin with", entry.name);
                return Err(Problem::new(entry.place, message, "random weights are all learnt")
                    .help("write `weights: FILE` beside it"));
            }
        }
        return Ok(None);
    };
    Ok(Some(Pretrained {
        weights: weights.text()?.into(),
        trainable: fields.get("trainable").map_or(Ok(Trainable::All), |t| read_trainable(&t))?,
        frozen_statistics: fields.get("frozen_statistics").map_or(Ok(true), |flag| flag.flag())?,
    }))
}

/// `all`, `head`, or how many parts before the head.
fn read_trainable(entry: &Entry<'_>) -> Result<Trainable, Problem> {
    match &entry.node.data {
        Data::Text(text) if text == "all" => Ok(Trainable::All),
        Data::Text(text) if text == "head" => Ok(Trainable::Last(0)),
        Data::Int(_) => Ok(Trainable::Last(entry.whole(0..=1000)? as usize)),
        _ => Err(entry.expected("`all`, `head`, or the number of parts before the head")),
    }
}

/// The network of a name, with the settings of a `cnn`.
fn kind(name: &Entry<'_>, settings: Option<&Fields<'_>>) -> Result<ModelKind, Problem> {
    let all = ModelKind::all();
    let names: Vec<(&str, usize)> =
        all.iter().enumerate().map(|(at, kind)| (kind.name(), at)).collect();
    match (all[name.word(&names)?].clone(), settings) {
        (ModelKind::Cnn(_), Some(settings)) => read_cnn(settings).map(ModelKind::Cnn),
        (kind, _) => Ok(kind),
    }
}

const CNN_KEYS: [&str; 11] = [
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

fn read_cnn(fields: &Fields<'_>) -> Result<CnnModel, Problem> {
    let default = CnnModel::default();
    Ok(CnnModel {
        channels: read_channels(fields)?,
        kernel: fields.get("kernel").map_or(Ok(default.kernel), |kernel| count(&kernel))?,
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
    list.list()?.iter().map(count).collect()
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
        blocks: fields.get("blocks").map_or(Ok(3), |blocks| count(&blocks))?,
        first: channels.map_or(Ok(16), |first| count(&first))?,
        growth: fields.get("growth").map_or(Ok(2.0), |growth| growth.number())?,
    })
}

/// The network in full.
pub(super) fn to_json(model: &ModelSettings) -> Value {
    let mut json = match &model.kind {
        ModelKind::Cnn(cnn) => cnn_to_json(cnn),
        kind => json!({ "type": kind.name() }),
    };
    if let Some(dropout) = model.dropout {
        json["dropout"] = json!(dropout);
    }
    if let Some(Pretrained { weights, trainable, frozen_statistics }) = &model.pretrained {
        json["weights"] = json!(weights.to_string_lossy());
        json["trainable"] = match trainable {
            Trainable::All => json!("all"),
            Trainable::Last(0) => json!("head"),
            Trainable::Last(parts) => json!(parts),
        };
        json["frozen_statistics"] = json!(frozen_statistics);
    }
    json
}

fn cnn_to_json(model: &CnnModel) -> Value {
    let CnnModel { channels, kernel, pooling, activation, batch_norm, .. } = model;
    let CnnModel { global_pooling, head, dropout, init, .. } = model;
    let mut json = json!({
        "type": "cnn",
        "kernel": kernel,
        "pooling": word(&POOLINGS, *pooling),
        "activation": word(&ACTIVATIONS, *activation),
        "batch_norm": word(&NORMS, *batch_norm),
        "global_pooling": global_pooling,
        "head": head,
        "dropout": dropout,
        "init": word(&INITS, *init),
    });
    match channels {
        Channels::Each(list) => json["channels"] = json!(list),
        Channels::Growing { blocks, first, growth } => {
            json["blocks"] = json!(blocks);
            json["channels"] = json!(first);
            json["growth"] = json!(growth);
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Node;

    fn read_json(model: &Value) -> Result<ModelSettings, String> {
        let node = Node::from_json(model);
        read(&Entry { name: "model".into(), place: node.id, node: &node }).map_err(|p| p.message)
    }

    #[test]
    fn every_network_is_read_as_it_is_written() {
        for kind in ModelKind::all() {
            let model = ModelSettings::from(kind);
            assert_eq!(read_json(&json!(model.kind.name())), Ok(model.clone()));
            assert_eq!(read_json(&to_json(&model)), Ok(model));
        }
        for (trainable, all) in [(json!("head"), true), (json!(3), false), (json!("all"), true)] {
            let model = json!({
                "type": "mobilenet_v2",
                "dropout": 0.4,
                "weights": "weights.pth",
                "trainable": trainable,
                "frozen_statistics": all,
            });
            assert_eq!(to_json(&read_json(&model).unwrap()), model);
        }
    }

    #[test]
    fn channels_grow_or_stand_one_by_one() {
        let channels = |model: Value| match read_json(&model).unwrap().kind {
            ModelKind::Cnn(cnn) => cnn.channels.each(),
            other => panic!("{other:?}"),
        };
        assert_eq!(channels(json!("cnn")), [16, 32, 64]);
        let growing = json!({ "type": "cnn", "blocks": 4, "channels": 10, "growth": 1.5 });
        assert_eq!(channels(growing.clone()), [10, 15, 23, 34]);
        assert_eq!(channels(to_json(&read_json(&growing).unwrap())), [10, 15, 23, 34]);
        assert_eq!(channels(json!({ "type": "cnn", "channels": [7, 5] })), [7, 5]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |model| read_json(&model).unwrap_err();
        assert_eq!(message(json!("resnet19")), "unknown `model`: `resnet19`");
        assert_eq!(message(json!({ "type": "bitmoji", "dropout": 0.1 })), "unknown key `dropout`");
        assert_eq!(message(json!({ "type": "resnet18", "head": [3] })), "unknown key `head`");
        assert_eq!(
            message(json!({ "type": "cnn", "channels": [3], "blocks": 2 })),
            "`model.blocks` cannot go with a list of `channels`"
        );
        assert_eq!(
            message(json!({ "type": "resnet18", "trainable": "head" })),
            "`model.trainable` needs `weights` to begin with"
        );
        assert_eq!(
            message(json!({ "type": "cnn", "head": 12 })),
            "`model.head` must be a list, found the number 12"
        );
    }
}
