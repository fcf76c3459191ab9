//! Networks against torchvision's and torchsummary's record: tests/golden/models/make.py.

use std::fs;
use std::path::{Path, PathBuf};

use crate::numbers::fnv;
use serde_json::Value;
use surmise_torch::architecture::{LayerSummary, ModelSummary, Role};
use surmise_torch::{Channels, CnnModel, ModelKind, ModelSettings, NormPlace, Pooling, Trainable};

fn golden_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/models").join(name)
}

fn golden() -> Value {
    serde_json::from_str(&fs::read_to_string(golden_path("golden.json")).unwrap()).unwrap()
}

fn named(name: &str) -> ModelSettings {
    ModelKind::named(name).unwrap().into()
}

fn torchvision_names() -> Vec<String> {
    let mut names: Vec<String> = golden().as_object().unwrap().keys().cloned().collect();
    names.retain(|name| name != "imagenet");
    assert_eq!(names.len(), 7);
    names
}

#[test]
fn tensors_have_torchvisions_names_shapes_and_order() {
    let golden = golden();
    for name in torchvision_names() {
        let tensors = named(&name).module(64, 5).unwrap().tensors();
        let parameters: i64 = tensors
            .iter()
            .filter(|tensor| matches!(tensor.role, Role::Parameter(_)))
            .map(surmise_torch::architecture::TensorSpec::numel)
            .sum();
        assert_eq!(parameters, golden[&name]["parameters"].as_i64().unwrap(), "{name}");
        assert_eq!(tensors.len() as u64, golden[&name]["tensors"].as_u64().unwrap(), "{name}");
        let listing: String =
            tensors.iter().map(|tensor| format!("{} {:?}\n", tensor.name, tensor.size)).collect();
        let hash = format!("{:016x}", fnv(&listing));
        assert_eq!(hash, golden[&name]["names"].as_str().unwrap(), "{name}:\n{listing}");
    }
}

#[test]
fn summaries_are_torchsummarys_to_the_letter() {
    for name in torchvision_names() {
        // The DenseNet takes lists, which torchsummary cannot.
        if name == "densenet121" {
            continue;
        }
        let module = named(&name).module(64, 5).unwrap();
        let ours = ModelSummary::new(&module, 64, Trainable::All).unwrap().to_string();
        let theirs = fs::read_to_string(golden_path(&format!("{name}.txt"))).unwrap();
        for (ours, theirs) in ours.lines().zip(theirs.lines()) {
            assert_eq!(ours, theirs, "{name}");
        }
        assert_eq!(ours.lines().count(), theirs.lines().count(), "{name}");
    }
    let resnet = named("resnet18").module(64, 5).unwrap();
    let ours = ModelSummary::new(&resnet, 64, Trainable::Last(1)).unwrap().to_string();
    assert_eq!(ours, fs::read_to_string(golden_path("resnet18_frozen.txt")).unwrap());
    let bitmoji = named("bitmoji").module(64, 1).unwrap();
    let ours = ModelSummary::new(&bitmoji, 64, Trainable::All).unwrap().to_string();
    assert_eq!(ours, fs::read_to_string(golden_path("bitmoji.txt")).unwrap());
}

/// Billions in torchvision's records of its weights (`_ops`), at 224 pixels and 1,000 classes.
#[test]
fn multiply_adds_are_torchvisions() {
    for (name, billions) in [
        ("resnet18", 1.814),
        ("resnet34", 3.664),
        ("resnet50", 4.089),
        ("densenet121", 2.834),
        ("squeezenet1_1", 0.349),
        ("mobilenet_v2", 0.301),
        ("efficientnet_b0", 0.386),
    ] {
        let module = named(name).module(224, 1000).unwrap();
        let summary = ModelSummary::new(&module, 224, Trainable::All).unwrap();
        let found = summary.multiply_adds() as f64 / 1e9;
        assert!((found - billions).abs() < 6e-4, "{name}: {found}");
    }
}

#[test]
fn the_smallest_image_is_the_smallest() {
    for kind in ModelKind::all() {
        let model = ModelSettings::from(kind);
        let smallest = model.smallest_image().unwrap();
        assert!(model.module(smallest, 3).is_ok(), "{model:?}");
        if smallest > 1 {
            assert!(model.module(smallest - 1, 3).is_err(), "{model:?}");
        }
    }
    assert_eq!(named("bitmoji").smallest_image(), Some(14));
}

