//! Optimizers, schedules, label smoothing and clipping against PyTorch's numbers; early stopping.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use crate::numbers::uniform;
use serde_json::{Value, json};
use surmise::objective::{ObjectiveSettings, ObjectiveTemplate};
use surmise::space::{Domain, Parameter, SearchSpace};
use surmise_torch::{
    Checkpoint, CnnSettings, DataSettings, EarlyStopping, EpochReport, Learner, ModelKind, Network,
    Optimizer, OptimizerKind, OptimizerSettings, OptimizerState, RestoreError, Schedule,
    TrainingData, Watched, train,
};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

fn golden() -> Value {
    let path = "tests/golden/vision/optimizers.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap()
}

fn floats(value: &Value, key: &str) -> Vec<f64> {
    list(value, key).iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Relative where numbers are above 1.
fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max)
}

fn floats_of(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.detach().view(-1).to_kind(Kind::Double)).unwrap()
}

/// A CNN's settings with some keys of its objective, read as those of a study are.
fn cnn(keys: &Value) -> CnnSettings {
    let space = SearchSpace::new(vec![Parameter::new("flag", Domain::Bool)]).unwrap();
    let mut settings = json!({
        "type": "cnn",
        "data": { "train": "a/$flag", "valid": "b" },
        "model": "bitmoji",
    });
    for (key, value) in keys.as_object().unwrap() {
        settings[key] = value.clone();
    }
    let template = ObjectiveTemplate::new(&settings, &space).unwrap();
    match template.bind(&space.decode(&[0.0])).unwrap() {
        ObjectiveSettings::Cnn(settings) => *settings,
        other => panic!("no CNN: {other:?}"),
    }
}

/// The optimizer that a golden case has in its `type` and `settings`.
fn optimizer(case: &Value) -> OptimizerSettings {
    let mut keys = case["settings"].clone();
    keys["type"] = case["type"].clone();
    cnn(&json!({ "optimizer": keys })).optimizer
}

/// Gradient `k` of optimizers.py's twenty weights.
fn gradient(k: usize) -> Tensor {
    let sizes = uniform(&format!("size{k}"), 20);
    let gradient: Vec<f64> = uniform(&format!("gradient{k}"), 20)
        .iter()
        .zip(sizes)
        .map(|(u, size)| (2.0 * u - 1.0) * (12.0 * size - 9.0).exp())
        .collect();
    Tensor::from_slice(&gradient).to_kind(Kind::Float)
}

fn weights() -> Tensor {
    (Tensor::from_slice(&uniform("weights", 20)) * 2.0 - 1.0).to_kind(Kind::Float)
}

// --- optimizers ------------------------------------------------------------------------------------

#[test]
fn every_optimizer_steps_as_pytorchs() {
    let golden = golden();
    for case in list(&golden, "alone") {
        let settings = optimizer(case);
        assert_eq!(settings.lr, case["lr"].as_f64().unwrap(), "{case}");
        let weights = weights();
        let mut optimizer = Optimizer::new(&settings, weights.shallow_clone()).unwrap();
        for (k, factor) in floats(&golden, "factors").iter().enumerate() {
            optimizer.step(&gradient(k), settings.lr * factor).unwrap();
            if k == 0 {
                let apart = largest_difference(&floats_of(&weights), &floats(case, "first"));
                assert!(apart < 2e-7, "first step of {}: {apart:e}", case["settings"]);
            }
        }
        let apart = largest_difference(&floats_of(&weights), &floats(case, "last"));
        assert!(apart < 5e-7, "{} {}: {apart:e}", case["type"], case["settings"]);
    }
}

/// One of each kind, everything switched on.
fn all_kinds() -> Vec<OptimizerSettings> {
    [OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW, OptimizerKind::RmsProp]
        .into_iter()
        .flat_map(|kind| {
            let plain = OptimizerSettings::new(kind);
            let (momentum, nesterov, weight_decay) = (0.9, true, 0.1);
            [plain.clone(), OptimizerSettings { momentum, nesterov, weight_decay, ..plain }]
        })
        .collect()
}

#[test]
fn an_optimizer_goes_on_from_its_state_to_the_last_bit() {
    for settings in all_kinds() {
        let through = weights();
        let mut first = Optimizer::new(&settings, through.shallow_clone()).unwrap();
        for k in 0..3 {
            first.step(&gradient(k), 0.01).unwrap();
        }
        let (state, resumed) = (first.state().unwrap(), through.copy());
        for k in 3..6 {
            first.step(&gradient(k), 0.01).unwrap();
        }
        // Later steps have left the state alone. It goes through a file.
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("checkpoint");
        let written = Checkpoint { tensors: state.buffers, state: json!(state.steps) };
        written.write(&file).unwrap();
        let Checkpoint { tensors: buffers, state } = Checkpoint::read(&file).unwrap();
        let steps = serde_json::from_value(state).unwrap();
        assert_eq!(steps, 3);
        let mut second = Optimizer::new(&settings, resumed.shallow_clone()).unwrap();
        second.restore(&OptimizerState { steps, buffers }).unwrap();
        for k in 3..6 {
            second.step(&gradient(k), 0.01).unwrap();
        }
        assert_eq!(resumed, through, "{settings:?}");
        assert_eq!(first.state().unwrap().steps, 6);
        for (name, buffer) in first.state().unwrap().buffers.iter() {
            assert_eq!(second.state().unwrap().buffers.get(name), Some(buffer));
        }
    }
}

