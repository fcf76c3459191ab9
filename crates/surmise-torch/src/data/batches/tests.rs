//! What varies, made on the device a batch at a time, against the same made by threads.

use super::*;
use surmise::objective::cnn::Transform;

use crate::data::TrainingData;
use crate::training::TrainError;
use surmise::objective::cnn::DataSettings;

/// Two classes of three images each to learn from and to measure on, larger than the network sees.
fn settings() -> (tempfile::TempDir, DataSettings) {
    let root = tempfile::tempdir().unwrap();
    for (number, folder) in ["train/a", "train/b", "valid/a", "valid/b"].into_iter().enumerate() {
        let folder = root.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for k in 0..3 {
            let mut random = transform::draws(number as u64, 0, k);
            let image = RgbImage::from_fn(20, 18, |_, _| image::Rgb(random.random()));
            image.save(folder.join(format!("{k}.png"))).unwrap();
        }
    }
    let settings = DataSettings::new(root.path().join("train"), root.path().join("valid"), 16);
    (root, settings)
}

/// Numbers and labels, batch by batch.
type Batches = Vec<(Vec<f32>, Vec<i64>)>;

/// All of an epoch.
fn epoch(images: &ImageSet, batch_size: usize) -> Result<Batches, TrainError> {
    let mut batches = Vec::new();
    let draws = Draws { seed: 5, epoch: 2 };
    images.batches(&[4, 0, 5, 1, 3], batch_size, draws, 2, |images, labels| {
        let numbers = Vec::<f32>::try_from(images.contiguous().view(-1)).unwrap();
        batches.push((numbers, Vec::<i64>::try_from(labels).unwrap()));
        Ok::<(), TrainError>(())
    })?;
    Ok(batches)
}

#[test]
fn what_the_device_makes_is_what_threads_make() {
    let (_root, mut settings) = settings();
    let (brightness, contrast, saturation, hue) = (0.4, 0.3, 0.5, 0.1);
    settings.transforms = vec![
        Transform::HorizontalFlip { p: 0.5 },
        Transform::Rotation { degrees: 30.0 },
        Transform::RandomCrop { size: 16, padding: 3 },
        Transform::ColorJitter { brightness, contrast, saturation, hue },
        Transform::Cutout { size: 5, p: 0.5 },
        Transform::Normalize { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
    ];
    let mut data = TrainingData::load(&settings, Device::Cpu).unwrap();
    for batch_size in [1, 2, 5] {
        assert!(matches!(data.train.kept(), Kept::Memory(_)));
        let by_threads = epoch(&data.train, batch_size).unwrap();
        data.train.put_on_device();
        assert!(matches!(data.train.kept(), Kept::Device(_)));
        assert!(by_threads == epoch(&data.train, batch_size).unwrap());
        data = TrainingData::load(&settings, Device::Cpu).unwrap();
    }
}

#[test]
fn what_is_wrong_with_a_batch_names_a_file() {
    let (_root, mut settings) = settings();
    for (transforms, says) in [
        // What is larger than the images shows when they are drawn, another size when they are made.
        (vec![Transform::RandomCrop { size: 30, padding: 1 }], "with 1 around is less than 30"),
        (vec![Transform::RandomCrop { size: 9, padding: 0 }], "is 9 × 9 pixels after"),
    ] {
        settings.transforms = transforms;
        let mut data = TrainingData::load(&settings, Device::Cpu);
        // Of images to measure on, a crop is one of the middle, and of the wrong size at once.
        if data.is_err() {
            settings.valid_transforms = Some(Vec::new());
            data = TrainingData::load(&settings, Device::Cpu);
        }
        let mut data = data.unwrap();
        let by_threads = epoch(&data.train, 2).unwrap_err().to_string();
        assert!(by_threads.contains(says) && by_threads.contains("1.png"), "{by_threads}");
        data.train.put_on_device();
        assert_eq!(epoch(&data.train, 2).unwrap_err().to_string(), by_threads);
    }
}

#[test]
fn images_on_the_device_serve_what_can_be_made_there() {
    let (_root, mut settings) = settings();
    let flip = Transform::HorizontalFlip { p: 0.5 };
    settings.transforms = vec![flip.clone()];
    let mut data = TrainingData::load(&settings, Device::Cpu).unwrap();
    // Nothing varies any more: they move to the device, where alone they stay on a CPU.
    settings.transforms = Vec::new();
    assert!(data.adapt(&settings));
    assert!(matches!(data.train.kept(), Kept::Device(_)));
    settings.transforms = vec![flip];
    assert!(!data.adapt(&settings));
}
