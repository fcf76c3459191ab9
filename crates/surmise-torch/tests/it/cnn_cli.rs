//! The commands about image folders and trained CNNs, as a user types them.

use std::fs;
use std::path::Path;

use crate::common::Place;
use serde_json::Value;
use surmise_torch::Checkpoint;
use surmise_torch::TrainedCnn;
use tch::Device;

/// `images/train`, `valid` and `test` with two classes of four images each, which colour tells apart.
fn place() -> Place {
    let place = Place::new();
    for split in ["train", "valid", "test"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = place.path().join("images").join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for number in 0..4 {
                let image = image::RgbImage::from_fn(24, 20, |x, y| {
                    let mut pixel = [(x * 3 + y) as u8 / 2; 3];
                    pixel[channel] = 120 + 30 * number;
                    image::Rgb(pixel)
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    place.write("study.yaml", STUDY);
    place
}

const STUDY: &str = "study: colours
direction: maximize
metric: accuracy
trials: 3
space:
  lr: { low: 1e-4, high: 1e-1, log: true, guess: 0.01 }
  flip: { low: 0.0, high: 1.0 }
objective:
  type: cnn
  data:
    train: images/train
    valid: images/valid
    image_size: 20
    transforms: [{ horizontal_flip: $flip }, { normalize: imagenet }]
  model: { type: cnn, blocks: 2, channels: 6, batch_norm: before, dropout: 0.2 }
  batch_size: 3
  epochs: 4
  optimizer: { type: adamw, lr: $lr }
  schedule: cosine
  device: cpu
";

fn is_png(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG"))
}

#[test]
fn an_image_folder_is_counted_drawn_and_checked() {
    let place = place();
    let out = place.ok(&["data", "show", "images", "--check"]);
    assert!(out.starts_with("images: 24 images, listed in "), "{out}");
    assert!(out.contains(" class  train  valid  test "), "{out}");
    assert!(out.contains(" blue       4      4     4 "), "{out}");
    assert!(out.contains("all 24 × 20 pixels"), "{out}");
    assert!(is_png(&place.path().join("plots/images-samples.png")));

    fs::write(place.path().join("images/valid/red/2.png"), "no image").unwrap();
    let err = place.fails(&["data", "show", "images", "--check"], 1);
    assert!(err.contains("damaged: images/valid/red/2.png is not an image"), "{err}");
    let err = place.fails(&["data", "show", "nowhere"], 1);
    assert!(err.contains("no folder nowhere"), "{err}");
}

#[test]
fn transforms_are_drawn_alike_every_time() {
    let place = place();
    let arguments = ["data", "augment", "images", "--config", "study.yaml", "--set", "flip=0.5"];
    place.ok(&arguments);
    let picture = place.path().join("plots/images-augmented.svg");
    let first = fs::read_to_string(&picture).unwrap();
    assert!(first.contains("horizontal_flip → normalize") && first.contains("epoch 8"));
    place.ok(&arguments);
    assert_eq!(first, fs::read_to_string(&picture).unwrap());
    place.ok(&[&arguments[..], &["--seed", "1"]].concat());
    assert_ne!(first, fs::read_to_string(&picture).unwrap());
}

#[test]
fn a_model_is_trained_kept_used_and_measured() {
    let place = place();
    let out = place.ok(&["train", "study.yaml", "--epochs", "12"]);
    assert!(out.starts_with("colours.safetensors\n"), "{out}");
    assert!(is_png(&place.path().join("plots/colours-learning.png")));

    let out = place.ok(&["model", "export", "colours.safetensors", "colours.pt"]);
    assert_eq!(out, "colours.pt\n");
    let [model, exported] = ["colours.safetensors", "colours.pt"]
        .map(|name| surmise_torch::StateDict::read(&place.path().join(name)).unwrap());
    assert_eq!(model.len(), exported.len());
    assert!(model.iter().all(|(name, tensor)| exported.get(name).unwrap().equal(tensor)));
    let err = place.fails(&["model", "export", "colours.safetensors", "colours.onnx"], 1);
    assert!(err.contains(".pt"), "{err}");

    let file = "images/test/red/1.png";
    let out = place.ok(&["predict", "colours.safetensors", file, "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["class"], &answer["image"]), (&"red".into(), &file.into()));
    let [red, blue] = [0, 1].map(|at| answer["classes"][at]["probability"].as_f64().unwrap());
    assert!((blue + red - 1.0).abs() < 1e-12 && red > 0.5);
    let table = place.ok(&["predict", "colours.safetensors", "images/test/blue"]);
    assert_eq!(table.lines().count(), 1 + 4, "{table}");
    // What cannot be read is told, the rest is predicted.
    let output = place.output(&["predict", "colours.safetensors", "none.png", file]);
    let (out, err) = crate::common::texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains(file) && err.contains("cannot read none.png"), "{out}{err}");

    let out = place.ok(&["evaluate", "colours.safetensors", "images/test", "--json"]);
    let measured: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(measured["images"], 8);
    let right = measured["confusion"][0][0].as_u64().unwrap()
        + measured["confusion"][1][1].as_u64().unwrap();
    assert_eq!(measured["accuracy"].as_f64().unwrap(), right as f64 / 8.0);
    assert!(is_png(&place.path().join("plots/colours-test-confusion.png")));
    let evaluate = ["evaluate", "colours.safetensors", "images/test", "--transform"];
    place.ok(&[&evaluate[..], &["vertical_flip=1"]].concat());
    assert!(is_png(&place.path().join("plots/colours-test-vertical_flip-1-confusion.png")));
    for (transform, message) in [
        ("rotation=-5", "`rotation.degrees` is -5, expected from 0 to 180"),
        ("resize=4000000000", "`resize.size` is 4000000000, expected from 1 to 4096 pixels"),
        ("normalize=imagenet", "`normalize` must come before `normalize`"),
        ("resize=12", "no image in images/test could be judged"),
    ] {
        let err = place.fails(&[&evaluate[..], &[transform]].concat(), 1);
        assert!(err.contains(message), "{err}");
    }
    fs::rename(place.path().join("images/test/red"), place.path().join("images/test/rot")).unwrap();
    let err = place.fails(&["evaluate", "colours.safetensors", "images/test"], 1);
    assert!(err.contains("a class `rot` that the model does not know"), "{err}");
    assert!(err.contains("hint: it knows blue, red"), "{err}");
}

#[test]
fn a_training_goes_on_from_its_checkpoint_as_if_nothing_had_been() {
    let place = place();
    // Undisturbed, and the same up to the second epoch of four.
    place.ok(&["train", "study.yaml", "--out", "whole.safetensors"]);
    place.ok(&["train", "study.yaml", "--out", "cut.safetensors", "--set", "schedule=constant"]);
    let err = place.fails(&["train", "study.yaml", "--out", "cut.safetensors", "--resume"], 1);
    assert!(err.contains("made with other settings: `objective.schedule."), "{err}");
    // A kill between two epochs leaves the last checkpoint: what --epochs 2 leaves under a schedule
    // that does not look at the number of epochs.
    for (out, epochs) in [("a.safetensors", "5"), ("b.safetensors", "2")] {
        let arguments = ["--epochs", epochs, "--out", out, "--set", "schedule=constant"];
        place.ok(&[&["train", "study.yaml"], &arguments[..]].concat());
    }
    let arguments = ["--epochs", "5", "--out", "b.safetensors", "--set", "schedule=constant"];
    place.ok(&[&["train", "study.yaml", "--resume"], &arguments[..]].concat());
    let bytes = |name: &str| fs::read(place.path().join(name)).unwrap();
    assert!(bytes("a.safetensors") == bytes("b.safetensors"));
    let again = ["train", "study.yaml", "--resume"];
    let err = place.fails(&[&again[..], &arguments, &["--seed", "9"]].concat(), 1);
    assert!(err.contains("the checkpoint's seed is 0"), "{err}");
    let image = place.path().join("images/train/red/0.png");
    fs::copy(&image, image.with_file_name("new.png")).unwrap();
    let err = place.fails(&[&again[..], &arguments].concat(), 1);
    assert!(
        err.contains("it had 8 images to learn from and 8 to measure on, now 9 and 8"),
        "{err}"
    );
    let err = place.fails(&["predict", "b.checkpoint", "images/test/red/0.png"], 1);
    assert!(err.contains("it is a checkpoint of a training that has not ended"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--out", "none.safetensors", "--resume"], 1);
    assert!(err.contains("none.checkpoint"), "{err}");
}

#[test]
fn the_best_trial_is_trained_again() {
    let place = place();
    place.ok(&["run", "study.yaml"]);
    let output = place.output(&["train", "--best", "colours"]);
    let (out, err) = crate::common::texts(&output);
    assert!(output.status.success(), "{out}{err}");
    let best: Value = serde_json::from_str(&place.ok(&["best", "colours", "--json"])).unwrap();
    let number = best["number"].as_u64().unwrap();
    assert!(err.contains(&format!("trial {number} of colours")), "{err}");
    let shown = place.show("colours");
    let value = shown["trials"][number as usize]["value"].as_f64().unwrap();
    // The last epoch's line ends in the accuracy that the trial measured.
    let last = err.lines().rfind(|line| line.starts_with("epoch   4/4")).unwrap();
    assert!(last.contains(&format!("accuracy {value:.4}  ")), "{last} {value}");
}

#[test]
fn the_epoch_that_measured_best_can_be_kept() {
    let place = place();
    // These images are told apart without a mistake well before the last epoch.
    fn train<'a>(more: &[&'a str]) -> Vec<&'a str> {
        let arguments = ["train", "study.yaml", "--set", "schedule=constant", "--out"];
        [&arguments[..], more].concat()
    }
    let best = ["best.safetensors", "--keep", "accuracy", "--epochs"];
    let output = place.output(&train(&[&best[..], &["12"]].concat()));
    let (out, err) = crate::common::texts(&output);
    assert!(output.status.success(), "{out}{err}");
    let accuracy = |line: &str| {
        let (_, rest) = line.split_once("valid loss ").unwrap();
        rest.split(' ').nth(2).unwrap().parse::<f64>().unwrap()
    };
    let lines = err.lines().filter(|line| line.starts_with("epoch "));
    let accuracies: Vec<f64> = lines.map(accuracy).collect();
    let most = accuracies.iter().copied().fold(0.0, f64::max);
    let first = accuracies.iter().position(|accuracy| *accuracy == most).unwrap();
    assert!(first < 11, "{accuracies:?}");
    let report = |name: &str| {
        let model = TrainedCnn::read(&place.path().join(name), Device::Cpu).unwrap();
        model.provenance.unwrap().report
    };
    let kept = report("best.safetensors");
    assert_eq!((kept.epoch as usize, kept.metrics.accuracy), (first + 1, most));
    // It measures what it measured then.
    let out = place.ok(&["evaluate", "best.safetensors", "images/valid", "--json"]);
    let measured: Value = serde_json::from_str(&out).unwrap();
    assert!((measured["loss"].as_f64().unwrap() - kept.metrics.loss).abs() < 1e-5, "{out}");
    // Going on finds none better, and leaves it alone.
    place.ok(&train(&[&best[..], &["14", "--resume"]].concat()));
    assert_eq!(report("best.safetensors"), kept);
    // A later model of another training is no epoch of this one.
    place.ok(&train(&["other.safetensors", "--epochs", "20", "--seed", "9"]));
    let copy = |from: &str, to: &str| fs::copy(place.path().join(from), place.path().join(to));
    copy("other.safetensors", "best.safetensors").unwrap();
    let err = place.fails(&train(&[&best[..], &["15", "--resume"]].concat()), 1);
    let says = format!("best.safetensors does not hold this training's epoch {}", kept.epoch);
    assert!(err.contains(&says), "{err}");
    // Killed after the model of an epoch was written, and before its checkpoint.
    let killed = ["killed.safetensors", "--keep", "loss", "--epochs"];
    place.ok(&train(&[&killed[..], &["2"]].concat()));
    copy("killed.checkpoint", "second.checkpoint").unwrap();
    place.ok(&train(&[&killed[..], &["3", "--resume"]].concat()));
    let third = report("killed.safetensors");
    assert_eq!(third.epoch, 3);
    copy("second.checkpoint", "killed.checkpoint").unwrap();
    place.ok(&train(&[&killed[..], &["3", "--resume"]].concat()));
    assert_eq!(report("killed.safetensors"), third);
}

#[test]
fn batches_may_have_to_be_full_and_come_in_order() {
    let place = place();
    let train = |set: &[&str]| {
        place.ok(&[&["train", "study.yaml", "--out", "m.safetensors"], set].concat());
        let checkpoint = Checkpoint::read(&place.path().join("m.checkpoint")).unwrap();
        let steps = checkpoint.state["training"]["optimizer_steps"][0].as_u64().unwrap();
        (steps, fs::read(place.path().join("m.safetensors")).unwrap())
    };
    // Eight images, three a batch, four epochs.
    let (steps, shuffled) = train(&[]);
    assert_eq!(steps, 4 * 3);
    assert_eq!(train(&["--set", "drop_last=true"]).0, 4 * 2);
    assert!(train(&["--set", "shuffle=false"]).1 != shuffled);
    let set = ["--set", "drop_last=true", "--set", "batch_size=9"];
    let err = place.fails(&[&["train", "study.yaml"], &set[..]].concat(), 1);
    assert!(err.contains("8 images to learn from fill no batch of 9"), "{err}");
}

#[test]
fn images_left_aside_are_what_a_model_is_tested_on() {
    let place = place();
    let evaluate = || {
        let out = place.ok(&["evaluate", "colours.safetensors", "--json"]);
        serde_json::from_str::<Value>(&out).unwrap()["images"].as_u64().unwrap()
    };
    place.ok(&["train", "study.yaml", "--epochs", "1"]);
    let err = place.fails(&["evaluate", "colours.safetensors"], 1);
    assert!(err.contains("leaves no images aside for testing"), "{err}");
    place.ok(&["train", "study.yaml", "--epochs", "1", "--set", "data.test=images/test"]);
    assert_eq!(evaluate(), 8);
    assert!(is_png(&place.path().join("plots/colours-test-confusion.png")));
    let split = STUDY.replace("    train: images/train\n", "    folder: images/train\n");
    let split =
        split.replace("    valid: images/valid\n", "    split: { valid: 0.25, test: 0.25 }\n");
    place.write("study.yaml", &split);
    place.ok(&["train", "study.yaml", "--epochs", "1"]);
    assert_eq!(evaluate(), 2);
    assert!(is_png(&place.path().join("plots/colours-train-test-confusion.png")));
    // Of other images, other ones would be tested on.
    let image = place.path().join("images/train/red/0.png");
    for new in 0..8 {
        fs::copy(&image, image.with_file_name(format!("new-{new}.png"))).unwrap();
    }
    let err = place.fails(&["evaluate", "colours.safetensors"], 1);
    assert!(err.contains("images/train holds other images than when"), "{err}");
}

#[test]
fn a_run_says_where_images_are_and_which_were_left_out() {
    let place = place();
    place.write("images/train/red/0.png", "no image");
    let study = STUDY.replace("    image_size: 20\n", "    image_size: 20\n    corrupt: skip\n");
    place.write("study.yaml", &study);
    let output = place.output(&["run", "study.yaml"]);
    let (out, err) = crate::common::texts(&output);
    assert!(output.status.success(), "{out}{err}");
    for text in ["7 images to learn from, ", "8 images to measure on, ", "1 damaged image left out"]
    {
        assert_eq!(err.matches(text).count(), 1, "{text}: {err}");
    }
    let log = fs::read_to_string(place.path().join("runs/colours/1/trial.log")).unwrap();
    assert!(log.contains("left out: images/train/red/0.png"), "{log}");
    assert!(log.contains("epoch 4/4  train loss "), "{log}");
}

#[test]
fn a_trial_without_memory_fails_and_its_worker_lives() {
    let place = place();
    // What the second trial's first layer makes of a batch would take 2 TB, and it may have a hundredth.
    let study = STUDY
        .replace("space:\n", "enqueue:\n  - { c: 4 }\n  - { c: 65536 }\n  - { c: 5 }\nspace:\n")
        .replace("  lr: { low: 1e-4, high: 1e-1, log: true, guess: 0.01 }\n", "")
        .replace("  flip: { low: 0.0, high: 1.0 }\n", "  c: { low: 4, high: 65536 }\n")
        .replace("{ horizontal_flip: $flip }, ", "")
        .replace("lr: $lr", "lr: 0.01")
        .replace("blocks: 2, channels: 6,", "channels: [$c], global_pooling: true,")
        .replace("image_size: 20", "image_size: 1024")
        .replace("batch_size: 3", "batch_size: 8")
        .replace("epochs: 4", "epochs: 1");
    place.write("study.yaml", &study);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -v 20000000 && exec \"$0\" run study.yaml --no-plots"]);
    shell.arg(crate::common::program()).current_dir(place.path());
    let output = shell.output().unwrap();
    let (out, err) = crate::common::texts(&output);
    assert!(output.status.success(), "{out}{err}");
    let shown = place.show("colours");
    let trials = shown["trials"].as_array().unwrap();
    let states: Vec<&str> = trials.iter().map(|t| t["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["complete", "failed", "complete"], "{err}");
    assert!(err.contains("failed (out_of_memory)"), "{err}");
    assert!(!err.contains("worker died"), "{err}");
}

#[test]
fn what_cannot_be_trained_is_told() {
    let place = place();
    let err = place.fails(&["train", "study.yaml", "--set", "lr"], 1);
    assert!(err.contains("`--set lr` has no `=`"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--set", "lr=7"], 1);
    assert!(err.contains("parameter `lr`") && err.contains("got 7"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--set", "batchsize=7"], 1);
    assert!(err.contains("`batchsize` is neither a parameter nor a setting"), "{err}");
    assert!(err.contains("hint: parameters: lr, flip"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--set", "optimizer.type=sgd"], 1);
    assert!(err.contains("of adam and adamw, not of sgd"), "{err}");
    assert!(err.contains("hint: a setting of several keys is set whole"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--set", "data.train=no$where"], 1);
    assert!(err.contains("no folder no$where"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--out", "nodir/m.safetensors"], 1);
    assert!(err.contains("there is no folder nodir"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--out", "m.checkpoint"], 1);
    assert!(err.contains("m.checkpoint is a checkpoint's name"), "{err}");
    let err = place.fails(&["train", "study.yaml", "--set", "optimizer.lr=1e30"], 1);
    assert!(err.contains("training diverged: the loss in epoch 1"), "{err}");
    let err = place.fails(&["train"], 1);
    assert!(err.contains("<FILE|--best <STUDY>>") || err.contains("required"), "{err}");
    fs::remove_dir_all(place.path().join("images/valid/red")).unwrap();
    let err = place.fails(&["train", "study.yaml"], 1);
    assert!(err.contains("images/valid has one class"), "{err}");
}

#[test]
fn weights_become_a_model_and_others_are_refused() {
    let place = place();
    let weights = crate::common::checkout().join("data/weights/squeezenet1_1.safetensors");
    let weights = weights.to_str().unwrap();
    place.ok(&["model", "import", "squeezenet1_1", weights, "--out", "imagenet.safetensors"]);
    let out = place.ok(&["predict", "imagenet.safetensors", "images/test/red/1.png", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["classes"].as_array().unwrap().len(), 1000);
    let err = place.fails(&["model", "import", "resnet18", weights, "--out", "no.safetensors"], 1);
    assert!(err.contains("missing `conv1.weight`"), "{err}");
    // Two outputs for two classes, as others train them: their difference.
    let kind = surmise_torch::ModelKind::ResNet18.into();
    let network = surmise_torch::Network::new(&kind, 64, 3, 5, tch::Device::Cpu).unwrap();
    let cut = network.state().map(|(name, tensor)| match name {
        "fc.weight" | "fc.bias" => (name, tensor.detach().narrow(0, 0, 2).copy()),
        _ => (name, tensor.detach().copy()),
    });
    let mut cut: Vec<_> = cut.collect();
    cut.sort_by_key(|(name, _)| *name);
    let two: surmise_torch::StateDict = cut.into_iter().collect();
    place.write("two.txt", "no\nyes\n");
    let head = two.get("fc.weight").unwrap();
    let difference = head.narrow(0, 1, 1) - head.narrow(0, 0, 1);
    // Sorted by name, as others write safetensors: the head is not the last.
    for file in ["two.pt", "sorted.safetensors"] {
        two.write(&place.path().join(file)).unwrap();
        let arguments = ["--classes", "two.txt", "--image-size", "64", "--out", "two.safetensors"];
        place.ok(&[&["model", "import", "resnet18", file], &arguments[..]].concat());
        let imported = surmise_torch::StateDict::read(&place.path().join("two.safetensors"));
        assert!(imported.unwrap().get("fc.weight").unwrap().equal(&difference), "{file}");
    }
    // Back from PyTorch's file, a study's model answers as before.
    place.ok(&["train", "study.yaml", "--epochs", "1"]);
    place.ok(&["model", "export", "colours.safetensors", "colours.pt"]);
    place.write("colours.txt", "blue\nred\n");
    let arguments = ["study.yaml", "colours.pt", "--classes", "colours.txt", "--out"];
    place.ok(&[&["model", "import"], &arguments[..], &["back.safetensors"]].concat());
    let answer = |model| place.ok(&["predict", model, "images/test/red/1.png", "--json"]);
    assert_eq!(answer("back.safetensors"), answer("colours.safetensors"));
    let names = place.write("names.txt", "a\nb\nc\n");
    let names = names.to_str().unwrap();
    let err = place.fails(
        &[
            "model",
            "import",
            "squeezenet1_1",
            weights,
            "--classes",
            names,
            "--out",
            "n.safetensors",
        ],
        1,
    );
    assert!(
        err.contains("`classifier.1.weight` is [1000, 512, 1, 1], expected [3, 512, 1, 1]"),
        "{err}"
    );
    let err = place.fails(&["predict", "study.yaml", "images/test/red/1.png"], 1);
    assert!(err.contains("hint: `surmise train` writes models"), "{err}");
}

#[test]
fn densenets_old_names_are_known() {
    let place = place();
    let kind = surmise_torch::ModelKind::DenseNet121.into();
    let network = surmise_torch::Network::new(&kind, 64, 3, 5, Device::Cpu).unwrap();
    let old = |name: &str| {
        let mut name = name.to_owned();
        for layer in ["norm1", "norm2", "conv1", "conv2"] {
            let (kind, number) = layer.split_at(4);
            name = name.replace(&format!(".{layer}."), &format!(".{kind}.{number}."));
        }
        name
    };
    assert_eq!(
        old("features.denseblock1.denselayer1.norm1.weight"),
        "features.denseblock1.denselayer1.norm.1.weight"
    );
    let tensors = network.state().map(|(name, tensor)| (old(name), tensor.shallow_clone()));
    let tensors: surmise_torch::StateDict = tensors.collect();
    tensors.write(&place.path().join("old.pth")).unwrap();
    place.write("names.txt", "a\nb\nc\n");
    let arguments = ["old.pth", "--classes", "names.txt", "--image-size", "64", "--out"];
    place.ok(&[&["model", "import", "densenet121"], &arguments[..], &["d.safetensors"]].concat());
    let imported = TrainedCnn::read(&place.path().join("d.safetensors"), Device::Cpu).unwrap();
    for ((name, tensor), (_, taken)) in network.state().zip(imported.network.state()) {
        assert!(tensor.equal(taken), "{name}");
    }
}

#[test]
fn a_probe_learns_from_what_comes_to_the_head() {
    let place = place();
    place.ok(&["train", "study.yaml"]);
    let folders = ["images/train", "images/valid", "images/test"];
    let arguments = ["--json", "--features", "features.safetensors"];
    let out = place.ok(&[&["probe", "colours.safetensors"], &folders[..], &arguments].concat());
    let probed: Value = serde_json::from_str(&out).unwrap();
    // Two blocks halve 20 pixels twice; the second has 12 channels.
    assert_eq!(probed["features"], 12 * 5 * 5);
    assert_eq!(probed["folders"][2]["accuracy"], 1.0);
    let kept = surmise_torch::Checkpoint::read(&place.path().join("features.safetensors"));
    let kept = kept.unwrap();
    assert_eq!(kept.tensors.get("features").unwrap().size(), [24, 300]);
    assert_eq!(kept.state["files"].as_array().unwrap().len(), 24);
    let err = place.fails(&["probe", "colours.safetensors", "images/train", "images"], 1);
    assert!(err.contains("images/train has the classes blue, red, but images has"), "{err}");
    let err = place
        .fails(&["probe", "colours.safetensors", "images/train", "images/test", "--c", "0"], 1);
    assert!(err.contains("C must be above 0"), "{err}");
}
