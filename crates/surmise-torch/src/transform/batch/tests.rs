//! A batch against its images one at a time: equal to the last bit.

use image::RgbImage;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest,
};

use surmise::objective::cnn::{IMAGENET, Pipeline, SettingsError};

use super::*;
use crate::transform::geometry::Part;
use crate::transform::{Pixels, draws, planes};

/// Images of noise with some flat and some grey places, where hues and saturations are special.
fn images(count: u64, width: u32, height: u32) -> Vec<RgbImage> {
    let image = |sample| {
        let mut random = draws(0, 0, sample);
        RgbImage::from_fn(width, height, |_, _| {
            let levels: [u8; 3] = random.random();
            image::Rgb(match random.random_range(0..8) {
                0 => [levels[0]; 3],
                1 => levels.map(|level| if level < 128 { 0 } else { 255 }),
                2 => [levels[0], levels[0], levels[1]],
                _ => levels,
            })
        })
    };
    (0..count).map(image).collect()
}

fn stacked(images: &[RgbImage]) -> Tensor {
    let (width, height) = images[0].dimensions();
    let bytes: Vec<u8> = images.iter().flat_map(planes).collect();
    Tensor::from_slice(&bytes).view([-1, 3, height.into(), width.into()])
}

/// The numbers of each image, as bits, and width and height: one at a time, and in a batch.
fn both(
    images: &[RgbImage],
    one: impl Fn(usize, Pixels) -> Pixels,
    batch: impl FnOnce(Tensor) -> Tensor,
) -> [(Vec<u32>, Vec<i64>); 2] {
    let alone: Vec<Pixels> =
        (0..).zip(images).map(|(k, i)| one(k, Pixels::Bytes(i.clone()))).collect();
    let (width, height) = alone[0].dimensions();
    let numbers: Vec<f32> = alone.into_iter().flat_map(Pixels::numbers).collect();
    let together = batch(stacked(images));
    let size = together.size();
    let together = if together.kind() == Kind::Uint8 { unit(&together).unwrap() } else { together };
    let bits = |numbers: Vec<f32>| numbers.into_iter().map(f32::to_bits).collect();
    let together = Vec::<f32>::try_from(together.contiguous().view(-1)).unwrap();
    let shape = vec![images.len() as i64, 3, height.into(), width.into()];
    [(bits(numbers), shape), (bits(together), size)]
}

/// The list with the draws of a seed; an error where there is one in words.
fn compare(list: &[Transform], seed: u64, images: &[RgbImage]) -> Result<(), TransformError> {
    let random = |k: usize| draws(seed, 1, k as u64);
    let drawn = (0..images.len())
        .map(|k| draw_all(list, images[k].dimensions(), &mut random(k)))
        .collect::<Result<Vec<_>, _>>()?;
    let [alone, together] = both(
        images,
        |k, pixels| pixels.through(list, &mut random(k)).unwrap(),
        |batch| transformed(batch, &drawn).unwrap(),
    );
    assert_eq!(alone.1, together.1, "{list:?}");
    let differ = alone.0.iter().zip(&together.0).filter(|(a, b)| a != b).count();
    assert_eq!(differ, 0, "numbers that differ after {drawn:?}");
    Ok(())
}

