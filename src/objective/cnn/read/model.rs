//! A network: declared name or map → [`ModelSettings`] → JSON.

use serde_json::{Value, json};

use crate::config::{Data, Entry, Fields, Problem};
use crate::objective::cnn::architecture::Takes;
use crate::objective::cnn::{ModelKind, ModelSettings, Pretrained, Trainable};

/// Reads a name, or a map of `type` and settings.
pub(super) fn read(model: &Entry<'_>) -> Result<ModelSettings, Problem> {
    if matches!(model.node.data, Data::Text(_)) {
        return kind(model, None).map(ModelSettings::from);
    }
    let fields = model.fields()?;
    let kind = kind(&fields.require("type", "type: cnn")?, Some(&fields))?;
    let mut keys = vec!["type", "weights", "trainable", "frozen_statistics"];
    let mut dropout = None;
    match kind.takes() {
        Takes::Nothing => {}
        Takes::Dropout => {
            keys.push("dropout");
            dropout = fields.get("dropout").map(|dropout| dropout.number()).transpose()?;
        }
        Takes::Own(own) => keys.extend(own),
    }
    fields.only(&format!("the `{}` network", kind.name()), &keys)?;
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

/// The network of a name, with its own settings if it has any.
fn kind(name: &Entry<'_>, settings: Option<&Fields<'_>>) -> Result<ModelKind, Problem> {
    let all = ModelKind::all();
    let names: Vec<(&str, usize)> =
        all.iter().enumerate().map(|(at, kind)| (kind.name(), at)).collect();
    let kind = all[name.word(&names)?].clone();
    match settings {
        Some(settings) => kind.with(settings),
        None => Ok(kind),
    }
}

/// The network in full.
pub(super) fn to_json(model: &ModelSettings) -> Value {
    let mut json = json!({ "type": model.kind.name() });
    model.kind.write(&mut json);
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
