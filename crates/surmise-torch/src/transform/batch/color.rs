//! Colours of a batch, as [`color`](crate::transform::color) changes those of an image: levels are whole
//! numbers from 0 to 255, kept as 32-bit floats.

use tch::{Device, Kind, TchError, Tensor};

use super::upload;
use crate::transform::color::{SIXTHS, hue_steps};
use crate::transform::drawn::Adjustment;

/// Bytes (n × 3 × h × w) after the adjustments of each image, one after the other.
pub(super) fn adjusted(images: &Tensor, all: &[&[Adjustment]]) -> Result<Tensor, TchError> {
    let mut levels = images.f_to_kind(Kind::Float)?;
    for position in 0..all.iter().map(|each| each.len()).max().unwrap_or(0) {
        let step: Vec<_> = all.iter().map(|each| each.get(position).copied()).collect();
        levels = blended(levels, &step)?;
        levels = turned(levels, &step)?;
    }
    levels.f_to_kind(Kind::Uint8)
}

/// Brightness, contrast and saturation: `from + factor (levels − from)`, cut off to whole levels.
fn blended(mut levels: Tensor, step: &[Option<Adjustment>]) -> Result<Tensor, TchError> {
    // How much of the mean luma and of the luma `from` is, and the factor. 0, 0 and 1 change nothing.
    let weights = step.iter().map(|adjustment| match adjustment {
        Some(Adjustment::Brightness(factor)) => [0.0, 0.0, *factor as f32],
        Some(Adjustment::Contrast(factor)) => [1.0, 0.0, *factor as f32],
        Some(Adjustment::Saturation(factor)) => [0.0, 1.0, *factor as f32],
        Some(Adjustment::Hue(_)) | None => [0.0, 0.0, 1.0],
    });
    let weights: Vec<[f32; 3]> = weights.collect();
    if weights.iter().all(|weights| *weights == [0.0, 0.0, 1.0]) {
        return Ok(levels);
    }
    let weights = upload(weights.as_flattened(), &[-1, 3, 1, 1], levels.device())?;
    let weight = |k: i64| weights.f_narrow(1, k, 1);
    let luma = luma(&levels)?;
    let from = mean(&luma)?.f_mul(&weight(0)?)?.f_add(&luma.f_mul(&weight(1)?)?)?;
    let mut levels = levels.f_sub_(&from)?.f_mul_(&weight(2)?)?.f_add_(&from)?;
    levels.f_clamp_(0.0, 255.0)?.f_floor_()
}

/// Pillow's `L` of every pixel (n × 1 × h × w). Sums below 2²⁴: exact.
fn luma(levels: &Tensor) -> Result<Tensor, TchError> {
    let channel = |k: i64, weight: f64| levels.f_narrow(1, k, 1)?.f_mul_scalar(weight);
    let mut sum = channel(0, 19595.0)?;
    let mut sum = sum.f_add_(&channel(1, 38470.0)?)?.f_add_(&channel(2, 7471.0)?)?;
    sum.f_add_scalar_(f64::from(0x8000))?.f_mul_scalar_(1.0 / 65536.0)?.f_floor_()
}

/// The mean of each plane (n × 1 × 1 × 1), to the nearest level. The sum of whole numbers is exact in
/// whatever order.
fn mean(plane: &Tensor) -> Result<Tensor, TchError> {
    let mut sum = plane.f_sum_dim_intlist(&[2, 3][..], true, Kind::Double)?;
    let (_, _, height, width) = plane.size4()?;
    let count = number((height * width) as f64, plane.device())?;
    sum.f_divide_(&count)?.f_add_scalar_(0.5)?.f_floor_()?.f_to_kind(Kind::Float)
}

/// Hues shifted, in the images where they are to be.
fn turned(mut levels: Tensor, step: &[Option<Adjustment>]) -> Result<Tensor, TchError> {
    let (mut places, mut shifts) = (Vec::new(), Vec::new());
    for (place, adjustment) in (0_i64..).zip(step) {
        if let Some(Adjustment::Hue(shift)) = adjustment {
            places.push(place);
            shifts.push(f64::from(hue_steps(*shift)));
        }
    }
    if places.is_empty() {
        return Ok(levels);
    }
    let places = upload(&places, &[-1], levels.device())?;
    let shifts = upload(&shifts, &[-1, 1, 1, 1], levels.device())?;
    let [hue, saturation, value] = to_hsv(&levels.f_index_select(0, &places)?)?;
    let hue = hue.f_add(&shifts)?.f_remainder(256.0)?;
    levels.f_index_copy_(0, &places, &from_hsv(&hue, &saturation, &value)?)
}

