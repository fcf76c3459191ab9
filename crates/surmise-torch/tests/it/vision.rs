//! Images, network and training against PyTorch's and torchvision's numbers, and what goes wrong.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::numbers::{floats, uniform};
use serde_json::Value;
use surmise_torch::{
    Cache, CnnSettings, Corrupt, DataSettings, DataSource, DeviceChoice, Draws, EpochReport,
    ImageFolder, Learner, ModelKind, Network, OptimizerSettings, Pixels, TrainError, TrainingData,
    Transform, draws, load_rgb, resolve_device, train,
};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

fn golden_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vision").join(name)
}

fn golden() -> Value {
    serde_json::from_str(&fs::read_to_string(golden_path("golden.json")).unwrap()).unwrap()
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The bytes of an image in planes, red first, each by rows.
fn planes(image: &image::RgbImage) -> Vec<u8> {
    (0..3).flat_map(|channel| image.iter().skip(channel).step_by(3)).copied().collect()
}

// --- folders and images --------------------------------------------------------------------------

#[test]
fn a_folder_lists_as_torchvision_lists_it() {
    let golden = &golden()["folder"];
    let root = TempDir::new().unwrap();
    for file in golden["files"].as_array().unwrap() {
        let path = root.path().join(file.as_str().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let folder = ImageFolder::scan(root.path()).unwrap();
    assert_eq!(serde_json::json!(folder.classes), golden["classes"]);
    let samples: Vec<_> = folder
        .samples
        .iter()
        .map(|(path, label)| (path.strip_prefix(root.path()).unwrap(), label))
        .collect();
    assert_eq!(serde_json::json!(samples), golden["samples"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_a_circle_of_them_ends() {
    let root = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join("a/deep")).unwrap();
    fs::write(root.path().join("a/1.png"), "").unwrap();
    fs::write(elsewhere.path().join("2.png"), "").unwrap();
    std::os::unix::fs::symlink(root.path().join("a"), root.path().join("a/deep/up")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("b")).unwrap();
    let folder = ImageFolder::scan(root.path()).unwrap();
    assert_eq!(folder.classes, ["a", "b"]);
    assert_eq!(folder.samples.len(), 2);
}

#[test]
fn odd_pixel_formats_become_rgb_as_in_pillow() {
    for (name, expected) in golden()["modes"].as_object().unwrap() {
        let image = load_rgb(&golden_path(&format!("modes/{name}.png")), &[]).unwrap();
        assert_eq!(serde_json::json!(planes(&image)), *expected, "{name}");
    }
}

#[test]
fn files_of_every_kind_become_what_pillow_makes_of_them() {
    let text = fs::read_to_string(golden_path("odd/golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(golden.as_object().unwrap().len(), 11);
    for (name, expected) in golden.as_object().unwrap() {
        let image = load_rgb(&golden_path(&format!("odd/{name}")), &[]).unwrap();
        assert_eq!(image.dimensions(), (16, 16), "{name}");
        // Decoders of JPEG may differ by a few levels.
        let tolerance = if name.contains("jp") { 4 } else { 0 };
        for (found, expected) in image.iter().zip(expected.as_array().unwrap()) {
            let apart = i64::from(*found).abs_diff(expected.as_i64().unwrap());
            assert!(apart <= tolerance, "{name}: {apart} levels");
        }
    }
}

#[test]
fn a_panorama_of_20000_pixels_is_an_image_like_others() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("wide.png");
    image::GrayImage::from_fn(20_000, 30, |x, _| image::Luma([(x / 100) as u8]))
        .save(&file)
        .unwrap();
    let size = [Transform::Resize { size: 64 }, Transform::CenterCrop { size: 64 }];
    let image = load_rgb(&file, &size).unwrap();
    assert_eq!(image.dimensions(), (64, 64));
    assert_eq!(image.get_pixel(32, 32).0, [100; 3]);
}

#[test]
fn resizing_is_within_a_level_of_torchvision() {
    for name in ["drawn_0", "drawn_1", "photo_0", "photo_1", "wide"] {
        let size = [Transform::Resize { size: 64 }, Transform::CenterCrop { size: 64 }];
        let ours = load_rgb(&golden_path(&format!("images/{name}.png")), &size).unwrap();
        let theirs = load_rgb(&golden_path(&format!("resized/{name}.png")), &[]).unwrap();
        assert_eq!(ours.dimensions(), (64, 64));
        let apart = ours.iter().zip(theirs.iter()).map(|(a, b)| a.abs_diff(*b));
        assert!(apart.max().unwrap() <= 1, "{name}");
    }
}

/// `train` and `valid` with two classes of two images each, which colour alone tells apart.
fn small_data() -> (TempDir, DataSettings) {
    let root = TempDir::new().unwrap();
    for split in ["train", "valid"] {
        for (class, channel) in [("blue", 2), ("red", 0)] {
            let folder = root.path().join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for (number, level) in [120, 220].into_iter().enumerate() {
                let image = image::RgbImage::from_fn(40, 32, |x, y| {
                    let mut pixel = [(x * 3 + y) as u8 / 2; 3];
                    pixel[channel] = level;
                    image::Rgb(pixel)
                });
                image.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
    }
    let settings = DataSettings::new(root.path().join("train"), root.path().join("valid"), 32);
    (root, settings)
}

#[test]
fn bad_data_is_an_error_that_names_the_place() {
    let message = |spoil: &dyn Fn(&Path)| {
        let (root, settings) = small_data();
        spoil(root.path());
        let error = TrainingData::load(&settings, Device::Cpu).unwrap_err();
        let root = root.path().display().to_string();
        error.to_string().replace(&root, "ROOT")
    };
    assert_eq!(
        message(&|root| fs::remove_dir_all(root.join("valid")).unwrap()),
        "no folder ROOT/valid"
    );
    assert_eq!(
        message(&|root| {
            fs::remove_dir_all(root.join("train")).unwrap();
            fs::write(root.join("train"), "").unwrap();
        }),
        "ROOT/train is not a folder"
    );
    assert_eq!(
        message(&|root| fs::remove_dir_all(root.join("train/red")).unwrap()),
        "ROOT/train has one class (a class is a sub-folder), at least two are needed"
    );
    assert_eq!(
        message(&|root| {
            fs::remove_dir_all(root.join("train/red")).unwrap();
            fs::create_dir(root.join("train/red")).unwrap();
        }),
        "no image in class `red` (ROOT/train/red); \
         images end in .jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp"
    );
    assert_eq!(
        message(&|root| fs::rename(root.join("valid/red"), root.join("valid/rot")).unwrap()),
        "ROOT/train has the classes blue, red, but ROOT/valid has blue, rot"
    );
    let bad_image = message(&|root| fs::write(root.join("valid/red/0.png"), "no image").unwrap());
    assert!(
        bad_image.starts_with("ROOT/valid/red/0.png is not an image that can be used: "),
        "{bad_image}"
    );
    let empty = message(&|root| fs::write(root.join("valid/red/0.png"), "").unwrap());
    assert!(empty.starts_with("ROOT/valid/red/0.png is not an image"), "{empty}");
    let half = message(&|root| {
        let path = root.join("train/blue/1.png");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    });
    assert!(half.starts_with("ROOT/train/blue/1.png is not"), "{half}");
    let oblong = message(&|root| {
        image::GrayImage::new(2, 4000).save(root.join("train/blue/1.png")).unwrap();
    });
    assert_eq!(oblong, "cannot transform ROOT/train/blue/1.png: 2 × 4000 is no usable shape");
}

// --- transforms and loading ------------------------------------------------------------------------

/// Everything random at once.
fn random_transforms() -> Vec<Transform> {
    let (brightness, contrast, saturation, hue) = (0.4, 0.4, 0.4, 0.1);
    vec![
        Transform::HorizontalFlip { p: 0.5 },
        Transform::Rotation { degrees: 30.0 },
        Transform::RandomResizedCrop { size: 32, scale: (0.5, 1.0), ratio: (0.75, 1.33) },
        Transform::ColorJitter { brightness, contrast, saturation, hue },
        Transform::Cutout { size: 6, p: 0.5 },
        Transform::GaussianNoise { sigma: 0.05 },
        Transform::Normalize { mean: [0.5; 3], std: [0.25; 3] },
    ]
}

/// The numbers of all images to learn from, in this order.
fn loaded(settings: &DataSettings, order: &[i64], draws: Draws, threads: usize) -> Vec<f32> {
    let data = TrainingData::load(settings, Device::Cpu).unwrap();
    let mut all = vec![Vec::new(); 4];
    let mut at = order.iter();
    let each = |images: &Tensor, labels: &Tensor| {
        assert_eq!(images.size()[1..], [3, 32, 32]);
        let labels: Vec<i64> = labels.try_into().unwrap();
        for (image, label) in images.split(1, 0).iter().zip(labels) {
            let place = *at.next().unwrap();
            assert_eq!(label, place / 2);
            all[place as usize] = Vec::<f32>::try_from(image.reshape([-1])).unwrap();
        }
        Ok::<(), TrainError>(())
    };
    data.train.batches(order, 3, draws, threads, each).unwrap();
    all.concat()
}

#[test]
fn random_images_repeat_whatever_the_order_the_threads_and_the_cache() {
    let (_root, mut settings) = small_data();
    settings.transforms = random_transforms();
    let draws = Draws { seed: 3, epoch: 2 };
    let first = loaded(&settings, &[0, 1, 2, 3], draws, 1);
    assert_eq!(first, loaded(&settings, &[3, 1, 0, 2], draws, 4));
    for cache in [Cache::Memory, Cache::Disk] {
        settings.cache = cache;
        assert_eq!(first, loaded(&settings, &[2, 0, 3, 1], draws, 2));
    }
    for other in [Draws { seed: 4, ..draws }, Draws { epoch: 3, ..draws }] {
        assert_ne!(first, loaded(&settings, &[0, 1, 2, 3], other, 1));
    }
}

/// Everything random that moves, colours or blackens pixels, of three epochs and images: a training that is
/// resumed, or repeated by a later version, sees the same images.
#[test]
fn what_is_drawn_stays_from_version_to_version() {
    let (brightness, contrast, saturation, hue) = (0.4, 0.3, 0.2, 0.1);
    let list = [
        Transform::HorizontalFlip { p: 0.5 },
        Transform::VerticalFlip { p: 0.5 },
        Transform::Rotation { degrees: 30.0 },
        Transform::RandomCrop { size: 24, padding: 3 },
        Transform::ColorJitter { brightness, contrast, saturation, hue },
        Transform::Grayscale { p: 0.3 },
        Transform::Cutout { size: 6, p: 0.5 },
    ];
    let image = load_rgb(&golden_path("resized/photo_1.png"), &[]).unwrap();
    let mut seen = String::new();
    for (epoch, sample) in [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 70_000)] {
        let random = &mut draws(11, epoch, sample);
        let pixels = Pixels::Bytes(image.clone()).through(&list, random).unwrap();
        seen.push_str(&format!("{:?}", pixels.bytes().unwrap().as_raw()));
    }
    assert_eq!(format!("{:016x}", crate::numbers::fnv(&seen)), "b0525ee9d1ff68ec");
}

#[test]
fn images_to_measure_on_are_the_same_on_the_device_in_memory_and_from_files() {
    let (_root, mut settings) = small_data();
    settings.transforms = vec![Transform::Normalize { mean: [0.1, 0.2, 0.3], std: [0.5; 3] }];
    let kept = |settings: &DataSettings| {
        TrainingData::load(settings, Device::Cpu).unwrap().train.kept().to_string()
    };
    let order = [0, 1, 2, 3];
    let there = loaded(&settings, &order, Draws::default(), 1);
    assert_eq!(kept(&settings), "0.0 MB on cpu");
    settings.cache = Cache::Disk;
    assert_eq!(there, loaded(&settings, &order, Draws::default(), 2));
    assert_eq!(kept(&settings), "read from their files every epoch");
}

#[test]
fn settings_that_only_vary_more_need_no_new_reading() {
    let (_root, mut settings) = small_data();
    settings.transforms = vec![Transform::HorizontalFlip { p: 0.5 }];
    let mut data = TrainingData::load(&settings, Device::Cpu).unwrap();
    settings.transforms = random_transforms()[..2].to_vec();
    assert!(data.adapt(&settings));
    assert_eq!(data.train.pipeline().varying, settings.transforms);
    settings.image_size = 30;
    assert!(!data.adapt(&settings));
}

#[test]
fn damaged_images_stop_everything_or_are_left_out_and_counted() {
    let (root, mut settings) = small_data();
    fs::write(root.path().join("train/red/0.png"), "").unwrap();
    fs::write(root.path().join("valid/blue/1.png"), "no image").unwrap();
    let error = TrainingData::load(&settings, Device::Cpu).unwrap_err().to_string();
    assert!(error.contains("train/red/0.png is not an image that can be used"), "{error}");
    settings.corrupt = Corrupt::Skip;
    let data = TrainingData::load(&settings, Device::Cpu).unwrap();
    assert_eq!((data.train.len(), data.valid.len(), data.skipped.len()), (3, 3, 2));
    fs::write(root.path().join("train/red/1.png"), "").unwrap();
    let error = TrainingData::load(&settings, Device::Cpu).unwrap_err().to_string();
    assert_eq!(error, "no image of class `red` can be used: 2 images of its folder are damaged");
}

#[test]
fn transforms_that_leave_another_size_are_an_error_that_says_so() {
    let (_root, mut settings) = small_data();
    settings.transforms = vec![Transform::Resize { size: 32 }];
    let error = TrainingData::load(&settings, Device::Cpu).unwrap_err().to_string();
    assert!(error.contains("is 40 × 32 pixels after the transforms, expected 32 × 32"), "{error}");
    settings.transforms.push(Transform::RandomCrop { size: 33, padding: 0 });
    let (train, _) = settings.pipelines();
    assert_eq!(train.varying.len(), 1);
    settings.transforms[1] = Transform::RandomCrop { size: 32, padding: 0 };
    assert!(TrainingData::load(&settings, Device::Cpu).is_ok());
}

#[test]
fn one_folder_is_split_into_what_is_learnt_from_and_what_is_measured_on() {
    let (root, _) = small_data();
    let folder = root.path().join("train");
    let split = |valid, seed| {
        let (folder, test) = (folder.clone(), 0.0);
        let source = DataSource::Split { folder, valid, test, seed };
        TrainingData::load(&DataSettings::of(source, 32), Device::Cpu)
    };
    let data = split(0.5, 1).unwrap();
    assert_eq!((data.train.len(), data.valid.len()), (2, 2));
    assert!(data.train.files().iter().all(|file| !data.valid.files().contains(file)));
    assert_eq!(data.train.files(), split(0.5, 1).unwrap().train.files());
    let error = split(0.9, 1).unwrap_err().to_string();
    assert!(error.starts_with("some class in "), "{error}");
}

#[test]
fn training_with_random_images_repeats_to_the_last_bit() {
    let (_root, mut data) = small_data();
    data.transforms = random_transforms();
    let mut settings = settings(data, 3);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let first = reports(&settings, &data, 5);
    assert_eq!(first, reports(&settings, &data, 5));
    settings.data.cache = Cache::Disk;
    let from_disk = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    assert_eq!(first, reports(&settings, &from_disk, 5));
}

// --- the network ---------------------------------------------------------------------------------

fn network(outputs: usize) -> Network {
    // Two classes have one logit.
    let classes = outputs.max(2);
    Network::new(&ModelKind::Bitmoji.into(), 64, classes, 0, Device::Cpu).unwrap()
}

/// The network with the weights that make.py's `filled` gives it.
fn filled(outputs: usize) -> Network {
    let network = network(outputs);
    crate::weights::fill(&network);
    network
}

#[test]
fn logits_are_those_of_pytorch() {
    let mut network = network(1);
    network.load(&golden_path("bitmoji.safetensors")).unwrap();
    let pictures = ["drawn_0", "drawn_1", "photo_0", "photo_1"].map(|name| {
        let image = load_rgb(&golden_path(&format!("resized/{name}.png")), &[]).unwrap();
        Tensor::from_slice(&planes(&image)).view([3, 64, 64]).to_kind(Kind::Float) / 255.0
    });
    let logits = network.forward(&Tensor::stack(&pictures, 0)).unwrap();
    assert_eq!(logits.size(), [4, 1]);
    let logits = Vec::<f64>::try_from(logits.view(-1).to_kind(Kind::Double)).unwrap();
    let apart = largest_difference(&logits, &floats(&golden()["logits"]));
    assert!(apart < 1e-6, "{apart:e}");
}

#[test]
fn five_steps_of_adam_follow_pytorch() {
    for trajectory in golden()["trajectories"].as_array().unwrap() {
        let outputs = trajectory["outputs"].as_u64().unwrap() as usize;
        let given = &trajectory["settings"];
        let betas = floats(&given["betas"]);
        let mut optimizer = OptimizerSettings {
            lr: given["lr"].as_f64().unwrap(),
            beta1: betas[0],
            beta2: betas[1],
            ..OptimizerSettings::default()
        };
        if let Some(eps) = given["eps"].as_f64() {
            optimizer.eps = eps;
            optimizer.weight_decay = given["weight_decay"].as_f64().unwrap();
        }
        let data = DataSettings::new("a", "b", 64);
        let settings = CnnSettings { optimizer, ..CnnSettings::new(data, ModelKind::Bitmoji) };
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
        let apart = largest_difference(&losses, &floats(&trajectory["losses"]));
        assert!(apart < 1e-5, "losses of {given}: {apart:e}");
        for (name, parameter) in learner.network().parameters() {
            let norm = parameter.to_kind(Kind::Double).norm().double_value(&[]);
            let apart = (norm - trajectory["norms_f64"][name].as_f64().unwrap()).abs();
            assert!(apart < 1e-5, "{name} of {given}: {apart:e}");
        }
    }
}

#[test]
fn weights_begin_as_in_pytorch_and_by_the_seed_alone() {
    let values = |seed| -> Vec<(String, Vec<f64>)> {
        let network = Network::new(&ModelKind::Bitmoji.into(), 64, 3, seed, Device::Cpu).unwrap();
        let values = |t: &Tensor| Vec::try_from(t.detach().view(-1).to_kind(Kind::Double)).unwrap();
        network.parameters().map(|(name, t)| (name.to_owned(), values(t))).collect()
    };
    let first = values(1);
    tch::manual_seed(99); // libtorch's generator has no part in it
    assert_eq!(first, values(1));
    assert_ne!(first, values(2));
    for ((name, values), fan_in) in first.iter().zip([75, 75, 72, 72, 324, 324, 128, 128]) {
        let bound = 1.0 / f64::from(fan_in).sqrt();
        assert!(values.iter().all(|v| v.abs() <= bound), "{name}");
        let n = values.len() as f64;
        if n > 200.0 {
            // Uniform in ±bound: mean 0, variance bound²/3, to four standard errors.
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| v * v).sum::<f64>() / n;
            let spread = bound / 3_f64.sqrt();
            assert!(mean.abs() < 4.0 * spread / n.sqrt(), "{name}: mean {mean}");
            let error = (variance / spread.powi(2) - 1.0).abs();
            assert!(error < 4.0 * (0.8 / n).sqrt(), "{name}: variance {variance}");
        }
    }
}

#[test]
fn weights_return_from_a_file_and_only_in_their_shape() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("weights.safetensors");
    let images = Tensor::ones([1, 3, 64, 64], (Kind::Float, Device::Cpu));
    let saved = filled(1);
    saved.save(&file).unwrap();
    let mut loaded = network(1);
    assert_ne!(loaded.forward(&images).unwrap(), saved.forward(&images).unwrap());
    loaded.load(&file).unwrap();
    assert_eq!(loaded.forward(&images).unwrap(), saved.forward(&images).unwrap());

    let error = network(3).load(&file).unwrap_err().to_string();
    assert!(error.contains("`main.9.weight`"), "{error}");
    assert!(error.contains("[1, 128], expected [3, 128]"), "{error}");
    let none = network(1).load(&folder.path().join("none")).unwrap_err();
    assert!(none.to_string().starts_with("cannot read "));
}

// --- training ------------------------------------------------------------------------------------

fn settings(data: DataSettings, epochs: u32) -> CnnSettings {
    CnnSettings {
        batch_size: 3, // the second batch of an epoch is short
        epochs,
        device: DeviceChoice::Cpu,
        ..CnnSettings::new(data, ModelKind::Bitmoji)
    }
}

/// Trains and collects what was reported.
fn reports(settings: &CnnSettings, data: &TrainingData, seed: u64) -> Vec<EpochReport> {
    let mut reports = Vec::new();
    let last = train(settings, data, seed, |report| {
        reports.push(*report);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(reports.last(), Some(&last));
    reports
}

#[test]
fn equal_seeds_train_to_the_last_bit_alike() {
    let (_root, data) = small_data();
    let settings = settings(data, 4);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let first = reports(&settings, &data, 5);
    assert_eq!(first.iter().map(|r| r.epoch).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let _noise = Tensor::randn([100], (Kind::Float, Device::Cpu));
    assert_eq!(first, reports(&settings, &data, 5));
    assert_ne!(first, reports(&settings, &data, 6));
}

#[test]
fn what_can_be_learnt_is_learnt() {
    let (root, data) = small_data();
    let settings = settings(data, 40);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    assert_eq!(data.classes, ["blue", "red"]);
    assert_eq!((data.train.len(), data.valid.len()), (4, 4));
    let reports_of_two = reports(&settings, &data, 1);
    let (first, last) = (reports_of_two[0].metrics, reports_of_two[39].metrics);
    assert_eq!(last.accuracy, 1.0);
    assert!(last.loss < 0.5 * first.loss && last.train_loss < 0.5 * first.train_loss);

    // A third class: cross entropy.
    for split in ["train", "valid"] {
        let folder = root.path().join(split).join("white");
        fs::create_dir(&folder).unwrap();
        let white = image::RgbImage::from_pixel(32, 32, image::Rgb([255; 3]));
        white.save(folder.join("w.png")).unwrap();
    }
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    assert_eq!(data.classes.len(), 3);
    let last = reports(&settings, &data, 1)[39].metrics;
    assert_eq!(last.accuracy, 1.0);
}

#[test]
fn accuracy_counts_every_image_alike() {
    let (_root, data) = small_data();
    let settings = settings(data, 1);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let network = Network::new(&ModelKind::Bitmoji.into(), 32, 2, 3, Device::Cpu).unwrap();
    let learner = Learner::new(network, &settings).unwrap();
    let whole = learner.evaluate(&data.valid, 4, 1).unwrap();
    for batch_size in [1, 3, 100] {
        let (accuracy, loss) = learner.evaluate(&data.valid, batch_size, 1).unwrap();
        assert_eq!(accuracy, whole.0);
        assert!((loss - whole.1).abs() < 1e-6);
    }
}

#[test]
fn training_ends_when_told_to() {
    let (_root, data) = small_data();
    let settings = settings(data, 10);
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let last = train(&settings, &data, 1, |report| match report.epoch {
        3 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(last.unwrap().epoch, 3);
}

#[test]
fn a_loss_that_is_no_number_is_divergence() {
    let (_root, data) = small_data();
    let mut settings = settings(data, 5);
    settings.optimizer.lr = 1e30;
    let data = TrainingData::load(&settings.data, Device::Cpu).unwrap();
    let error = train(&settings, &data, 1, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { epoch: 1 }), "{error}");
}

#[test]
fn memory_that_is_not_there_is_told_from_other_errors() {
    let network = network(1);
    let float = (Kind::Float, Device::Cpu);
    // 1 × 3 × 64 × 64 numbers, spread to look like 2 million images: the output would be 230 GB…
    let one = Tensor::zeros([1, 3, 64, 64], float);
    let many = one.expand([1 << 40, 3, 64, 64], false);
    let error = TrainError::from(network.forward(&many).unwrap_err());
    assert!(matches!(error, TrainError::OutOfMemory { .. }), "{error}");
    let wrong = Tensor::zeros([1, 3, 32, 32], float);
    let error = TrainError::from(network.forward(&wrong).unwrap_err());
    assert!(matches!(error, TrainError::Torch { .. }), "{error}");
}

// --- devices -------------------------------------------------------------------------------------

#[test]
fn a_device_that_is_not_there_is_an_error() {
    assert_eq!(resolve_device(DeviceChoice::Cpu), Ok(Device::Cpu));
    let error = resolve_device(DeviceChoice::Cuda(999)).unwrap_err().to_string();
    assert!(error.contains("no CUDA") || error.contains("cuda:999"), "{error}");
    assert!(resolve_device(DeviceChoice::Auto).is_ok());
}
