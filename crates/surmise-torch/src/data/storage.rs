//! Where images are kept once they are read.
//!
//! | kept | where | when |
//! | --- | --- | --- |
//! | [`Kept::Device`] | with the network | nothing random happens to them, or what the device can do |
//! | [`Kept::Memory`] | in memory | something does, or the device has no room |
//! | [`Kept::Files`] | nowhere: read anew every epoch | memory has no room |

use std::fmt;

use image::RgbImage;
use sysinfo::System;
use tch::{Device, Tensor};

use super::error::DataError;
use crate::failure::{is_out_of_memory, message};
use crate::transform::{has_batch_form, planes};
use surmise::objective::cnn::{Cache, Pipeline};

/// Where images are.
pub enum Kept {
    /// n × 3 × height × width bytes on the network's device, what varies still ahead of them.
    Device(Tensor),
    /// Bytes in memory, what varies still ahead of them.
    Memory(Vec<RgbImage>),
    /// In their files.
    Files,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.bytes() as f64 / 1e6;
        match self {
            Self::Device(images) => match images.device() {
                Device::Cuda(index) => write!(f, "{megabytes:.1} MB on cuda:{index}"),
                _ => write!(f, "{megabytes:.1} MB on cpu"),
            },
            Self::Memory(_) => write!(f, "{megabytes:.1} MB in memory"),
            Self::Files => f.write_str("read from their files every epoch"),
        }
    }
}

impl Kept {
    /// The memory that the images take.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Device(images) => images.numel(),
            Self::Memory(images) => images.iter().map(|image| image.as_raw().len()).sum(),
            Self::Files => 0,
        }
    }
}

/// Whether images are best kept with the network: where nothing varies, or where a GPU can make what
/// does, a batch at a time. A CPU would lose by that: there threads make the next batches meanwhile.
pub(crate) fn belong_on_device(pipeline: &Pipeline, device: Device) -> bool {
    pipeline.varying.is_empty() || (device.is_cuda() && pipeline.varying.iter().all(has_batch_form))
}

/// The bytes that images may take in memory, which for a moment are there three times. All of an image counts, where the network sees only a part.
pub(crate) fn room(cache: Cache) -> u64 {
    match cache {
        Cache::Memory => u64::MAX,
        Cache::Disk => 0,
        Cache::Auto => System::new().map_or(0, |mut system| {
            system.refresh_memory();
            let of_group = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
            system.available_memory().min(of_group) / 4
        }),
    }
}

/// The images as one tensor where the network lives; in memory if there is no room for it, or if they
/// are not of one size.
pub(crate) fn on_device(images: Vec<RgbImage>, device: Device) -> Result<Kept, DataError> {
    let len = images.len();
    let (width, height) = images.first().map_or((0, 0), RgbImage::dimensions);
    if images.iter().any(|image| image.dimensions() != (width, height)) {
        return Ok(Kept::Memory(images));
    }
    let total = len * 3 * width as usize * height as usize;
    let mut bytes = Vec::new();
    let out_of_memory =
        || DataError::OutOfMemory { images: len, width, height, megabytes: total >> 20 };
    bytes.try_reserve_exact(total).map_err(|_| out_of_memory())?;
    images.iter().for_each(|image| bytes.extend(planes(image)));
    let tensor = Tensor::f_from_slice(&bytes)
        .and_then(|t| t.f_view([len as i64, 3, height.into(), width.into()])?.f_to_device(device));
    match tensor {
        Ok(tensor) => Ok(Kept::Device(tensor)),
        Err(error) if is_out_of_memory(&error) && device != Device::Cpu => Ok(Kept::Memory(images)),
        Err(error) if is_out_of_memory(&error) => Err(out_of_memory()),
        Err(error) => Err(DataError::Torch { device, message: message(&error) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surmise::objective::cnn::{IMAGENET, Transform};

    #[test]
    fn images_that_vary_belong_on_a_gpu_that_can_make_all_that_varies() {
        let pipeline = |list: &[Transform]| Pipeline::training(list, 32);
        let (cpu, gpu) = (Device::Cpu, Device::Cuda(0));
        let (mean, std) = IMAGENET;
        let flip = Transform::HorizontalFlip { p: 0.5 };
        let still = pipeline(&[Transform::Normalize { mean, std }]);
        assert!(belong_on_device(&still, cpu) && belong_on_device(&still, gpu));
        let flipped = pipeline(std::slice::from_ref(&flip));
        assert!(!belong_on_device(&flipped, cpu) && belong_on_device(&flipped, gpu));
        let noisy = pipeline(&[flip, Transform::GaussianNoise { sigma: 0.1 }]);
        assert!(!belong_on_device(&noisy, gpu));
        let (scale, ratio) = ((0.5, 1.0), (0.75, 1.5));
        let resized = [Transform::RandomResizedCrop { size: 32, scale, ratio }];
        assert!(!belong_on_device(&pipeline(&resized), gpu));
    }
}
