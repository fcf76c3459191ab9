//! An epoch of images, batch by batch: gathered on the device, or made ready beside the training.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use image::RgbImage;
use rand::Rng;
use rayon::prelude::*;
use surmise::objective::cnn::Pipeline;
use tch::{Device, Kind, TchError, Tensor};

use super::error::DataError;
use super::image::{ImageError, load_rgb};
use super::image_set::{ImageSet, check_size};
use super::storage::Kept;
use crate::transform::{
    self, Pixels, TransformError, draw_all, normalize, planes, transformed, unit,
};

/// Batches made ready ahead of the one that is learnt from.
const AHEAD: usize = 2;

/// What decides the draws of an epoch: equal ones make equal images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draws {
    /// Of the training.
    pub seed: u64,
    /// Counted from 1.
    pub epoch: u32,
}

impl Draws {
    /// Those of the image in a place.
    fn of(self, place: u64) -> impl Rng {
        transform::draws(self.seed, self.epoch, place)
    }
}

impl ImageSet {
    /// Calls `learn` with the images of each batch (b × 3 × size × size, numbers from 0 to 1 unless
    /// normalised) and their labels (b): those of `order`, `batch_size` at a time (0 counts as 1), the
    /// last batch what is left. `order` holds places in [`files`](Self::files). What varies is made
    /// where the images are: on the device a batch at a time, else by `threads` threads while `learn`
    /// is busy. What comes out depends on the draws alone.
    ///
    /// # Errors
    /// The error of `learn`, a file that can no longer be read, or a place that is none.
    pub fn batches<E>(
        &self,
        order: &[i64],
        batch_size: usize,
        draws: Draws,
        threads: usize,
        mut learn: impl FnMut(&Tensor, &Tensor) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<DataError> + From<TchError>,
    {
        let batch_size = batch_size.max(1);
        let there = |index: i64| usize::try_from(index).is_ok_and(|index| index < self.len());
        if let Some(&index) = order.iter().find(|&&index| !there(index)) {
            return Err(DataError::NoSuchImage { index, images: self.len() }.into());
        }
        let order_there = Tensor::f_from_slice(order)?.f_to_device(self.device())?;
        let parts = order_there.f_split(batch_size as i64, 0)?;
        let mut parts = parts.into_iter().zip(order.chunks(batch_size));
        let mut learn = |indices: &Tensor, images: Tensor| {
            let images = normalized(images, self.pipeline())?;
            learn(&images, &self.labels.f_index_select(0, indices)?)
        };
        let memory = match self.kept() {
            Kept::Device(images) => {
                return parts.try_for_each(|(indices, places)| {
                    let bytes = images.f_index_select(0, &indices)?;
                    learn(&indices, self.varied::<E>(bytes, places, draws)?)
                });
            }
            Kept::Memory(images) => Some(&images[..]),
            Kept::Files => None,
        };
        let (files, pipeline, size) = (self.files(), self.pipeline(), self.image_size());
        let loader = Loader { files, memory, pipeline, size, draws };
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(AHEAD);
            scope.spawn(move || loader.send(order, batch_size, threads, &sender));
            parts.try_for_each(|(indices, _)| match receiver.recv() {
                Ok(batch) => learn(&indices, batch?.to_device(self.image_size(), self.device())?),
                // It ends early only after an error, and that came before.
                Err(_) => Ok(()),
            })
        })
    }

    /// A batch after what varies, on the device, given the bytes of the images in these places.
    fn varied<E>(&self, bytes: Tensor, places: &[i64], draws: Draws) -> Result<Tensor, E>
    where
        E: From<DataError> + From<TchError>,
    {
        let varying = &self.pipeline().varying;
        let file = |place: i64| &*self.files()[place as usize];
        let dimensions = size(&bytes)?;
        let draw = |&place: &i64| -> Result<_, DataError> {
            draw_all(varying, dimensions, &mut draws.of(place as u64))
                .map_err(|error| untransformable(file(place), error))
        };
        let drawn = places.iter().map(draw).collect::<Result<Vec<_>, DataError>>()?;
        let images = transformed(bytes, &drawn)?;
        let first = places.first().map_or(Path::new(""), |&place| file(place));
        check_size(first, size(&images)?, self.image_size())?;
        Ok(if images.f_kind()? == Kind::Uint8 { unit(&images)? } else { images })
    }

    /// Every index, in order.
    pub(crate) fn in_order(&self) -> Vec<i64> {
        (0..self.len() as i64).collect()
    }
}

