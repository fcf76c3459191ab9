//! Lists of transforms: declared list → [`Transform`]s → JSON.
//!
//! An element is a name (`horizontal_flip`), a name with its main setting (`rotation: 15`), or a name
//! with a map of settings (`random_crop: { padding: 4 }`).

use serde_json::{Value, json};

use super::count;
use crate::config::{Data, Entry, Fields, Key, Node, Problem, did_you_mean, shorten};
use crate::objective::cnn::IMAGENET;
use crate::objective::cnn::Transform;

/// Names, with the setting that a bare value after the name stands for.
const NAMES: [(&str, Option<&str>); 12] = [
    ("resize", Some("size")),
    ("center_crop", Some("size")),
    ("random_crop", Some("size")),
    ("random_resized_crop", Some("size")),
    ("horizontal_flip", Some("p")),
    ("vertical_flip", Some("p")),
    ("rotation", Some("degrees")),
    ("color_jitter", None),
    ("grayscale", Some("p")),
    ("cutout", Some("size")),
    ("gaussian_noise", Some("sigma")),
    ("normalize", None),
];

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
    let Some((name, main)) = NAMES.iter().find(|(name, _)| *name == key.name) else {
        let message = format!("unknown transform `{}`", shorten(&key.name));
        let help = did_you_mean(&key.name, &NAMES.map(|(name, _)| name));
        return Err(Problem::new(key.id, message, "not known").help(help));
    };
    let entry = |node| Entry { name: format!("{}.{name}", item.name), place: key.id, node };
    let entries = match settings {
        None => Vec::new(),
        Some(node) => match (&node.data, main) {
            (Data::Null, _) => Vec::new(),
            (Data::Map(entries), _) => entries.clone(),
            (Data::Text(word), _) if *name == "normalize" && word == "imagenet" => {
                let (mean, std) = IMAGENET;
                return Ok(Transform::Normalize { mean, std });
            }
            (_, Some(main)) => vec![(Key { id: node.id, name: (*main).into() }, node.clone())],
            _ if *name == "normalize" => {
                return Err(entry(node).expected("`imagenet`, or a map of `mean` and `std`"));
            }
            _ => return Err(entry(node).expected("a map")),
        },
    };
    let node = Node { id: key.id, data: Data::Map(entries) };
    settings_of(name, &entry(&node).fields()?, image_size)
}

fn settings_of(name: &str, given: &Fields<'_>, image_size: u32) -> Result<Transform, Problem> {
    let only = |keys: &[&str]| given.only(&format!("`{name}`"), keys);
    let number = |key, default| given.get(key).map_or(Ok(default), |value| value.number());
    let size = || given.get("size").map_or(Ok(image_size), |size| count(&size));
    let pair = |key, default| given.get(key).map_or(Ok(default), |pair| numbers(&pair));
    let three = |key| numbers(&given.require(key, "normalize: imagenet")?);
    Ok(match name {
        "resize" => {
            only(&["size"])?;
            Transform::Resize { size: size()? }
        }
        "center_crop" => {
            only(&["size"])?;
            Transform::CenterCrop { size: size()? }
        }
        "random_crop" => {
            only(&["size", "padding"])?;
            let padding = given.get("padding").map_or(Ok(0), |padding| count(&padding))?;
            Transform::RandomCrop { size: size()?, padding }
        }
        "random_resized_crop" => {
            only(&["size", "scale", "ratio"])?;
            let scale = pair("scale", [0.08, 1.0])?.into();
            let ratio = pair("ratio", [0.75, 4.0 / 3.0])?.into();
            Transform::RandomResizedCrop { size: size()?, scale, ratio }
        }
        "horizontal_flip" => {
            only(&["p"])?;
            Transform::HorizontalFlip { p: number("p", 0.5)? }
        }
        "vertical_flip" => {
            only(&["p"])?;
            Transform::VerticalFlip { p: number("p", 0.5)? }
        }
        "rotation" => {
            only(&["degrees"])?;
            let degrees = given.require("degrees", "rotation: 15")?.number()?;
            Transform::Rotation { degrees }
        }
        "color_jitter" => {
            only(&["brightness", "contrast", "saturation", "hue"])?;
            let (brightness, contrast) = (number("brightness", 0.0)?, number("contrast", 0.0)?);
            let (saturation, hue) = (number("saturation", 0.0)?, number("hue", 0.0)?);
            Transform::ColorJitter { brightness, contrast, saturation, hue }
        }
        "grayscale" => {
            only(&["p"])?;
            Transform::Grayscale { p: number("p", 1.0)? }
        }
        "cutout" => {
            only(&["size", "p"])?;
            let size = count(&given.require("size", "cutout: 16")?)?;
            Transform::Cutout { size, p: number("p", 1.0)? }
        }
        "gaussian_noise" => {
            only(&["sigma"])?;
            Transform::GaussianNoise { sigma: number("sigma", 0.1)? }
        }
        _ => {
            only(&["mean", "std"])?;
            Transform::Normalize { mean: three("mean")?, std: three("std")? }
        }
    })
}

/// A list of so many numbers.
fn numbers<const N: usize>(list: &Entry<'_>) -> Result<[f64; N], Problem> {
    let numbers = list.list()?.iter().map(Entry::number).collect::<Result<Vec<_>, _>>()?;
    numbers.try_into().map_err(|_| list.expected(&format!("a list of {N} numbers")))
}

/// The list in full, every element a map.
pub(super) fn to_json(list: &[Transform]) -> Value {
    list.iter().map(|transform| json!({ transform.name(): settings_to_json(transform) })).collect()
}

fn settings_to_json(transform: &Transform) -> Value {
    match transform {
        Transform::Resize { size } | Transform::CenterCrop { size } => json!({ "size": size }),
        Transform::RandomCrop { size, padding } => json!({ "size": size, "padding": padding }),
        Transform::RandomResizedCrop { size, scale, ratio } => {
            json!({ "size": size, "scale": scale, "ratio": ratio })
        }
        Transform::HorizontalFlip { p }
        | Transform::VerticalFlip { p }
        | Transform::Grayscale { p } => json!({ "p": p }),
        Transform::Rotation { degrees } => json!({ "degrees": degrees }),
        Transform::ColorJitter { brightness, contrast, saturation, hue } => json!({
            "brightness": brightness,
            "contrast": contrast,
            "saturation": saturation,
            "hue": hue,
        }),
        Transform::Cutout { size, p } => json!({ "size": size, "p": p }),
        Transform::GaussianNoise { sigma } => json!({ "sigma": sigma }),
        Transform::Normalize { mean, std } => json!({ "mean": mean, "std": std }),
    }
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
        assert!(all.iter().map(Transform::name).eq(NAMES.map(|(name, _)| name)));
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