/// One that has a batch form.
fn transform() -> impl Strategy<Value = Transform> {
    let p = || prop_oneof![Just(0.0), Just(0.5), Just(1.0)];
    let degrees = prop_oneof![Just(0.0), Just(180.0), 0.0..180.0];
    let spread = || prop_oneof![Just(0.0), 0.0..3.0];
    let hue = prop_oneof![Just(0.0), Just(0.5), 0.0..0.5];
    let (mean, std) = IMAGENET;
    prop_oneof![
        (1_u32..24, 0_u32..30).prop_map(|(size, padding)| Transform::RandomCrop { size, padding }),
        (1_u32..24).prop_map(|size| Transform::CenterCrop { size }),
        p().prop_map(|p| Transform::HorizontalFlip { p }),
        p().prop_map(|p| Transform::VerticalFlip { p }),
        degrees.prop_map(|degrees| Transform::Rotation { degrees }),
        (spread(), spread(), spread(), hue).prop_map(|(brightness, contrast, saturation, hue)| {
            Transform::ColorJitter { brightness, contrast, saturation, hue }
        }),
        p().prop_map(|p| Transform::Grayscale { p }),
        (1_u32..30, p()).prop_map(|(size, p)| Transform::Cutout { size, p }),
        Just(Transform::Normalize { mean, std }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_its_images_whatever_the_list(
        list in prop::collection::vec(transform(), 0..7),
        count in 1_u64..6,
        (width, height) in (1_u32..24, 1_u32..24),
        seed in any::<u64>(),
    ) {
        // Where bytes come before numbers.
        let end = (0..=list.len()).rfind(|end| {
            // What must come out is not looked at here.
            let nothing = Pipeline { fixed: Vec::new(), varying: Vec::new(), normalize: None };
            match nothing.preceded_by(&list[..*end], 0) {
                Err(SettingsError::Misplaced { reason, .. }) => reason.starts_with("makes images"),
                other => other.is_ok(),
            }
        });
        let list = &list[..end.unwrap_or(0)];
        assert!(list.iter().all(has_batch_form));
        // A crop may not fit: of every image then.
        if let Err(error) = compare(list, seed, &images(count, width, height)) {
            let too_small = matches!(error, TransformError::TooSmall { .. });
            prop_assert!(too_small, "{}", error);
        }
    }
}

#[test]
fn round_angles_far_crops_and_absurd_factors_are_those_of_one_image() {
    let far = |left, top| Drawn::Crop(Part { left, top, width: 9, height: 9 });
    let jitter = |adjustment| Drawn::ColorJitter(vec![adjustment]);
    for drawn in [
        Drawn::Rotation { degrees: 90.0 },
        Drawn::Rotation { degrees: -90.0 },
        Drawn::Rotation { degrees: 180.0 },
        Drawn::Rotation { degrees: -180.0 },
        Drawn::Rotation { degrees: 45.0 },
        far(-20, 3),
        far(2, 40),
        far(-3, -4),
        jitter(Adjustment::Brightness(f64::from(f32::MAX))),
        jitter(Adjustment::Contrast(f64::from(f32::MAX))),
        jitter(Adjustment::Hue(0.5)),
        jitter(Adjustment::Hue(-0.5)),
    ] {
        for (width, height) in [(9, 9), (9, 12), (13, 8)] {
            let images = images(2, width, height);
            // With a flip of the second, which the first goes without.
            let lists =
                [vec![drawn.clone(), Drawn::Nothing], vec![drawn.clone(), Drawn::HorizontalFlip]];
            let one = |k: usize, pixels: Pixels| {
                lists[k].iter().fold(pixels, |pixels, drawn| pixels.changed(drawn).unwrap())
            };
            let [alone, together] = both(&images, one, |batch| transformed(batch, &lists).unwrap());
            assert!(alone == together, "{drawn:?} of {width} × {height}");
        }
    }
}

/// Every shift of hues, on every hue at its brightest and on many other colours.
#[test]
fn hues_of_many_colours_shift_as_in_one_image() {
    let colours = RgbImage::from_fn(256, 192, |x, y| {
        let (x, y) = (x as u8, y as u8);
        image::Rgb(match y / 32 {
            0 => [255, x, 0],
            1 => [x, 255, y % 32 * 8],
            2 => [y % 32 * 4, x, 255],
            3 => [x, y % 32, x / 2],
            4 => [x.wrapping_mul(37), x.wrapping_mul(91) ^ y, x.wrapping_mul(151)],
            _ => [x, x, x.saturating_add(y % 32)],
        })
    });
    for step in -32..=32 {
        let drawn = vec![Drawn::ColorJitter(vec![Adjustment::Hue(f64::from(step) / 64.0)])];
        let one = |_, pixels: Pixels| pixels.changed(&drawn[0]).unwrap();
        let batch = |images| transformed(images, std::slice::from_ref(&drawn)).unwrap();
        let [alone, together] = both(std::slice::from_ref(&colours), one, batch);
        assert!(alone == together, "{step}");
    }
}

#[test]
fn what_has_no_batch_form_is_an_error() {
    let images = Tensor::zeros([1, 3, 4, 4], (Kind::Uint8, Device::Cpu));
    let noise = vec![vec![Drawn::Noise(vec![0.1; 48])]];
    assert!(transformed(images, &noise).is_err());
}
