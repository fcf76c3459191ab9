//! Against torchvision's pictures: tests/golden/vision/transforms/make.py.

use std::path::{Path, PathBuf};

use image::RgbImage;
use serde_json::Value;

use super::color;
use super::geometry::{center, crop, resize_shorter_side, rotate};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vision").join(name)
}

fn picture(name: &str) -> RgbImage {
    image::open(path(name)).unwrap().into_rgb8()
}

/// The values of a case, and the strip of what torchvision made with each.
fn case(name: &str) -> (Vec<f64>, RgbImage) {
    let text = std::fs::read_to_string(path("transforms/cases.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let values = cases[name].as_array().unwrap();
    let values = values.iter().map(|value| value.as_f64().unwrap()).collect();
    (values, picture(&format!("transforms/{name}.png")))
}

/// Compares `make` of each value with its part of the strip: equal to the last level.
fn compare(name: &str, make: impl Fn(f64) -> RgbImage) {
    compare_within(0, name, make);
}

/// The same, where levels may be so far apart.
fn compare_within(most: u8, name: &str, make: impl Fn(f64) -> RgbImage) {
    let (values, strip) = case(name);
    let mut left = 0;
    for value in values {
        let ours = make(value);
        let (width, height) = ours.dimensions();
        let theirs = image::imageops::crop_imm(&strip, left, 0, width, height).to_image();
        let apart = ours.iter().zip(theirs.iter()).map(|(a, b)| a.abs_diff(*b));
        let count = apart.clone().filter(|d| *d > most).count();
        assert_eq!(count, 0, "{name} of {value}: {count} levels differ, by {:?}", apart.max());
        left += width;
    }
    assert_eq!(left, strip.width());
}

#[test]
fn colours_change_as_in_torchvision() {
    let changed = |change: &dyn Fn(&mut RgbImage)| {
        let mut image = picture("transforms/colors.png");
        change(&mut image);
        image
    };
    compare("brightness", |factor| changed(&|image| color::brightness(image, factor)));
    compare("contrast", |factor| changed(&|image| color::contrast(image, factor)));
    compare("saturation", |factor| changed(&|image| color::saturation(image, factor)));
    compare("hue", |shift| changed(&|image| color::hue(image, shift)));
    compare("grayscale", |_| changed(&color::grayscale));
}

fn crop_center(image: RgbImage, size: u32) -> RgbImage {
    let part = center(image.dimensions(), size);
    crop(image, part)
}

#[test]
fn images_turn_and_are_cropped_as_in_torchvision() {
    let wide = picture("transforms/wide.png");
    compare("rotation", |degrees| rotate(&wide, degrees));
    let square = crop_center(wide.clone(), 40);
    compare("rotation_square", |degrees| rotate(&square, degrees));
    compare("center_crop", |size| crop_center(picture("images/wide.png"), size as u32));
}

#[test]
fn images_grow_and_shrink_as_in_torchvision_to_a_level() {
    for name in ["wide", "photo_1"] {
        let image = picture(&format!("images/{name}.png"));
        let resized = |size: f64| resize_shorter_side(image.clone(), size as u32).unwrap();
        compare_within(1, &format!("resize_{name}"), resized);
    }
}
