//! Lists of transforms: declared list → [`Transform`]s → JSON.
//!
//! An element is a name (`horizontal_flip`), a name with its main setting (`rotation: 15`), or a name
//! with a map of settings (`random_crop: { padding: 4 }`).

use serde_json::{Value, json};

use crate::config::{Data, Entry, Key, Node, Problem, did_you_mean, shorten};
use crate::objective::cnn::IMAGENET;
use crate::objective::cnn::Transform;

/// Reads a list; what is left out takes torchvision's default, and a side `image_size`.
pub(super) fn read(list: &Entry<'_>, image_size: u32) -> Result<Vec<Transform>, Problem> {
    list.list()?.iter().map(|item| read_one(item, image_size)).collect()
}

fn read_one(item: &Entry<'_>, image_size: u32) -> Result<Transform, Problem> {
    let (key, settings) = match &item.node.data {
        Data::Text(name) => (Key { id: item.node.id, name: name.clone() }, None),
        Data::Map(entries) if entries.len() == 1 => (entries[0].0.clone(), Some(&entries[0].1)),
        _ => return Err(item.expected("a transform: its name, or its name and settings")),
    };
    let Some(kind) = Transform::KINDS.iter().find(|kind| kind.name == key.name) else {
        let message = format!("unknown transform `{}`", shorten(&key.name));
        let help = did_you_mean(&key.name, Transform::NAMES);
        return Err(Problem::new(key.id, message, "not known").help(help));
    };
    let name = kind.name;
    let entry = |node| Entry { name: format!("{}.{name}", item.name), place: key.id, node };
    let entries = match settings {
        None => Vec::new(),
        Some(node) => match (&node.data, kind.short) {
            (Data::Null, _) => Vec::new(),
            (Data::Map(entries), _) => entries.clone(),
            (Data::Text(word), _) if name == "normalize" && word == "imagenet" => {
                let (mean, std) = IMAGENET;
                return Ok(Transform::Normalize { mean, std });
            }
            (_, Some(short)) => vec![(Key { id: node.id, name: short.into() }, node.clone())],
            _ if name == "normalize" => {
                return Err(entry(node).expected("`imagenet`, or a map of `mean` and `std`"));
            }
            _ => return Err(entry(node).expected("a map")),
        },
    };
    let node = Node { id: key.id, data: Data::Map(entries) };
    (kind.read)(&entry(&node).fields()?, image_size)
}

/// The list in full, every element a map.
pub(super) fn to_json(list: &[Transform]) -> Value {
    list.iter().map(|transform| json!({ transform.name(): transform.settings() })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_list(list: Value) -> Result<Vec<Transform>, String> {
        let node = Node::from_json(&list);
        read(&Entry { name: "t".into(), place: node.id, node: &node }, 64).map_err(|p| p.message)
    }

    #[test]
    fn short_forms_mean_the_main_setting_and_the_rest_is_torchvisions_default() {
        let short = read_list(json!([
            "random_crop",
            { "center_crop": null },
            "horizontal_flip",
            { "rotation": 15 },
            { "random_resized_crop": { "scale": [0.5, 1] } },
            { "normalize": "imagenet" },
        ]));
        let (mean, std) = IMAGENET;
        assert_eq!(
            short.unwrap(),
            [
                Transform::RandomCrop { size: 64, padding: 0 },
                Transform::CenterCrop { size: 64 },
                Transform::HorizontalFlip { p: 0.5 },
                Transform::Rotation { degrees: 15.0 },
                Transform::RandomResizedCrop {
                    size: 64,
                    scale: (0.5, 1.0),
                    ratio: (0.75, 4.0 / 3.0)
                },
                Transform::Normalize { mean, std },
            ]
        );
    }

    #[test]
    fn every_transform_is_read_as_it_is_written() {
        let all = read_list(json!([
            { "resize": 70 },
            { "center_crop": 66 },
            { "random_crop": { "size": 65, "padding": 3 } },
            { "random_resized_crop": 64 },
            { "horizontal_flip": 0.1 },
            { "vertical_flip": 0.2 },
            { "rotation": 3.5 },
            { "color_jitter": { "brightness": 0.1, "contrast": 0.2, "saturation": 0.3, "hue": 0.4 } },
            { "grayscale": 0.3 },
            { "cutout": { "size": 9, "p": 0.4 } },
            { "gaussian_noise": 0.01 },
            { "normalize": { "mean": [0, 0.1, 0.2], "std": [1, 2, 3] } },
        ]))
        .unwrap();
        assert!(all.iter().map(Transform::name).eq(Transform::NAMES.iter().copied()));
        assert_eq!(read_list(to_json(&all)).unwrap(), all);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |list| read_list(list).unwrap_err();
        assert_eq!(message(json!(["flip"])), "unknown transform `flip`");
        assert_eq!(message(json!([{ "cutout": {} }])), "`t[0].cutout` lacks the key `size`");
        assert_eq!(message(json!(["rotation"])), "`t[0].rotation` lacks the key `degrees`");
        assert_eq!(message(json!([{ "rotation": { "angle": 3 } }])), "unknown key `angle`");
        assert_eq!(
            message(json!([{ "normalize": "cifar" }])),
            "`t[0].normalize` must be `imagenet`, or a map of `mean` and `std`, found the text `cifar`"
        );
        assert_eq!(
            message(json!([{ "horizontal_flip": "often" }])),
            "`t[0].horizontal_flip.p` must be a number, found the text `often`"
        );
        assert_eq!(
            message(json!(["grayscale", 3])),
            "`t[1]` must be a transform: its name, or its name and settings, found the number 3"
        );
    }
}