/// Pillow's `HSV` (each n × 1 × h × w, whole numbers from 0 to 255) as 64-bit floats.
fn to_hsv(levels: &Tensor) -> Result<[Tensor; 3], TchError> {
    let device = levels.device();
    let most = levels.f_amax([1], true)?;
    let range = most.f_sub(&levels.f_amin([1], true)?)?;
    // Of grey both are 0, whatever they are divided by.
    let saturation = range.f_divide(&most.f_clamp_min(1.0)?)?.f_to_kind(Kind::Double)?;
    let below = most.f_sub(levels)?.f_divide(&range.f_clamp_min(1.0)?)?.f_to_kind(Kind::Double)?;
    // Blue minus green, 2 + red minus blue, 4 + green minus red, of which the first counts whose own
    // channel is largest. Exact in 64 bits, then rounded to 32, as Pillow does.
    let offsets = upload(&[0.0, 2.0, 4.0], &[1, 3, 1, 1], device)?;
    let sixths = below.f_roll([1], [1])?.f_sub(&below.f_roll([-1], [1])?)?.f_add_(&offsets)?;
    let largest = levels.f_eq_tensor(&most)?;
    let of = |k: i64| sixths.f_narrow(1, k, 1);
    let green_or_blue = of(1)?.f_where_self(&largest.f_narrow(1, 1, 1)?, &of(2)?)?;
    let sixth = of(0)?.f_where_self(&largest.f_narrow(1, 0, 1)?, &green_or_blue)?;
    let mut turns = single(&sixth)?.f_divide_(&number(6.0, device)?)?.f_add_scalar_(1.0)?;
    let whole = turns.f_floor()?;
    let hue = single(&turns.f_sub_(&whole)?)?;
    let level = |mut share: Tensor| share.f_mul_scalar_(255.0)?.f_floor_();
    Ok([level(hue)?, level(saturation)?, most.f_to_kind(Kind::Double)?])
}

/// Levels (n × 3 × h × w) as 32-bit floats.
fn from_hsv(hue: &Tensor, saturation: &Tensor, value: &Tensor) -> Result<Tensor, TchError> {
    let device = hue.device();
    let most = number(255.0, device)?;
    let sixth = hue.f_mul_scalar(6.0)?.f_divide_(&most)?;
    let whole = sixth.f_floor()?;
    let part = single(&sixth.f_sub(&whole)?)?;
    let saturation = single(&saturation.f_divide(&most)?)?;
    let one_minus = |x: &Tensor| x.f_neg()?.f_add_scalar_(1.0);
    let level = |share: &Tensor| nearest(&value.f_mul(&one_minus(share)?)?);
    let p = level(&saturation)?;
    let q = level(&saturation.f_mul(&part)?)?;
    let t = level(&saturation.f_mul(&one_minus(&part)?)?)?;
    let choices = Tensor::f_cat(&[value, &p, &q, &t], 1)?.f_to_kind(Kind::Float)?;
    let table: Vec<i64> = SIXTHS.as_flattened().iter().map(|which| *which as i64).collect();
    let (count, _, height, width) = hue.size4()?;
    let sector = whole.f_remainder(6.0)?.f_to_kind(Kind::Int64)?.f_view([-1])?;
    let which = upload(&table, &[6, 3], device)?.f_index_select(0, &sector)?;
    let which = which.f_view([count, height, width, 3])?.f_permute([0, 3, 1, 2])?;
    choices.f_gather(1, &which, false)
}

/// To the nearest whole number, halves up; for numbers from 0.
fn nearest(x: &Tensor) -> Result<Tensor, TchError> {
    let mut whole = x.f_floor()?;
    let up = x.f_sub(&whole)?.f_ge(0.5)?;
    whole.f_add_(&up)
}

/// Rounded to 32 bits.
fn single(x: &Tensor) -> Result<Tensor, TchError> {
    x.f_to_kind(Kind::Float)?.f_to_kind(Kind::Double)
}

/// A 64-bit number on a device.
fn number(x: f64, device: Device) -> Result<Tensor, TchError> {
    Tensor::f_full([], x, (Kind::Double, device))
}
