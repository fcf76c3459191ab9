//! Flips, crops and rotations, those in a row as one: each pixel fetched once from where it comes.

use tch::{Device, Kind, TchError, Tensor};

use super::upload;
use crate::transform::drawn::Drawn;
use crate::transform::geometry::{PixelMap, SHIFT};

/// A move of every image.
pub(super) struct Move {
    maps: Vec<PixelMap>,
    /// Width and height of the images before it.
    before: (i64, i64),
    /// After it.
    pub(super) after: (i64, i64),
}

impl Move {
    /// What was drawn for images of this width and height; what is no move leaves an image as it is.
    pub(super) fn of(step: &[&Drawn], before: (i64, i64)) -> Self {
        let sides = (before.0 as u32, before.1 as u32);
        let mut after = before;
        let mut map = |drawn: &&Drawn| match **drawn {
            Drawn::Crop(part) => {
                after = (part.width.into(), part.height.into());
                PixelMap::crop(part)
            }
            Drawn::HorizontalFlip => PixelMap::horizontal_flip(sides.0),
            Drawn::VerticalFlip => PixelMap::vertical_flip(sides.1),
            Drawn::Rotation { degrees } => PixelMap::rotation(sides, degrees),
            _ => PixelMap::IDENTITY,
        };
        let maps = step.iter().map(&mut map).collect();
        Self { maps, before, after }
    }

    /// Where pixels come from, given columns and rows after the move (each broadcasts to n × h × w), and
    /// whether that is inside the image. What is outside is moved to the edge, to be black.
    fn source(
        &self,
        columns: &Tensor,
        rows: &Tensor,
        device: Device,
    ) -> Result<[Tensor; 3], TchError> {
        let numbers = self.maps.iter().flat_map(|map| map.coefficients.into_iter().flatten());
        let maps = upload(&numbers.collect::<Vec<i64>>(), &[-1, 6, 1, 1], device)?;
        let coefficient = |k: i64| maps.f_select(1, k);
        let place = |k: i64| -> Result<Tensor, TchError> {
            let along_row = coefficient(k)?.f_mul(columns)?;
            let along_column = coefficient(k + 1)?.f_mul(rows)?;
            let mut sum = along_row.f_add(&along_column)?;
            sum.f_add_(&coefficient(k + 2)?)?.f_bitwise_right_shift_tensor_scalar_(i64::from(SHIFT))
        };
        let (mut column, mut row) = (place(0)?, place(3)?);
        let within = |place: &Tensor, side: i64| place.f_ge(0)?.f_logical_and_(&place.f_lt(side)?);
        let (width, height) = self.before;
        let inside = within(&column, width)?.f_logical_and_(&within(&row, height)?)?;
        Ok([column.f_clamp_(0, width - 1)?, row.f_clamp_(0, height - 1)?, inside])
    }
}

/// Images (n × 3 × h × w) after one move after the other.
pub(super) fn moved(images: Tensor, moves: &[Move]) -> Result<Tensor, TchError> {
    let (Some(first), Some(last)) = (moves.first(), moves.last()) else { return Ok(images) };
    let (count, channels, ..) = images.size4()?;
    let ((width, height), device) = (last.after, images.device());
    let places = |count: i64| Tensor::f_arange(count, (Kind::Int64, device));
    let mut columns = places(width)?.f_view([1, 1, width])?;
    let mut rows = places(height)?.f_view([1, height, 1])?;
    let mut outside = Tensor::f_zeros([1, 1, 1], (Kind::Bool, device))?;
    // From where a pixel ends to where it comes from.
    for step in moves.iter().rev() {
        let [column, row, inside] = step.source(&columns, &rows, device)?;
        (columns, rows) = (column, row);
        outside = outside.f_logical_or(&inside.f_logical_not()?)?;
    }
    let (before, _) = first.before;
    let places =
        rows.f_mul_scalar_(before)?.f_add_(&columns)?.f_view([count, 1, height * width])?;
    let places = places.f_expand([count, channels, height * width], false)?;
    let moved = images.f_flatten(2, 3)?.f_gather(2, &places, false)?;
    moved.f_view([count, channels, height, width])?.f_masked_fill_(&outside.f_unsqueeze(1)?, 0)
}
