//! What a network makes of image files.

use std::path::PathBuf;

use rayon::prelude::*;
use surmise::objective::cnn::Pipeline;
use tch::{Device, Kind, TchError, Tensor};

use crate::allocator::keep_freed_memory;
use crate::data::{Batch, DataError, finish, load_rgb, normalized};
use crate::network::Network;
use crate::training::TrainError;
use crate::transform::{Pixels, draws};

/// Images at once.
const BATCH: usize = 64;

/// Numbers for a file, or why there are none.
pub type Answer = Result<Vec<f64>, DataError>;

impl Network {
    /// The probability of each class for each file, which goes through `pipeline` to `image_size` ×
    /// `image_size` pixels, all cores decoding; or why there is none. What is random in `pipeline`
    /// is drawn by the file's place.
    ///
    /// # Errors
    /// [`TrainError`] of libtorch's.
    pub fn probabilities(
        &self,
        files: &[PathBuf],
        pipeline: &Pipeline,
        image_size: u32,
    ) -> Result<Vec<Answer>, TrainError> {
        self.answers(files, pipeline, image_size, |images| {
            class_probabilities(&self.forward(images)?)
        })
    }

    /// In the same way, what comes to the head: of images the mean of each channel.
    ///
    /// # Errors
    /// [`TrainError`] of libtorch's.
    pub fn features(
        &self,
        files: &[PathBuf],
        pipeline: &Pipeline,
        image_size: u32,
    ) -> Result<Vec<Answer>, TrainError> {
        let body = self.module().body();
        self.answers(files, pipeline, image_size, |images| {
            let features = self.forward_part(&body, images)?;
            let features = if features.dim() == 4 {
                features.f_mean_dim(&[2, 3][..], false, Kind::Float)?
            } else {
                features
            };
            features.f_to_kind(Kind::Double)
        })
    }

    /// What `make` makes of batches of images, n × k 64-bit numbers, row by row. Keeps the process's
    /// allocator from giving memory back.
    fn answers(
        &self,
        files: &[PathBuf],
        pipeline: &Pipeline,
        image_size: u32,
        make: impl Fn(&Tensor) -> Result<Tensor, TchError>,
    ) -> Result<Vec<Answer>, TrainError> {
        keep_freed_memory();
        let _guard = tch::no_grad_guard();
        let read = |(index, path): &(u64, &PathBuf)| -> Result<Pixels, DataError> {
            let image = load_rgb(path, &pipeline.fixed)?;
            finish(path, image, pipeline, image_size, &mut draws(0, 0, *index))
        };
        let numbered: Vec<(u64, &PathBuf)> = (0..).zip(files).collect();
        let mut all = Vec::with_capacity(files.len());
        for part in numbered.chunks(BATCH) {
            let read: Vec<Result<Pixels, DataError>> = part.par_iter().map(read).collect();
            let mut images = Vec::new();
            let mut answers: Vec<Answer> = Vec::new();
            for pixels in read {
                answers.push(pixels.map(|pixels| {
                    images.push(pixels);
                    Vec::new()
                }));
            }
            if !images.is_empty() {
                let images = Batch::of(images).to_device(image_size, self.device())?;
                let rows = make(&normalized(images, pipeline)?)?.f_to_device(Device::Cpu)?;
                let mut rows = Vec::<Vec<f64>>::try_from(rows)?.into_iter();
                for answer in answers.iter_mut().flatten() {
                    *answer = rows.next().unwrap_or_default();
                }
            }
            all.extend(answers);
        }
        Ok(all)
    }
}

/// Probabilities (n × classes, 64-bit) of logits (n × k); a single one is that of the second of two
/// classes.
pub(crate) fn class_probabilities(logits: &Tensor) -> Result<Tensor, TchError> {
    let logits = logits.f_to_kind(Kind::Double)?;
    if logits.size2()?.1 == 1 {
        return Tensor::f_cat(&[logits.f_neg()?.f_sigmoid()?, logits.f_sigmoid()?], 1);
    }
    logits.f_softmax(1, Kind::Double)
}
