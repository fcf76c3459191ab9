//! Image files to what a network sees: decode, resize to 64, augment. Beside benchmarks/cnn/decode.py.

use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use surmise_torch::{ImageFolder, Pixels, Transform, draws, load_rgb};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/avatars/valid");
    let samples = ImageFolder::scan(&folder).expect("the avatars are there").samples;
    samples.into_iter().map(|(file, _)| file).collect()
}

fn images(c: &mut Criterion) {
    let files = files();
    let mut group = c.benchmark_group("images");
    group.sample_size(10).throughput(Throughput::Elements(files.len() as u64));
    let size = [Transform::Resize { size: 64 }, Transform::CenterCrop { size: 64 }];
    let load = |path: &PathBuf, list: &[Transform]| load_rgb(path, list).expect("an avatar");
    group.bench_function("decode", |b| {
        b.iter(|| files.iter().map(|path| load(path, &[]).len()).sum::<usize>());
    });
    group.bench_function("decode_and_resize", |b| {
        b.iter(|| files.iter().map(|path| load(path, &size).len()).sum::<usize>());
    });
    let loaded: Vec<_> = files.iter().map(|path| load(path, &size)).collect();
    let (brightness, contrast, saturation, hue) = (0.4, 0.4, 0.4, 0.0);
    let list = [
        Transform::HorizontalFlip { p: 0.5 },
        Transform::Rotation { degrees: 15.0 },
        Transform::RandomCrop { size: 64, padding: 4 },
        Transform::ColorJitter { brightness, contrast, saturation, hue },
    ];
    group.bench_function("augment", |b| {
        b.iter(|| {
            let augmented = loaded.iter().enumerate().map(|(index, image)| {
                let random = &mut draws(1, 1, index as u64);
                Pixels::Bytes(image.clone()).through(&list, random).expect("it fits").dimensions().0
            });
            augmented.sum::<u32>()
        });
    });
    group.finish();
}

criterion_group!(benches, images);
criterion_main!(benches);
