//! Max pooling.
//!
//! On a CPU libtorch's own takes more than a quarter of a training step: it branches on every
//! comparison, and which of four neighbours is largest is hard to foretell. Here the place of each
//! window's maximum is found without branches, and `gather` fetches the values; its gradient goes
//! to the same places.

use std::slice;

use tch::{Device, Kind, TchError, Tensor};

/// Max pooling over windows of `size` × `size` pixels that touch and do not overlap; what does not
/// fill a window at the right and the bottom is left out. `input` is n × c × h × w.
///
/// Equal to libtorch's `max_pool2d(size, stride = size)` in every value and every gradient: of
/// equal values the first counts, and a NaN wins.
///
/// # Errors
/// Out of memory, or an input of another form or smaller than a window.
pub fn max_pool(input: &Tensor, size: usize) -> Result<Tensor, TchError> {
    let (n, c, h, w) = input.size4()?;
    let side = size as i64;
    let fast = input.device() == Device::Cpu && input.f_kind()? == Kind::Float;
    // The kernel is for one thread; libtorch's own shares its work out.
    if !fast || side == 0 || h < side || w < side || tch::get_num_threads() > 1 {
        return input.f_max_pool2d([side; 2], [side; 2], [0; 2], [1; 2], false);
    }
    let input = input.f_contiguous()?;
    let (out_h, out_w) = (h / side, w / side);
    let places = Tensor::f_empty([n, c, out_h * out_w], (Kind::Int64, Device::Cpu))?;
    let planes = (n * c) as usize;
    let (plane, out_plane) = ((h * w) as usize, (out_h * out_w) as usize);
    // SAFETY: both tensors are contiguous, on the CPU, of the element type and the number of
    // elements given here, and live until the end of this function; `places` is new, so nothing
    // else refers to its memory.
    let (values, places_mut) = unsafe {
        (
            slice::from_raw_parts(input.data_ptr() as *const f32, planes * plane),
            slice::from_raw_parts_mut(places.data_ptr() as *mut i64, planes * out_plane),
        )
    };
    for (values, places) in values.chunks_exact(plane).zip(places_mut.chunks_exact_mut(out_plane)) {
        match size {
            // The sizes in use, known to the compiler.
            2 => plane_maxima(values, w as usize, 2, places, out_w as usize),
            3 => plane_maxima(values, w as usize, 3, places, out_w as usize),
            _ => plane_maxima(values, w as usize, size, places, out_w as usize),
        }
    }
    input.f_flatten(2, 3)?.f_gather(2, &places, false)?.f_view([n, c, out_h, out_w])
}

/// For each window of a plane, the place of its maximum within the plane.
#[inline(always)]
fn plane_maxima(values: &[f32], width: usize, size: usize, places: &mut [i64], out_width: usize) {
    for (y, places) in places.chunks_exact_mut(out_width).enumerate() {
        let top = y * size * width;
        let band = &values[top..top + size * width];
        for (x, place) in places.iter_mut().enumerate() {
            let corner = x * size;
            let (mut best, mut at) = (band[corner], corner);
            for row in 0..size {
                for column in 0..size {
                    let here = row * width + corner + column;
                    let value = band[here];
                    // `|`, not `||`: no branch.
                    let wins = (value > best) | value.is_nan();
                    best = if wins { value } else { best };
                    at = if wins { here } else { at };
                }
            }
            *place = (top + at) as i64;
        }
    }
}