#[test]
fn a_state_of_another_optimizer_is_refused() {
    let optimizer = |kind, length| {
        Optimizer::new(&OptimizerSettings::new(kind), weights().narrow(0, 0, length)).unwrap()
    };
    let refused = |of: &Optimizer| {
        let mut adam = optimizer(OptimizerKind::Adam, 20);
        adam.step(&gradient(0), 0.1).unwrap();
        match adam.restore(&of.state().unwrap()).unwrap_err() {
            RestoreError::Mismatch(mismatch) => {
                assert_eq!(adam.state().unwrap().steps, 1);
                mismatch.to_string()
            }
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(&optimizer(OptimizerKind::Sgd, 20)), "missing `mean`, `square`");
    assert_eq!(refused(&optimizer(OptimizerKind::RmsProp, 20)), "missing `mean`");
    assert_eq!(
        refused(&optimizer(OptimizerKind::AdamW, 7)),
        "`mean` is [7], expected [20], `square` is [7], expected [20]"
    );
}

/// What a backbone and a head with learning rates of their own come to.
#[test]
fn optimizers_of_parts_reach_the_whole_vector_and_leave_the_rest() {
    for settings in all_kinds() {
        let (whole, parts) = (weights(), weights());
        // As a network's parameters are made.
        let parameter = parts.narrow(0, 6, 4).view([2, 2]).detach();
        let mut alone = Optimizer::new(&settings, whole.shallow_clone()).unwrap();
        let ranges = [(5, 5), (10, 10)];
        let mut groups = ranges
            .map(|(start, len)| Optimizer::new(&settings, parts.narrow(0, start, len)).unwrap());
        for k in 0..4 {
            alone.step(&gradient(k), 0.02).unwrap();
            for ((start, len), group) in ranges.into_iter().zip(&mut groups) {
                group.step(&gradient(k).narrow(0, start, len), 0.02).unwrap();
            }
        }
        assert_eq!(parts.narrow(0, 5, 15), whole.narrow(0, 5, 15), "{settings:?}");
        assert_eq!(parts.narrow(0, 0, 5), weights().narrow(0, 0, 5));
        assert_eq!(parameter.view(-1), whole.narrow(0, 6, 4));
    }
}

// --- the network -----------------------------------------------------------------------------------

/// The network with the weights that optimizers.py's `filled` gives it.
fn filled(outputs: usize) -> Network {
    // Two classes have one logit.
    let network =
        Network::new(&ModelKind::Bitmoji.into(), 64, outputs.max(2), 0, Device::Cpu).unwrap();
    crate::weights::fill(&network);
    network
}

#[test]
fn five_steps_of_the_network_follow_pytorch() {
    for case in list(&golden(), "trajectories") {
        let outputs = case["outputs"].as_u64().unwrap() as usize;
        let label = format!("{} {}", case["type"], case["settings"]);
        let mut settings = cnn(&json!({
            "label_smoothing": case.get("label_smoothing").unwrap_or(&json!(0)),
            "clip_norm": case["clip_norm"],
        }));
        settings.optimizer = optimizer(case);
        let mut learner = Learner::new(filled(outputs), &settings).unwrap();
        let losses: Vec<f64> = (0..5)
            .map(|step| {
                let images =
                    Tensor::from_slice(&uniform(&format!("batch{step}"), 32 * 3 * 64 * 64));
                let images = images.to_kind(Kind::Float).view([32, 3, 64, 64]);
                let labels: Vec<i64> = uniform(&format!("label{step}"), 32)
                    .iter()
                    .map(|u| match outputs {
                        1 => i64::from(*u < 0.5),
                        n => (u * n as f64) as i64,
                    })
                    .collect();
                let loss = learner.step(&images, &Tensor::from_slice(&labels), 1.0).unwrap().loss;
                loss.double_value(&[])
            })
            .collect();
        let apart = largest_difference(&losses, &floats(case, "losses"));
        assert!(apart < 1e-5, "losses of {label}: {apart:e}");
        for (name, parameter) in learner.network().parameters() {
            let norm = parameter.to_kind(Kind::Double).norm().double_value(&[]);
            let apart = (norm - case["norms_f64"][name].as_f64().unwrap()).abs();
            assert!(apart < 1e-5, "{name} of {label}: {apart:e}");
        }
    }
}

// --- schedules -------------------------------------------------------------------------------------

#[test]
fn schedules_are_those_of_pytorch() {
    for case in list(&golden(), "schedules") {
        let epochs = case["epochs"].as_u64().unwrap() as u32;
        let per_epoch = case["steps_per_epoch"].as_u64().unwrap();
        let keys = json!({ "epochs": epochs, "schedule": case["settings"] });
        let schedule = cnn(&keys).schedule;
        let factors: Vec<f64> = (0..per_epoch * u64::from(epochs))
            .map(|step| schedule.factor(step, per_epoch, epochs))
            .collect();
        let apart = largest_difference(&factors, &floats(case, "factors"));
        assert!(apart < 1e-14, "{}: {apart:e}", case["settings"]);
        assert!(factors.iter().all(|factor| (0.0..=1.0).contains(factor)));
    }
}

#[test]
fn a_cycle_that_rises_for_one_step_begins_at_its_top() {
    // PyTorch divides by zero here.
    let keys = json!({ "epochs": 4, "schedule": { "type": "one_cycle", "pct_start": 0.25 } });
    let schedule = cnn(&keys).schedule;
    let factors = [0, 1, 2, 3].map(|step| schedule.factor(step, 1, 4));
    assert!(largest_difference(&factors, &[1.0, 0.75, 0.25, 4e-6]) < 1e-5, "{factors:?}");
    let word = cnn(&json!({ "epochs": 1, "schedule": "one_cycle" })).schedule;
    assert_eq!(Schedule::default().factor(7, 1, 1), 1.0);
    assert!(word.factor(0, 1, 1).is_finite());
}

// --- training --------------------------------------------------------------------------------------

/// Two classes of two images each, which colour alone tells apart.
fn small_data() -> (TempDir, DataSettings) {
    let root = TempDir::new().unwrap();
    for split in ["train", "valid"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = root.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for (number, level) in [120, 220].into_iter().enumerate() {
                let mut pixel = [60; 3];
                pixel[channel] = level;
                let image = image::RgbImage::from_pixel(16, 16, image::Rgb(pixel));
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    let settings = DataSettings::new(root.path().join("train"), root.path().join("valid"), 16);
    (root, settings)
}

fn reports(settings: &CnnSettings) -> Vec<EpochReport> {
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let mut reports = Vec::new();
    let last = train(settings, &data, 3, |report| {
        reports.push(*report);
        ControlFlow::Continue(())
    });
    assert_eq!(reports.last(), Some(&last.unwrap()));
    reports
}

#[test]
fn every_setting_changes_the_training_and_repeats() {
    let (_root, data) = small_data();
    let plain =
        CnnSettings { epochs: 4, batch_size: 3, ..CnnSettings::new(data, ModelKind::Bitmoji) };
    let mut seen = vec![reports(&plain)];
    let of = |keys| cnn(&keys);
    for changed in [
        CnnSettings { schedule: of(json!({ "schedule": "cosine" })).schedule, ..plain.clone() },
        CnnSettings {
            schedule: of(json!({ "schedule": { "warmup": 2.5 } })).schedule,
            ..plain.clone()
        },
        CnnSettings { label_smoothing: 0.2, ..plain.clone() },
        CnnSettings { optimizer: OptimizerSettings::new(OptimizerKind::Sgd), ..plain.clone() },
        CnnSettings {
            optimizer: OptimizerSettings::new(OptimizerKind::Sgd),
            clip_norm: Some(0.01),
            ..plain.clone()
        },
    ] {
        let first = reports(&changed);
        assert_eq!(first, reports(&changed));
        assert!(!seen.contains(&first), "{changed:?}");
        seen.push(first);
    }
}

#[test]
fn what_is_measured_on_is_not_smoothed() {
    let (_root, data) = small_data();
    let settings =
        CnnSettings { label_smoothing: 0.9, ..CnnSettings::new(data, ModelKind::Bitmoji) };
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let network = || Network::new(&ModelKind::Bitmoji.into(), 16, 2, 3, Device::Cpu).unwrap();
    let smoothed = Learner::new(network(), &settings).unwrap();
    let plain = CnnSettings { label_smoothing: 0.0, ..settings };
    let plain = Learner::new(network(), &plain).unwrap();
    assert_eq!(
        smoothed.evaluate(&data.valid, 4, 1).unwrap(),
        plain.evaluate(&data.valid, 4, 1).unwrap()
    );
}

#[test]
fn training_ends_early_once_nothing_gets_better() {
    let (_root, data) = small_data();
    let mut settings = CnnSettings { epochs: 9, ..CnnSettings::new(data, ModelKind::Bitmoji) };
    // No loss is smaller by so much.
    settings.early_stopping = Some(EarlyStopping { min_delta: 100.0, ..EarlyStopping::new(3) });
    assert_eq!(reports(&settings).len(), 4);
    settings.early_stopping =
        Some(EarlyStopping { min_delta: 1.0, metric: Watched::Accuracy, patience: 2 });
    assert_eq!(reports(&settings).len(), 3);
    settings.early_stopping = Some(EarlyStopping::new(9));
    assert_eq!(reports(&settings).len(), 9);
}