/// Width and height of images.
fn size(images: &Tensor) -> Result<(u32, u32), TchError> {
    let (_, _, height, width) = images.size4()?;
    Ok((width as u32, height as u32))
}

/// `(x − mean) / std`, where the pipeline ends so; changes `images`.
pub(crate) fn normalized(images: Tensor, pipeline: &Pipeline) -> Result<Tensor, TchError> {
    match pipeline.normalize {
        Some((mean, std)) => normalize(images, mean.map(|x| x as f32), std.map(|x| x as f32)),
        None => Ok(images),
    }
}

/// A batch on its way to the device: image after image in three planes.
pub(crate) enum Batch {
    Bytes(Vec<u8>),
    Numbers(Vec<f32>),
}

impl Batch {
    /// Of images that went through the same transforms.
    pub(crate) fn of(images: Vec<Pixels>) -> Self {
        // One list makes bytes of all, or numbers of all.
        if images.iter().all(|pixels| matches!(pixels, Pixels::Bytes(_))) {
            let bytes = images.iter().filter_map(Pixels::bytes);
            Self::Bytes(bytes.flat_map(planes).collect())
        } else {
            Self::Numbers(images.into_iter().flat_map(Pixels::numbers).collect())
        }
    }

    /// On a device, b × 3 × size × size, numbers from 0 to 1.
    pub(crate) fn to_device(&self, size: u32, device: Device) -> Result<Tensor, TchError> {
        let side = i64::from(size);
        let there = |t: Tensor| t.f_view([-1, 3, side, side])?.f_to_device(device);
        match self {
            Self::Bytes(bytes) => unit(&there(Tensor::f_from_slice(bytes)?)?),
            Self::Numbers(numbers) => there(Tensor::f_from_slice(numbers)?),
        }
    }
}

/// An image after what varies, of the size the network sees.
pub(crate) fn finish(
    path: &Path,
    image: RgbImage,
    pipeline: &Pipeline,
    size: u32,
    random: &mut impl Rng,
) -> Result<Pixels, DataError> {
    let pixels = Pixels::Bytes(image)
        .through(&pipeline.varying, random)
        .map_err(|error| untransformable(path, error))?;
    check_size(path, pixels.dimensions(), size)?;
    Ok(pixels)
}

fn untransformable(path: &Path, source: TransformError) -> DataError {
    ImageError::Untransformable { path: path.to_owned(), source }.into()
}

/// Makes batches ready on other threads, where no tensor may go.
struct Loader<'a> {
    files: &'a [PathBuf],
    memory: Option<&'a [RgbImage]>,
    pipeline: &'a Pipeline,
    size: u32,
    draws: Draws,
}

impl Loader<'_> {
    /// Batch after batch, up to the first error, or until nobody listens.
    fn send(
        self,
        order: &[i64],
        batch_size: usize,
        threads: usize,
        sender: &SyncSender<Result<Batch, DataError>>,
    ) {
        // Where no pool can be had, this thread does.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
        for indices in order.chunks(batch_size) {
            let pixels = |&index: &i64| self.pixels(index as usize);
            let images: Result<Vec<Pixels>, DataError> = match &pool {
                Some(pool) => pool.install(|| indices.par_iter().map(pixels).collect()),
                None => indices.iter().map(pixels).collect(),
            };
            let batch = images.map(Batch::of);
            let failed = batch.is_err();
            if sender.send(batch).is_err() || failed {
                return;
            }
        }
    }

    /// One image after its transforms, all but the normalising of whole batches.
    fn pixels(&self, index: usize) -> Result<Pixels, DataError> {
        let path = &self.files[index];
        let image = match self.memory {
            Some(images) => images[index].clone(),
            None => load_rgb(path, &self.pipeline.fixed)?,
        };
        let random = &mut self.draws.of(index as u64);
        finish(path, image, self.pipeline, self.size, random)
    }
}

#[cfg(test)]
mod tests;
