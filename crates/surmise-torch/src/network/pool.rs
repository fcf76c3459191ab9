//! Max pooling.
//!
//! On a CPU libtorch's own takes more than a quarter of a training step: it branches on every
//! comparison, and which of four neighbours is largest is hard to foretell. Here the place of each
//! window's maximum is found without branches, and `gather` fetches the values; its gradient goes
//! to the same places.

use std::mem::MaybeUninit;
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
#[allow(unsafe_code, reason = "reads and writes tensors without copying them")]
pub(super) fn max_pool(input: &Tensor, size: usize) -> Result<Tensor, TchError> {
    let (n, c, h, w) = input.size4()?;
    let side = size as i64;
    let fits = n * c > 0 && (1..=h.min(w)).contains(&side);
    let here = input.device() == Device::Cpu && input.f_kind()? == Kind::Float;
    // The kernel is for one thread; libtorch's own shares its work out.
    if !fits || !here || tch::get_num_threads() > 1 {
        return input.f_max_pool2d([side; 2], [side; 2], [0; 2], [1; 2], false);
    }
    let input = input.f_contiguous()?;
    let (out_h, out_w) = (h / side, w / side);
    let places = Tensor::f_empty([n, c, out_h * out_w], (Kind::Int64, Device::Cpu))?;
    let planes = (n * c) as usize;
    let (plane, out_plane) = ((h * w) as usize, (out_h * out_w) as usize);
    // SAFETY: both tensors are contiguous, on the CPU, not empty, of the element type and the
    // number of elements given here, and live until the end of this function; `places` is new, so
    // nothing else refers to its memory, which is not read before every element is written.
    let (values, places_mut) = unsafe {
        (
            slice::from_raw_parts(input.data_ptr() as *const f32, planes * plane),
            slice::from_raw_parts_mut(
                places.data_ptr() as *mut MaybeUninit<i64>,
                planes * out_plane,
            ),
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
fn plane_maxima(
    values: &[f32],
    width: usize,
    size: usize,
    places: &mut [MaybeUninit<i64>],
    out_width: usize,
) {
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
            place.write((top + at) as i64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// libtorch's own, and the gradient of a weighted sum of the outputs.
    fn both(input: &Tensor, size: usize) -> [(Tensor, Tensor); 2] {
        let side = size as i64;
        [true, false].map(|ours| {
            let x = input.copy().set_requires_grad(true);
            let y = if ours {
                max_pool(&x, size).unwrap()
            } else {
                x.max_pool2d([side; 2], [side; 2], [0; 2], [1; 2], false)
            };
            let weights = Tensor::arange(y.numel() as i64, (Kind::Float, Device::Cpu));
            let sum = (&y * weights.view_as(&y)).sum(Kind::Float);
            let gradient = Tensor::run_backward(&[&sum], &[&x], false, false).remove(0);
            (y.detach(), gradient)
        })
    }

    /// Bits, so that NaN equals itself.
    fn bits(tensor: &Tensor) -> (Vec<i64>, Vec<u32>) {
        let values = Vec::<f32>::try_from(tensor.contiguous().view(-1)).unwrap();
        (tensor.size(), values.iter().map(|v| v.to_bits()).collect())
    }

    #[test]
    fn values_and_gradients_are_those_of_libtorch() {
        tch::set_num_threads(1);
        let float = (Kind::Float, Device::Cpu);
        let mut cases = Vec::new();
        for (shape, size) in [
            ([2, 3, 60, 60], 2),
            ([2, 4, 28, 28], 3), // a row and a column left over
            ([1, 1, 7, 5], 2),
            ([1, 2, 3, 9], 3),
            ([1, 1, 9, 9], 4),
            ([1, 1, 4, 4], 1),
        ] {
            cases.push((Tensor::randn(shape, float), size));
            // Coarse values: ties in most windows.
            cases.push((Tensor::randn(shape, float).round(), size));
            cases.push((Tensor::zeros(shape, float), size));
        }
        let mut strange = vec![0.0_f32; 64];
        strange[3] = f32::NAN;
        strange[11] = f32::NAN;
        strange[20] = f32::INFINITY;
        strange[40..64].fill(f32::NEG_INFINITY);
        cases.push((Tensor::from_slice(&strange).view([1, 1, 8, 8]), 2));
        // Not contiguous.
        cases.push((Tensor::randn([1, 2, 6, 8], float).transpose(2, 3), 2));
        for (input, size) in cases {
            let [ours, theirs] = both(&input, size);
            assert_eq!(bits(&ours.0), bits(&theirs.0), "{:?}, {size}", input.size());
            assert_eq!(bits(&ours.1), bits(&theirs.1), "{:?}, {size}", input.size());
        }
    }

    #[test]
    fn bfloat16_is_pooled_as_it_is() {
        tch::set_num_threads(1);
        let coarse =
            Tensor::randn([2, 3, 8, 8], (Kind::Float, Device::Cpu)).to_kind(Kind::BFloat16);
        let [ours, theirs] = both(&coarse, 2);
        assert_eq!((ours.0.kind(), ours.1.kind()), (Kind::BFloat16, Kind::BFloat16));
        let single = both(&coarse.to_kind(Kind::Float), 2);
        for (half, single) in [&ours, &theirs].into_iter().zip(&single) {
            assert!(half.0.to_kind(Kind::Float).equal(&single.0));
            assert!(
                half.1
                    .to_kind(Kind::Float)
                    .equal(&single.1.to_kind(Kind::BFloat16).to_kind(Kind::Float))
            );
        }
    }

    #[test]
    fn an_image_smaller_than_a_window_is_an_error() {
        let float = (Kind::Float, Device::Cpu);
        assert!(max_pool(&Tensor::zeros([1, 1, 2, 5], float), 3).is_err());
        assert!(max_pool(&Tensor::zeros([1, 1, 2, 5], float), 0).is_err());
        assert!(max_pool(&Tensor::zeros([2, 5], float), 2).is_err());
        let none = max_pool(&Tensor::zeros([0, 1, 4, 4], float), 2).unwrap();
        assert_eq!(none.size(), [0, 1, 2, 2]);
    }
}
