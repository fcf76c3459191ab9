//! What a GPU does as the CPU does. Only a CUDA machine tests anything here: scripts/gpu-check.sh runs it there.
use std::fs;
use std::ops::ControlFlow;

use surmise_torch::{
    CnnModel, CnnSettings, DataSettings, DeviceChoice, Draws, Kept, Metrics, ModelKind, Network,
    NormPlace, Precision, TrainError, TrainingData, Transform, resolve_device, train,
};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

/// The GPU, if there is one.
fn cuda() -> Option<Device> {
    let device = resolve_device(DeviceChoice::Cuda(0)).ok();
    if device.is_none() {
        eprintln!("no CUDA here: nothing tested");
    }
    device
}

/// Two classes of eight images each, which colour tells apart.
fn settings(transforms: Vec<Transform>) -> (TempDir, CnnSettings) {
    let root = TempDir::new().unwrap();
    for split in ["train", "valid"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = root.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for number in 0..8_u8 {
                let image = image::RgbImage::from_fn(48, 40, |x, y| {
                    let mut pixel = [(x * 5 + y * 3) as u8; 3];
                    pixel[channel] = 100 + 15 * number;
                    image::Rgb(pixel)
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    let mut data = DataSettings::new(root.path().join("train"), root.path().join("valid"), 32);
    data.transforms = transforms;
    let model = CnnModel { batch_norm: NormPlace::Before, ..CnnModel::default() };
    let mut settings = CnnSettings::new(data, ModelKind::Cnn(model));
    (settings.batch_size, settings.epochs) = (5, 3);
    (root, settings)
}

fn measured(settings: &CnnSettings, device: Device) -> Vec<Metrics> {
    let data = TrainingData::load(&settings.data, device).unwrap();
    assert_eq!(data.train.device(), device);
    let mut all = Vec::new();
    train(settings, &data, 5, |report| {
        all.push(report.metrics);
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

#[test]
fn cuda_trains_as_the_cpu_does() {
    let Some(device) = cuda() else { return };
    let (_root, mut settings) = settings(Vec::new());
    let cpu = measured(&settings, Device::Cpu);
    // TF32 in the convolutions keeps ten bits, bfloat16 seven.
    for (precision, most) in [(Precision::Float32, 5e-3), (Precision::Bf16, 5e-2)] {
        settings.precision = precision;
        for (cpu, cuda) in cpu.iter().zip(measured(&settings, device)) {
            let apart = (cpu.loss - cuda.loss).abs();
            assert!(apart < most, "{precision:?}: {apart}");
        }
    }
}

#[test]
fn cuda_varies_images_as_threads_do() {
    let Some(device) = cuda() else { return };
    let (brightness, contrast, saturation, hue) = (0.4, 0.4, 0.4, 0.1);
    let moved = vec![
        Transform::HorizontalFlip { p: 0.5 },
        Transform::VerticalFlip { p: 0.5 },
        Transform::Rotation { degrees: 30.0 },
        Transform::RandomCrop { size: 32, padding: 4 },
        Transform::Grayscale { p: 0.3 },
        Transform::Cutout { size: 6, p: 0.5 },
    ];
    let jitter = Transform::ColorJitter { brightness, contrast, saturation, hue };
    let coloured = [moved.clone(), vec![jitter]].concat();
    for (transforms, levels) in [(moved, 0.0), (coloured, 1.0)] {
        let (_root, settings) = settings(transforms);
        let [threads, cuda] = [Device::Cpu, device].map(|device| {
            let data = TrainingData::load(&settings.data, device).unwrap();
            assert_eq!(device.is_cuda(), matches!(data.train.kept(), Kept::Device(_)));
            let mut batches = Vec::new();
            let order: Vec<i64> = (0..data.train.len() as i64).rev().collect();
            data.train
                .batches(&order, 5, Draws { seed: 3, epoch: 2 }, 1, |images, _| {
                    batches.push(images.to_device(Device::Cpu));
                    Ok::<(), TrainError>(())
                })
                .unwrap();
            Tensor::cat(&batches, 0)
        });
        let apart = (threads - cuda).abs().max().double_value(&[]) * 255.0;
        assert!(apart <= levels + 1e-3, "{apart} levels");
    }
}

#[test]
fn cuda_memory_that_is_not_there_fails_one_training() {
    let Some(device) = cuda() else { return };
    let (_root, mut settings) = settings(Vec::new());
    let data = TrainingData::load(&settings.data, device).unwrap();
    let small = settings.model.clone();
    // What its first layer makes of the batch takes 537 GB.
    settings.model = ModelKind::Cnn(CnnModel {
        channels: surmise_torch::Channels::Each(vec![65_536]),
        kernel: 1,
        global_pooling: true,
        ..CnnModel::default()
    })
    .into();
    let network = Network::new(&settings.model, 32, 2, 0, device);
    let error = network.map_err(TrainError::from).and_then(|network| {
        let images = Tensor::zeros([2_000, 3, 32, 32], (Kind::Float, device));
        network.forward_training(&images).map_err(TrainError::from)
    });
    assert!(matches!(error, Err(TrainError::OutOfMemory { .. })), "{error:?}");
    settings.model = small;
    assert!(train(&settings, &data, 5, |_| ControlFlow::Continue(())).is_ok());
}
