//! Mixed precision: what is computed in bfloat16, what is not, and that it trains all the same.
use std::fs;

use surmise_torch::{
    CnnModel, CnnSettings, DataSettings, Learner, ModelKind, ModelSettings, Network, Pipeline,
    Pooling, Precision, Trainer, TrainingData, Transform,
};
use surmise_torch::{NormPlace, architecture::Activation};
use surmise_torch::{TrainedCnn, read_checkpoint, write_checkpoint, write_model};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

/// Two classes of three images each, which colour alone tells apart.
fn settings(precision: Precision) -> (TempDir, CnnSettings) {
    let root = TempDir::new().unwrap();
    for split in ["train", "valid"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = root.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for number in 0..3_u8 {
                let image = image::RgbImage::from_fn(16, 16, |x, y| {
                    let mut pixel = [(x * 7 + y) as u8; 3];
                    pixel[channel] = 120 + 40 * number;
                    image::Rgb(pixel)
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    let data = DataSettings::new(root.path().join("train"), root.path().join("valid"), 16);
    // Without dropout: its draws are libtorch's, which tests beside each other share.
    let model = CnnModel {
        channels: surmise_torch::Channels::Each(vec![4, 8]),
        batch_norm: NormPlace::Before,
        ..CnnModel::default()
    };
    let mut settings = CnnSettings::new(data, ModelKind::Cnn(model));
    settings.data.transforms = vec![Transform::HorizontalFlip { p: 0.5 }];
    (settings.batch_size, settings.epochs, settings.precision) = (3, 6, precision);
    settings.optimizer.lr = 0.01;
    (root, settings)
}

fn images(count: i64, side: i64) -> Tensor {
    tch::manual_seed(4);
    Tensor::rand([count, 3, side, side], (Kind::Float, Device::Cpu))
}

#[test]
fn a_few_steps_lower_the_loss_and_all_that_is_kept_stays_in_32_bits() {
    let (_root, settings) = settings(Precision::Bf16);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let mut trainer = Trainer::new(&settings, &data, 1).unwrap();
    let first = trainer.epoch().unwrap().metrics;
    while !trainer.is_finished() {
        trainer.epoch().unwrap();
    }
    let last = trainer.history().last().unwrap().metrics;
    assert!(last.train_loss < 0.8 * first.train_loss, "{first:?} {last:?}");
    for (name, tensor) in trainer.network().state() {
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        assert_eq!(tensor.kind(), Kind::Float, "{name}");
        // Not that of rounded numbers.
        let tensor = tensor.detach();
        assert!(!tensor.equal(&tensor.to_kind(Kind::BFloat16).to_kind(Kind::Float)), "{name}");
    }
    for (name, tensor) in trainer.checkpoint().unwrap().tensors.iter() {
        assert!(matches!(tensor.kind(), Kind::Float | Kind::Int64), "{name}");
    }
    // 32 bits go another way, if not far from it.
    let wide = CnnSettings { precision: Precision::Float32, ..settings.clone() };
    let mut wide = Trainer::new(&wide, &data, 1).unwrap();
    let wide = wide.epoch().unwrap().metrics;
    assert_ne!(wide, first);
    assert!((wide.train_loss - first.train_loss).abs() < 0.05, "{wide:?} {first:?}");
}

#[test]
fn a_training_in_bf16_goes_on_to_the_last_bit_and_only_in_bf16() {
    let (root, settings) = settings(Precision::Bf16);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let mut through = Trainer::new(&settings, &data, 2).unwrap();
    through.epoch().unwrap();
    let file = root.path().join("checkpoint");
    write_checkpoint(through.checkpoint().unwrap(), &settings, &data.classes, &file).unwrap();
    through.epoch().unwrap();
    let checkpoint = read_checkpoint(&file, &settings, &data.classes).unwrap();
    let mut resumed = Trainer::resume(&settings, &data, &checkpoint).unwrap();
    resumed.epoch().unwrap();
    assert_eq!(through.history(), resumed.history());
    for ((name, a), (_, b)) in through.network().state().zip(resumed.network().state()) {
        assert!(a.equal(b), "{name}");
    }
    let wide = CnnSettings { precision: Precision::Float32, ..settings };
    let error = read_checkpoint(&file, &wide, &data.classes).unwrap_err().to_string();
    assert!(error.contains("`objective.precision` was \"bf16\", now \"float32\""), "{error}");
}

#[test]
fn measuring_and_models_in_files_keep_the_precision_but_explaining_does_not() {
    let (root, settings) = settings(Precision::Bf16);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let network = || Network::new(&settings.model, 16, 2, 5, Device::Cpu).unwrap();
    let (wide, images) = (network().forward(&images(4, 16)).unwrap(), images(4, 16));
    let learner = Learner::new(network(), &settings).unwrap();
    let narrow = learner.network().forward(&images).unwrap();
    assert!(!narrow.equal(&wide));
    let (_, loss) = learner.evaluate(&data.valid, 6, 1).unwrap();
    let plain = CnnSettings { precision: Precision::Float32, ..settings.clone() };
    let (_, wide_loss) =
        Learner::new(network(), &plain).unwrap().evaluate(&data.valid, 6, 1).unwrap();
    assert!(loss != wide_loss && (loss - wide_loss).abs() < 0.02, "{loss} {wide_loss}");

    let file = root.path().join("model.safetensors");
    write_model(learner.network(), &settings, &data.classes, None, &file).unwrap();
    let read = TrainedCnn::read(&file, Device::Cpu).unwrap();
    assert_eq!(read.settings.precision, Precision::Bf16);
    assert!(read.network.forward(&images).unwrap().equal(&narrow));
    let pipeline = Pipeline::measuring(&[], 16);
    let explained = read.network.with_normalization(&pipeline).unwrap();
    assert!(explained(&images).unwrap().equal(&wide));
}

#[test]
fn every_network_takes_bf16_forwards_and_backwards() {
    let images = images(4, 32);
    let mut all: Vec<ModelSettings> = ModelKind::all().map(ModelSettings::from).into();
    for (pooling, activation) in [
        (Pooling::Average, Activation::Gelu),
        (Pooling::Max, Activation::Elu),
        (Pooling::None, Activation::Silu),
        (Pooling::Max, Activation::Tanh),
        (Pooling::Max, Activation::LeakyRelu),
    ] {
        let batch_norm = NormPlace::After;
        let model = CnnModel { pooling, activation, batch_norm, ..CnnModel::default() };
        all.push(ModelKind::Cnn(model).into());
    }
    for model in all {
        let network = Network::new(&model, 32, 3, 1, Device::Cpu).unwrap();
        let network = network.with_precision(Precision::Bf16);
        let logits = network.forward(&images).unwrap();
        assert_eq!((logits.kind(), logits.size()), (Kind::Float, vec![4, 3]), "{model:?}");
        // The last layer gave bfloat16.
        assert!(logits.equal(&logits.to_kind(Kind::BFloat16).to_kind(Kind::Float)), "{model:?}");
        let logits = network.forward_training(&images).unwrap();
        assert_eq!(logits.kind(), Kind::Float);
        logits.square().sum(Kind::Float).backward();
        for (name, parameter) in network.parameters() {
            let gradient = parameter.grad();
            assert_eq!(gradient.kind(), Kind::Float, "{model:?}, {name}");
            let finite = gradient.isfinite().all().int64_value(&[]);
            assert_eq!(finite, 1, "{model:?}, {name}");
        }
    }
}
