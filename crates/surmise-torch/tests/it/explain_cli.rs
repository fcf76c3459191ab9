//! `surmise explain` and `surmise explain-report`: pictures, numbers, and what goes wrong.

use std::fs;
use std::path::Path;

use crate::common::Place;
use image::{Rgb, RgbImage};
use serde_json::Value;
use surmise_torch::explain::{Explainer, Planes};
use surmise_torch::{ModelKind, Network, Pipeline, Pixels, Transform, load_rgb};
use tch::{Device, Kind, Tensor};

/// Side of the images, and of what the network sees.
const SIDE: u32 = 32;

/// A red disc for `red`, a blue one for `blue`; a bar at the top or the bottom marks some of the red.
fn draw(place: &Place) {
    let mut table = "file,class,disc,bar\n".to_owned();
    for split in ["train", "valid"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = place.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for number in 0..4 {
                // Of red images one is blue's equal in all that is known: no bar.
                let bar =
                    if class == "red" { ["top", "top", "bottom", "top"][number] } else { "-" };
                let image = RgbImage::from_fn(SIDE, SIDE, |x, y| {
                    let (dx, dy) = (i64::from(x) - 16, i64::from(y) - 15 - number as i64);
                    let mut pixel = [200; 3];
                    if dx * dx + dy * dy < 80 {
                        pixel = [40; 3];
                        pixel[channel] = 220;
                    }
                    if (bar == "top" && y < 4) || (bar == "bottom" && y >= SIDE - 4) {
                        pixel = [90, 160, 20];
                    }
                    Rgb(pixel)
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
                table += &format!("{split}/{class}/{number}.png,{class},round,{bar}\n");
            }
        }
    }
    place.write("attributes.csv", &table);
}

/// A folder with images, their attributes and a model trained on them.
fn place() -> Place {
    let place = Place::new();
    draw(&place);
    place.write(
        "discs.yaml",
        "study: discs
direction: maximize
metric: accuracy
trials: 1
space:
  lr: { low: 1e-4, high: 0.1, log: true }
objective:
  type: cnn
  data: { train: train, valid: valid, image_size: 32, transforms: [normalize: imagenet] }
  model: bitmoji
  batch_size: 4
  epochs: 2
  device: cpu
  optimizer: { type: adam, lr: $lr }
",
    );
    place.ok(&["train", "discs.yaml", "--set", "lr=0.001"]);
    place
}

fn size(path: &Path) -> (u32, u32) {
    image::image_dimensions(path).unwrap()
}

#[test]
fn every_method_draws_its_maps() {
    let place = place();
    let all = "occlusion,integrated_gradients,gradient_shap,saliency";
    let out = place.ok(&[
        "explain",
        "discs.safetensors",
        "valid/red/0.png",
        "valid/blue",
        "--method",
        all,
        "--class",
        "red",
        "--steps",
        "20",
    ]);
    assert!(out.contains("valid/red/0.png") && out.contains("valid/blue/3.png"), "{out}");
    let several = place.path().join("plots/discs-explained.png");
    assert!(out.contains("discs-explained.svg") && several.exists(), "{out}");

    place.ok(&["explain", "discs.safetensors", "valid/red/0.png", "--method", "saliency"]);
    let one = place.path().join("plots/discs-0-explained.png");
    let ((wide, high), (narrow, low)) = (size(&several), size(&one));
    // Nine tiles against three, five rows against one.
    assert!(wide > 2 * narrow && high > 3 * low, "{wide} × {high}, {narrow} × {low}");
}

#[test]
fn json_sums_up_every_attribution() {
    let place = place();
    let explain = |more: &[&str]| -> Vec<Value> {
        let fixed =
            ["explain", "discs.safetensors", "valid/red/0.png", "valid/blue/0.png", "--json"];
        let out = place.ok(&[&fixed, more].concat());
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let [red, blue] = &explain(&[])[..] else { panic!("two images") };
    for answer in [red, blue] {
        assert_eq!(answer["class"], answer["explained"]);
        let attributions = answer["attributions"].as_array().unwrap();
        let methods: Vec<_> = attributions.iter().map(|a| a["method"].as_str().unwrap()).collect();
        assert_eq!(methods, ["occlusion", "integrated_gradients"]);
        assert!(attributions[0]["convergence_delta"].is_null());
        let delta = attributions[1]["convergence_delta"].as_f64().unwrap();
        let sum = attributions[1]["sum"].as_f64().unwrap();
        assert!(delta.abs() < 0.05 * sum.abs().max(0.1), "{delta} of {sum}");
    }
    // Of two classes one's attribution is the other's with its sign turned.
    let sum = |class: &str| {
        let answers = explain(&["--class", class, "--method", "gradient_shap", "--seed", "3"]);
        assert_eq!(answers[0]["explained"], class);
        answers[0]["attributions"][0]["sum"].as_f64().unwrap()
    };
    assert!((sum("red") + sum("blue")).abs() < 1e-5);
}

#[test]
fn what_cannot_be_explained_is_said_in_words() {
    let place = place();
    let explain = |more: &[&str]| {
        place.fails(&[&["explain", "discs.safetensors", "valid/red/0.png"], more].concat(), 1)
    };
    let error = explain(&["--class", "green"]);
    assert!(error.contains("`green`") && error.contains("it knows blue, red"), "{error}");
    let error = explain(&["--method", "occlusion", "--window", "33"]);
    assert!(error.contains("33") && error.contains("--window"), "{error}");
    let error = explain(&["--window", "4", "--stride", "5"]);
    assert!(error.contains("--stride"), "{error}");
    for wrong in [["--outliers", "101"], ["--steps", "0"], ["--method", "guess"]] {
        assert!(explain(&wrong).contains(wrong[0]));
    }
    // The others are explained all the same.
    let error = explain(&["nowhere.png"]);
    assert!(error.contains("nowhere.png"), "{error}");
    assert!(place.path().join("plots/discs-0-explained.png").exists());
    let error = place.fails(&["explain", "discs.yaml", "valid/red/0.png"], 1);
    assert!(error.contains("discs.yaml"), "{error}");
}

#[test]
fn a_report_groups_images_by_what_differs() {
    let place = place();
    let fixed = ["explain-report", "discs.safetensors", "valid", "--attributes", "attributes.csv"];
    let report = |more: &[&str]| place.ok(&[&fixed, more].concat());

    let found: Value = serde_json::from_str(&report(&["--reference", "red", "--json"])).unwrap();
    assert_eq!(found["reference"]["attributes"]["bar"]["value"], "top");
    assert_eq!(found["reference"]["attributes"]["bar"]["share"], 0.75);
    let groups = found["groups"].as_array().unwrap();
    let facts = |group: &Value| (group["differs"].clone(), group["images"].as_u64().unwrap());
    let none: [&str; 0] = [];
    assert_eq!(facts(&groups[0]), (none.as_slice().into(), 4));
    assert_eq!(facts(&groups[1]), (["bar"].as_slice().into(), 4));
    assert_eq!(groups.len(), 2);
    for group in groups {
        for attribution in group["attributions"].as_array().unwrap() {
            let thirds = attribution["thirds"].as_array().unwrap();
            let sum: f64 = thirds.iter().map(|share| share.as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{attribution}");
        }
    }

    // Of the others nothing need be known.
    place.write("red.csv", "file,bar\nvalid/red/0.png,top\nvalid/red/1.png,top\n");
    let red = ["explain-report", "discs.safetensors", "valid", "--attributes", "red.csv"];
    let out = place.ok(&[&red[..], &["--reference", "red", "--method", "saliency"]].concat());
    assert!(out.contains("6 images are left out"), "{out}");

    // Seen from blue, red differs in its bar, in two ways that make one group; its shape never.
    let out = report(&["--reference", "blue", "--columns", "bar,disc", "--method", "saliency"]);
    assert!(out.contains("blue: bar -, disc round"), "{out}");
    assert!(out.contains("(blue)") && out.contains("not aligned"), "{out}");
    let picture = place.path().join("plots/discs-valid-report.png");
    let (width, height) = size(&picture);
    assert!(width > 900 && height > 700, "{width} × {height}");
}

#[test]
fn a_report_that_cannot_be_made_says_why() {
    let place = place();
    let report = |csv: &str, more: &[&str]| {
        let fixed = ["explain-report", "discs.safetensors", "valid", "--attributes", csv];
        place.fails(&[&fixed, more].concat(), 1)
    };
    let error = report("attributes.csv", &["--reference", "green"]);
    assert!(error.contains("`green`") && error.contains("blue, red"), "{error}");
    let error = report("attributes.csv", &["--reference", "red", "--columns", "hat"]);
    assert!(error.contains("`hat`") && error.contains("disc, bar"), "{error}");
    place.write("bare.csv", "image,bar\nvalid/red/0.png,top\n");
    assert!(report("bare.csv", &["--reference", "red"]).contains("no column `file`"));
    place.write("elsewhere.csv", "file,bar\nred/0.png,top\n");
    let error = report("elsewhere.csv", &["--reference", "red"]);
    assert!(error.contains("no image of `red`") && error.contains("own folder"), "{error}");
    assert!(report("none.csv", &["--reference", "red"]).contains("none.csv"));
}

#[test]
fn normalising_is_a_layer_of_what_is_explained() {
    let place = Place::new();
    draw(&place);
    let file = place.path().join("valid/red/0.png");
    let (mean, std) = ([0.5, 0.4, 0.3], [0.2, 0.25, 0.3]);
    let pipeline = Pipeline::measuring(&[Transform::Normalize { mean, std }], SIDE);
    let network = Network::new(&ModelKind::Bitmoji.into(), SIDE, 2, 5, Device::Cpu).unwrap();
    let pixels = Pixels::Bytes(load_rgb(&file, &pipeline.fixed).unwrap()).numbers();
    let side = SIDE as usize;
    let image = Planes::new(3, side, side, pixels).unwrap().tensor(Device::Cpu).unwrap();

    let model = network.with_normalization(&pipeline).unwrap();
    let seen = model(&image.unsqueeze(0)).unwrap().sigmoid().double_value(&[0, 0]);
    let told = network.probabilities(&[file], &pipeline, SIDE).unwrap();
    assert!((seen - told[0].as_ref().unwrap()[1]).abs() < 1e-6);

    // The chain rule, and the image left as it is.
    let before = image.copy();
    let gradient = Explainer::new(&model, 1).gradient(&image).unwrap();
    assert_eq!(image, before);
    let channels = |x: [f64; 3]| Tensor::from_slice(&x).to_kind(Kind::Float).view([3, 1, 1]);
    let normalized = (&image - channels(mean)) / channels(std);
    let inner = Explainer::new(|x: &Tensor| network.forward(x), 1);
    let expected = inner.gradient(&normalized).unwrap() / channels(std);
    let scale = expected.abs().max().double_value(&[]);
    assert!((gradient - expected).abs().max().double_value(&[]) < 1e-5 * scale);
}