fn layers(model: CnnModel, image_size: u32) -> Vec<LayerSummary> {
    let model = ModelSettings::from(ModelKind::Cnn(model));
    let module = model.module(image_size, 4).unwrap();
    ModelSummary::new(&module, image_size, Trainable::All).unwrap().layers
}

fn names(layers: &[LayerSummary]) -> Vec<&str> {
    layers.iter().map(|layer| layer.name.as_str()).collect()
}

#[test]
fn a_cnn_is_as_deep_and_wide_as_declared() {
    let plain = layers(CnnModel::default(), 32);
    assert_eq!(plain.last().unwrap().parameters, 64 * 4 * 4 * 4 + 4);
    assert_eq!(plain.len(), 3 * 3 + 1 + 1);
    let model = CnnModel {
        channels: Channels::Each(vec![8, 12]),
        kernel: 5,
        pooling: Pooling::Average,
        batch_norm: NormPlace::Before,
        global_pooling: true,
        head: vec![20],
        dropout: 0.3,
        ..CnnModel::default()
    };
    let layers = layers(model, 32);
    assert_eq!(
        names(&layers),
        [
            "features.0.conv",
            "features.0.norm",
            "features.0.activation",
            "features.0.pool",
            "features.1.conv",
            "features.1.norm",
            "features.1.activation",
            "features.1.pool",
            "pool",
            "flatten",
            "head.linear0",
            "head.activation0",
            "head.dropout0",
            "head.output",
        ]
    );
    // No bias before a normalisation.
    assert_eq!(layers[0].parameters, 8 * 3 * 25);
    assert_eq!(
        (layers[7].output.as_slice(), layers[10].parameters),
        (&[12, 8, 8][..], 12 * 20 + 20)
    );
}

mod torch {
    use super::*;
    use crate::numbers::{floats, uniform};
    use crate::weights::fill;
    use surmise_torch::{
        CnnSettings, DataSettings, Learner, Network, Precision, Pretrained, StateDict, Trainable,
    };
    use tch::{Device, Kind, Tensor};

