//! Occlusion: cover a box of the image, see what the score loses (Zeiler & Fergus 2014, arXiv
//! 1311.2901, section 4.2), as Captum has it.
//!
//! | symbol | meaning | shape |
//! | --- | --- | --- |
//! | `n`, `w`, `s` | the image's size, the window's, the stride, along an axis | scalars |
//! | `m` | boxes along an axis, `⌈(n − w)/s⌉ + 1`; the last may be cut at the edge | scalar |
//! | `C`, `H`, `W` | 1 where box i covers place j along an axis, else 0 | m × n, one an axis |
//! | `Δ` | `f(x) − f(x with the box covered)` | m_c × m_h × m_w |
//! | `φ` | mean of `Δ` over the boxes that cover a place | c × h × w |
//!
//! A box is a product of three intervals, so both sums of the mean are products along the axes:
//! `Σ_ijk Δ_ijk C_ic H_jh W_kw` over `Σ_i C_ic Σ_j H_jh Σ_k W_kw`.

use tch::{Device, Kind, TchError, Tensor};

use super::explainer::{finite, image_size};
use super::terms::Axis;
use super::{ExplainError, Explainer};

/// A box that moves over the image, and what covers it. Channels, height, width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occlusion {
    /// The box's size, from 1 to the image's. One channel covers each channel by itself.
    pub window: [usize; 3],
    /// How far it moves each time: from 1 to its size, so that no place is left out. Along an axis
    /// that it covers whole, anything from 1.
    pub strides: [usize; 3],
    /// What is seen in its place, in the image's units.
    pub baseline: f64,
}

impl<F> Explainer<F>
where
    F: Fn(&Tensor) -> Result<Tensor, TchError>,
{
    /// What each number of `image` (c × h × w) adds to the score, as the mean over the boxes that
    /// cover it of what the score loses with the box, in logits: c × h × w. Captum's `Occlusion`.
    /// One score a box; no gradient is needed.
    ///
    /// # Errors
    /// What every method reports ([`Explainer`]); [`ExplainError::Zero`], [`ExplainError::Window`]
    /// and [`ExplainError::Stride`] for settings out of range.
    pub fn occlusion(&self, image: &Tensor, settings: Occlusion) -> Result<Tensor, ExplainError> {
        let size = image_size(image)?;
        let covers @ [c, h, w] = settings.covers(size)?;
        let _guard = tch::no_grad_guard();
        let device = image.device();
        let masks = matrices(&covers, Kind::Bool, device)?;
        let baseline = image.f_full_like(settings.baseline)?;
        let mut scores = Vec::new();
        for (start, len) in self.batches(c.boxes * h.boxes * w.boxes)? {
            let (start, end) = (start as i64, (start + len) as i64);
            let boxes = Tensor::f_arange_start(start, end, (Kind::Int64, device))?;
            let covered = covered(&boxes, &masks)?;
            scores.push(self.scores(&baseline.f_where_self(&covered, image)?)?);
        }
        // Few numbers: in 64 bits, where the many boxes of a place add up without loss.
        let scores =
            Tensor::f_cat(&scores, 0)?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Double)?;
        let losses = scores.f_neg()?.f_add_scalar(self.score(image)?)?;
        let losses = losses.f_view([c.boxes as i64, h.boxes as i64, w.boxes as i64])?;
        let sum = spread(&losses, &covers)?;
        let times = spread(&losses.f_ones_like()?, &covers)?;
        finite(sum.f_div(&times)?.f_to_kind(Kind::Float)?.f_to_device(device)?)
    }
}

/// What each of `boxes` covers, n × c × h × w, by what a box covers along each axis. They are
/// counted with the last axis fastest.
fn covered(boxes: &Tensor, masks: &[Tensor; 3]) -> Result<Tensor, TchError> {
    let [c, h, w] = masks;
    let (of_h, of_w) = (h.size()[0], w.size()[0]);
    let along = |mask: &Tensor, boxes: &Tensor, shape: [i64; 4]| {
        mask.f_index_select(0, boxes)?.f_view(shape)
    };
    let rest = boxes.f_div_scalar_mode(of_w, "floor")?;
    let c = along(c, &rest.f_div_scalar_mode(of_h, "floor")?, [-1, c.size()[1], 1, 1])?;
    let h = along(h, &rest.f_remainder(of_h)?, [-1, 1, h.size()[1], 1])?;
    let w = along(w, &boxes.f_remainder(of_w)?, [-1, 1, 1, w.size()[1]])?;
    c.f_logical_and(&h)?.f_logical_and(&w)
}

/// `Σ_ijk Δ_ijk C_ic H_jh W_kw`: c × h × w, of `Δ` on the CPU in 64 bits.
fn spread(losses: &Tensor, covers: &[Cover; 3]) -> Result<Tensor, TchError> {
    let [c, h, w] = matrices(covers, Kind::Double, Device::Cpu)?;
    let along_height = h.f_transpose(0, 1)?.f_matmul(&losses.f_matmul(&w)?)?;
    Tensor::f_tensordot(&c, &along_height, [0], [0])
}

/// `C`, `H`, `W`.
fn matrices(covers: &[Cover; 3], kind: Kind, device: Device) -> Result<[Tensor; 3], TchError> {
    let [c, h, w] = covers;
    Ok([c.matrix(kind, device)?, h.matrix(kind, device)?, w.matrix(kind, device)?])
}

impl Occlusion {
    /// The boxes along each axis of an image of `size`.
    fn covers(&self, size: [i64; 3]) -> Result<[Cover; 3], ExplainError> {
        let cover = |axis: Axis| {
            let at = axis as usize;
            Cover::new(axis, size[at] as usize, self.window[at], self.strides[at])
        };
        Ok([cover(Axis::Channels)?, cover(Axis::Height)?, cover(Axis::Width)?])
    }
}

/// The boxes along one axis.
#[derive(Clone, Copy, Debug)]
struct Cover {
    size: usize,
    window: usize,
    stride: usize,
    boxes: usize,
}

impl Cover {
    fn new(axis: Axis, size: usize, window: usize, stride: usize) -> Result<Self, ExplainError> {
        if window == 0 {
            let what = match axis {
                Axis::Channels => "window's number of channels",
                Axis::Height => "window's height",
                Axis::Width => "window's width",
            };
            return Err(ExplainError::Zero { what });
        }
        if window > size {
            return Err(ExplainError::Window { axis, window, image: size });
        }
        if stride == 0 || (window < size && stride > window) {
            return Err(ExplainError::Stride { axis, stride, window });
        }
        Ok(Self { size, window, stride, boxes: (size - window).div_ceil(stride) + 1 })
    }

    /// 1 where a box covers a place, else 0: boxes × size.
    fn matrix(&self, kind: Kind, device: Device) -> Result<Tensor, TchError> {
        let Self { size, window, stride, boxes } = *self;
        let mut values = vec![false; boxes * size];
        for (number, row) in values.chunks_exact_mut(size).enumerate() {
            let start = number * stride;
            row[start..size.min(start + window)].fill(true);
        }
        Tensor::f_from_slice(&values)?
            .f_view([boxes as i64, size as i64])?
            .f_to(device)?
            .f_to_kind(kind)
    }
}
