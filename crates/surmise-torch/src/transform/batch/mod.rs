//! A batch of images through a list of transforms, on the device where they lie: what
//! [`Pixels::through`](super::Pixels::through) makes of each, to the last bit.
//!
//! Whatever is rounded is rounded as there: integers and floats of the same width, in the same order,
//! one operation at a time. Divisors are tensors on the device, as CUDA multiplies by the reciprocal of a
//! number that comes from outside.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | n, h, w | images, their height and width in pixels | |
//! | images | bytes, or numbers from 0 to 1 before they are normalised | n × 3 × h × w |
//!
//! | file | holds |
//! | --- | --- |
//! | `mod` | the list, step by step; cutout, normalising |
//! | `moves` | flips, crops and rotations, those in a row as one |
//! | `color` | colour jitter, greyscale |

mod color;
mod moves;

#[cfg(test)]
mod tests;

use rand::Rng;
use surmise::objective::cnn::Transform;
use tch::kind::Element;
use tch::{Device, Kind, TchError, Tensor};

use self::color::adjusted;
use self::moves::{Move, moved};
use super::drawn::{Adjustment, Drawn, draw};
use super::error::TransformError;

/// Whether a batch of images can go through a transform at once, on the device where they lie. Resizing
/// makes each image of another size, noise is drawn number by number: those are for threads.
pub(crate) fn has_batch_form(transform: &Transform) -> bool {
    !matches!(
        transform,
        Transform::Resize { .. }
            | Transform::RandomResizedCrop { .. }
            | Transform::GaussianNoise { .. }
    )
}

/// What every transform of the list does to one image of this width and height.
///
/// # Errors
/// [`TransformError::TooSmall`].
pub(crate) fn draw_all(
    list: &[Transform],
    mut dimensions: (u32, u32),
    random: &mut impl Rng,
) -> Result<Vec<Drawn>, TransformError> {
    let mut draw_one = |transform: &Transform| {
        let drawn = draw(transform, dimensions, random)?;
        // Of what has a batch form, nothing else changes the size.
        if let Drawn::Crop(part) = &drawn {
            dimensions = (part.width, part.height);
        }
        Ok(drawn)
    };
    list.iter().map(&mut draw_one).collect()
}

/// Images after what was drawn for them: one list an image, from the same transforms, each of which
/// [has a batch form](has_batch_form).
///
/// # Errors
/// Out of memory, or a transform without a batch form.
pub(crate) fn transformed(images: Tensor, drawn: &[Vec<Drawn>]) -> Result<Tensor, TchError> {
    let mut images = images;
    let mut moves: Vec<Move> = Vec::new();
    for step in 0..drawn.first().map_or(0, Vec::len) {
        let step: Vec<&Drawn> = drawn.iter().filter_map(|image| image.get(step)).collect();
        let Some(some) = step.iter().find(|drawn| ***drawn != Drawn::Nothing) else { continue };
        if matches!(
            some,
            Drawn::Crop(_) | Drawn::HorizontalFlip | Drawn::VerticalFlip | Drawn::Rotation { .. }
        ) {
            let before = moves.last().map_or_else(|| size(&images), |last| Ok(last.after))?;
            moves.push(Move::of(&step, before));
            continue;
        }
        images = moved(images, &std::mem::take(&mut moves))?;
        images = match some {
            Drawn::ColorJitter(_) | Drawn::Grayscale => adjusted(&images, &adjustments(&step))?,
            Drawn::Cutout { .. } => cut_out(images, &step)?,
            Drawn::Normalize { mean, std } => {
                let numbers = if images.f_kind()? == Kind::Uint8 { unit(&images)? } else { images };
                normalize(numbers, *mean, *std)?
            }
            _ => return Err(TchError::Torch("a transform without a batch form".into())),
        };
    }
    moved(images, &moves)
}

/// Width and height of images.
fn size(images: &Tensor) -> Result<(i64, i64), TchError> {
    let (_, _, height, width) = images.size4()?;
    Ok((width, height))
}

/// What happens to the colours of each image.
fn adjustments<'a>(step: &[&'a Drawn]) -> Vec<&'a [Adjustment]> {
    let of = |drawn: &&'a Drawn| match drawn {
        Drawn::ColorJitter(adjustments) => &adjustments[..],
        // Without any saturation, to the last bit.
        Drawn::Grayscale => &[Adjustment::Saturation(0.0)],
        _ => &[],
    };
    step.iter().map(of).collect()
}

/// Each image black in a rectangle of its own.
fn cut_out(mut images: Tensor, step: &[&Drawn]) -> Result<Tensor, TchError> {
    let (device, (width, height)) = (images.device(), size(&images)?);
    let within = |places: Tensor, span: &dyn Fn(&Drawn) -> [i64; 2]| -> Result<Tensor, TchError> {
        let spans = step.iter().flat_map(|drawn| span(drawn));
        let spans = upload(&spans.collect::<Vec<i64>>(), &[-1, 2, 1, 1], device)?;
        let (start, end) = (spans.f_narrow(1, 0, 1)?, spans.f_narrow(1, 1, 1)?);
        places.f_ge_tensor(&start)?.f_logical_and(&places.f_lt_tensor(&end)?)
    };
    let places = |count: i64| Tensor::f_arange(count, (Kind::Int64, device));
    let columns = within(places(width)?.f_view([1, 1, 1, width])?, &|drawn| match drawn {
        Drawn::Cutout { columns, .. } => [columns.start.into(), columns.end.into()],
        _ => [0, 0],
    })?;
    let rows = within(places(height)?.f_view([1, 1, height, 1])?, &|drawn| match drawn {
        Drawn::Cutout { rows, .. } => [rows.start.into(), rows.end.into()],
        _ => [0, 0],
    })?;
    images.f_masked_fill_(&columns.f_logical_and(&rows)?, 0)
}

/// torchvision's `ToTensor`: divided by 255.
pub(crate) fn unit(bytes: &Tensor) -> Result<Tensor, TchError> {
    let most = Tensor::f_full([], 255.0, (Kind::Float, bytes.device()))?;
    bytes.f_to_kind(Kind::Float)?.f_divide_(&most)
}

/// `(x − mean) / std` per channel; changes `images`.
pub(crate) fn normalize(
    mut images: Tensor,
    mean: [f32; 3],
    std: [f32; 3],
) -> Result<Tensor, TchError> {
    let channels = |numbers: [f32; 3]| upload(&numbers, &[1, 3, 1, 1], images.device());
    let (mean, std) = (channels(mean)?, channels(std)?);
    images.f_sub_(&mean)?.f_divide_(&std)
}

/// Numbers on a device, without waiting for what it is still doing.
fn upload<T: Element>(numbers: &[T], shape: &[i64], device: Device) -> Result<Tensor, TchError> {
    let here = Tensor::f_from_slice(numbers)?.f_view(shape)?;
    here.f_to_device_(device, T::KIND, true, false)
}