    /// The largest difference, in terms of the largest number.
    fn apart(found: &Tensor, expected: &Value) -> f64 {
        let found = Vec::<f64>::try_from(found.to_kind(Kind::Double).reshape([-1])).unwrap();
        let expected = floats(expected);
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        found.iter().zip(&expected).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f64::max)
    }

    fn network(name: &str, dropout: Option<f64>, classes: usize) -> Network {
        let kind = ModelKind::named(name).unwrap();
        Network::new(
            &ModelSettings { kind, dropout, pretrained: None },
            64,
            classes,
            0,
            Device::Cpu,
        )
        .unwrap()
    }

    #[test]
    fn logits_gradients_and_statistics_are_torchvisions() {
        let golden = golden();
        let images = Tensor::from_slice(&uniform("images", 4 * 3 * 64 * 64));
        let images = images.to_kind(Kind::Float).view([4, 3, 64, 64]);
        for name in torchvision_names() {
            let golden = &golden[&name];
            let network = network(&name, Some(0.0), 5);
            fill(&network);
            let logits = network.forward(&images).unwrap();
            let difference = apart(&logits, &golden["logits"]);
            assert!(difference < 1e-5, "{name}, evaluating: {difference:e}");
            // Stochastic depth cannot be set to nothing here.
            if name == "efficientnet_b0" {
                continue;
            }
            let logits = network.forward_training(&images).unwrap();
            let difference = apart(&logits, &golden["training_logits"]);
            assert!(difference < 1e-4, "{name}, training: {difference:e}");
            logits.square().sum(Kind::Float).backward();
            for (tensor, norm) in golden["gradient_norms"].as_object().unwrap() {
                let (_, parameter) = network.parameters().find(|(n, _)| n == tensor).unwrap();
                let found = parameter.grad().to_kind(Kind::Double).norm().double_value(&[]);
                let norm = norm.as_f64().unwrap();
                let scale = norm.max(1e-3);
                // Of four images, rounding moves some across ReLU's edge: PyTorch's own norms in 32 bits
                // lie up to 3e-3 from those in 64, and 1e-3 apart on two processors.
                assert!((found - norm).abs() / scale < 1e-2, "{name}, {tensor}: {found} {norm}");
            }
            for (tensor, sum) in golden["running_sums"].as_object().unwrap() {
                let (_, found) = network.state().find(|(n, _)| n == tensor).unwrap();
                let found = found.to_kind(Kind::Double).sum(Kind::Double).double_value(&[]);
                let sum = sum.as_f64().unwrap();
                assert!((found - sum).abs() / sum.abs().max(1.0) < 1e-4, "{tensor}: {found} {sum}");
            }
        }
    }

    /// The largest difference, and the mean one, in terms of the largest expected number.
    fn differences(found: &Tensor, expected: &[f64]) -> (f64, f64) {
        let found = Vec::<f64>::try_from(found.to_kind(Kind::Double).reshape([-1])).unwrap();
        let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let apart: Vec<f64> =
            found.iter().zip(expected).map(|(a, b)| (a - b).abs() / scale).collect();
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        (apart.into_iter().fold(0.0, f64::max), mean)
    }

    fn own_bf16_instructions() -> bool {
        #[cfg(target_arch = "x86_64")]
        return is_x86_feature_detected!("avx512bf16");
        #[cfg(not(target_arch = "x86_64"))]
        return false;
    }

    /// On the machine of the record they are equal. Elsewhere sums come in another order, and a sum near the
    /// middle of two bfloat16 goes to the other one: by 2⁻⁸ of itself at most, layer after layer anew.
    #[test]
    fn logits_and_gradients_in_bf16_are_those_of_autocast() {
        // A processor's own instructions for bfloat16 round within a sum; the record is of one without.
        let closer = if own_bf16_instructions() { 1.0 } else { 0.5 };
        let golden = fs::read_to_string(golden_path("bf16.json")).unwrap();
        let golden: Value = serde_json::from_str(&golden).unwrap();
        let images = Tensor::from_slice(&uniform("images", 4 * 3 * 64 * 64));
        let images = images.to_kind(Kind::Float).view([4, 3, 64, 64]);
        let labels = Tensor::from_slice(&[0_i64, 1, 2, 3]);
        for (name, tolerance) in [
            ("bitmoji", 2.0_f64.powi(-7)),
            ("squeezenet1_1", 2.0_f64.powi(-7)),
            // Twenty layers, with normalisation, which magnifies.
            ("resnet18", 2.0_f64.powi(-6)),
        ] {
            let expected = floats(&golden[name]["logits"]);
            let dropout = (name != "bitmoji").then_some(0.0);
            let network = network(name, dropout, 5);
            fill(&network);
            let wide = network.forward(&images).unwrap();
            let network = network.with_precision(Precision::Bf16);
            let logits = network.forward(&images).unwrap();
            assert_eq!(logits.kind(), Kind::Float);
            assert!(logits.equal(&logits.to_kind(Kind::BFloat16).to_kind(Kind::Float)), "{name}");
            let (largest, mean) = differences(&logits, &expected);
            assert!(largest <= tolerance, "{name}: {largest:e}");
            // What 32-bit floats make of it is further away.
            let (_, wide) = differences(&wide, &expected);
            assert!(wide > 1e-3 && mean < closer * wide, "{name}: {mean:e}, 32 bits {wide:e}");
            let logits = network.forward_training(&images).unwrap();
            let loss = logits.cross_entropy_for_logits(&labels);
            let expected = golden[name]["loss"].as_f64().unwrap();
            let found = loss.double_value(&[]);
            assert!((found - expected).abs() < 0.01 * expected, "{name}: {found} {expected}");
            loss.backward();
            for (tensor, norm) in golden[name]["gradient_norms"].as_object().unwrap() {
                let (_, parameter) = network.parameters().find(|(n, _)| n == tensor).unwrap();
                assert_eq!((parameter.kind(), parameter.grad().kind()), (Kind::Float, Kind::Float));
                let found = parameter.grad().to_kind(Kind::Double).norm().double_value(&[]);
                let norm = norm.as_f64().unwrap();
                assert!((found - norm).abs() < 0.02 * norm, "{name}, {tensor}: {found} {norm}");
            }
        }
    }

    fn imagenet_weights() -> PathBuf {
        crate::common::checkout().join("data/weights/squeezenet1_1.safetensors")
    }

    #[test]
    fn imagenets_weights_say_what_they_say_in_torchvision() {
        let kind = ModelKind::SqueezeNet1_1;
        let settings = ModelSettings { kind, dropout: None, pretrained: None };
        let mut network = Network::new(&settings, 128, 1000, 0, Device::Cpu).unwrap();
        network.load(&imagenet_weights()).unwrap();
        let photo = golden_path("../vision/images/photo_1.png");
        let photo = surmise_torch::load_rgb(&photo, &[]).unwrap();
        let photo = Tensor::from_slice(photo.as_raw()).view([128, 128, 3]).permute([2, 0, 1]);
        let [mean, std] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225_f64]]
            .map(|numbers| Tensor::from_slice(&numbers).view([3, 1, 1]));
        let photo = ((photo.to_kind(Kind::Double) / 255.0 - mean) / std).to_kind(Kind::Float);
        let logits = network.forward(&photo.unsqueeze(0)).unwrap();
        let (values, places) = logits.view(-1).topk(5, 0, true, true);
        let golden = &golden()["imagenet"];
        assert_eq!(serde_json::json!(Vec::<i64>::try_from(places).unwrap()), golden["top5"]);
        assert!(apart(&values, &golden["logits"]) < 1e-5);
    }

    #[test]
    fn what_is_frozen_stays_and_a_new_head_is_learnt() {
        let pretrained = |trainable| Pretrained {
            weights: imagenet_weights(),
            trainable,
            frozen_statistics: true,
        };
        let images = Tensor::from_slice(&uniform("images", 4 * 3 * 64 * 64));
        let images = images.to_kind(Kind::Float).view([4, 3, 64, 64]);
        let labels = Tensor::from_slice(&[0_i64, 1, 1, 0]);
        let changed = |trainable, backbone_lr| -> Vec<String> {
            let kind = ModelKind::SqueezeNet1_1;
            let mut settings =
                CnnSettings::new(DataSettings::new("", "", 64), ModelSettings::from(kind));
            settings.model.pretrained = Some(pretrained(trainable));
            settings.optimizer.backbone_lr = backbone_lr;
            let mut network = Network::new(&settings.model, 64, 2, 0, Device::Cpu).unwrap();
            network.begin_with(&pretrained(trainable)).unwrap();
            let before: Vec<Tensor> = network.parameters().map(|(_, t)| t.copy()).collect();
            let original = StateDict::read(&imagenet_weights()).unwrap();
            assert!(
                network
                    .parameters()
                    .next()
                    .unwrap()
                    .1
                    .equal(original.get("features.0.weight").unwrap())
            );
            let mut learner = Learner::new(network, &settings).unwrap();
            learner.step(&images, &labels, 1.0).unwrap();
            let after = learner.network().parameters().zip(before);
            after
                .filter(|((_, t), before)| !t.equal(before))
                .map(|((name, _), _)| name.to_owned())
                .collect()
        };
        assert_eq!(changed(Trainable::Last(0), None), ["classifier.1.weight", "classifier.1.bias"]);
        let last = changed(Trainable::Last(1), Some(1e-5));
        assert_eq!(last.len(), 6 + 2);
        assert_eq!(last[0], "features.12.squeeze.weight");
        assert_eq!(changed(Trainable::All, None).len(), 52);
    }

    #[test]
    fn weights_of_another_network_are_refused_and_a_batch_of_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let weights = folder.path().join("resnet34.pt");
        network("resnet34", None, 9).save(&weights).unwrap();
        let (trainable, frozen_statistics) = (Trainable::All, true);
        let pretrained = Pretrained { weights, trainable, frozen_statistics };
        let error = network("resnet18", None, 2).begin_with(&pretrained).unwrap_err().to_string();
        assert!(error.contains("unexpected `layer1.2.conv1.weight`"), "{error}");

        let image = Tensor::ones([1, 3, 32, 32], (Kind::Float, Device::Cpu));
        let error = network("resnet18", None, 2).forward_training(&image).unwrap_err().to_string();
        assert!(error.contains("more than one number a channel"), "{error}");
    }

    #[test]
    fn frozen_normalisation_keeps_its_statistics_unless_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let weights = folder.path().join("resnet18.pt");
        network("resnet18", None, 9).save(&weights).unwrap();
        let images = Tensor::from_slice(&uniform("images", 4 * 3 * 64 * 64));
        let images = images.to_kind(Kind::Float).view([4, 3, 64, 64]);
        let moved = |frozen_statistics| -> Vec<String> {
            let mut network = network("resnet18", None, 2);
            let trainable = Trainable::Last(1);
            let weights = weights.clone();
            network.begin_with(&Pretrained { weights, trainable, frozen_statistics }).unwrap();
            let _ = network.forward_training(&images).unwrap();
            let counts = network.state().filter(|(name, t)| {
                name.ends_with("num_batches_tracked") && t.int64_value(&[]) > 0
            });
            counts.map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(moved(false).len(), 20);
        let right = moved(true);
        assert_eq!(right.len(), 5);
        assert!(right.iter().all(|name| name.starts_with("layer4")));
    }

    #[test]
    fn state_returns_from_a_file_and_counts_of_batches_may_be_missing() {
        let folder = tempfile::tempdir().unwrap();
        let images = Tensor::from_slice(&uniform("images", 2 * 3 * 64 * 64));
        let images = images.to_kind(Kind::Float).view([2, 3, 64, 64]);
        let trained = network("resnet18", None, 3);
        let _ = trained.forward_training(&images).unwrap();
        for file in ["weights.pt", "weights.safetensors"] {
            let file = folder.path().join(file);
            trained.save(&file).unwrap();
            let mut loaded = network("resnet18", None, 3);
            fill(&loaded);
            loaded.load(&file).unwrap();
            for ((name, a), (_, b)) in trained.state().zip(loaded.state()) {
                assert!(a.equal(b), "{name}");
            }
        }
        let old = folder.path().join("old.pt");
        let without = trained.state().filter(|(name, _)| !name.ends_with("num_batches_tracked"));
        let without: surmise_torch::StateDict =
            without.map(|(name, tensor)| (name, tensor.shallow_clone())).collect();
        without.write(&old).unwrap();
        network("resnet18", None, 3).load(&old).unwrap();
        let error = network("resnet34", None, 3).load(&old).unwrap_err().to_string();
        assert!(error.contains("missing `layer1.2.conv1.weight`"), "{error}");
    }

    #[test]
    fn dropout_draws_only_while_training_and_what_is_random_keeps_the_mean() {
        let images = Tensor::ones([64, 3, 32, 32], (Kind::Float, Device::Cpu));
        let model = CnnModel { dropout: 0.5, ..CnnModel::default() };
        let settings = ModelSettings::from(ModelKind::Cnn(model));
        let network = Network::new(&settings, 32, 2, 1, Device::Cpu).unwrap();
        assert!(network.module().is_random());
        let still = network.forward(&images).unwrap();
        assert_eq!(still, network.forward(&images).unwrap());
        tch::manual_seed(3);
        let first = network.forward_training(&images).unwrap();
        assert_ne!(first, network.forward_training(&images).unwrap());
        tch::manual_seed(3);
        assert_eq!(first, network.forward_training(&images).unwrap());
    }

    #[test]
    fn every_network_begins_by_the_seed_and_learns() {
        for kind in ModelKind::all() {
            let settings = ModelSettings::from(kind);
            let begin = |seed| Network::new(&settings, 64, 2, seed, Device::Cpu).unwrap();
            let (a, b, c) = (begin(1), begin(1), begin(2));
            let weights = |network: &Network| {
                let flat: Vec<Tensor> =
                    network.parameters().map(|(_, t)| t.reshape([-1])).collect();
                Tensor::cat(&flat, 0)
            };
            assert_eq!(weights(&a), weights(&b));
            assert_ne!(weights(&a), weights(&c));
            assert!(weights(&a).isfinite().all().int64_value(&[]) == 1);
        }
    }
}
