//! Training: epochs over shuffled batches, what each measured, what can go wrong.

use std::ops::ControlFlow;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Reduction, TchError, Tensor};
use thiserror::Error;

use super::allocator::keep_freed_memory;
use super::batches::Draws;
use super::data::{DataError, ImageSet, TrainingData};
use super::failure::{is_out_of_memory, message};
use super::model::ShapeError;
use super::network::{Network, NetworkError};
use super::optimizer::Optimizer;
use super::patience::Patience;
use super::settings::CnnSettings;
use super::transform::draws;

/// What an epoch measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metrics {
    /// Share of the validation images that are classified right, 0 to 1.
    pub accuracy: f64,
    /// Mean loss over the validation images: cross entropy, in nats.
    pub loss: f64,
    /// Mean loss over the training images, each as its batch saw it before learning from it; of
    /// smoothed labels, where they are.
    pub train_loss: f64,
}

/// An epoch and what it measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochReport {
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// Its measurements; all finite.
    pub metrics: Metrics,
}

/// Why training ended without a result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The loss is not a number or infinite: the learning rate is too high, as a rule.
    #[error("training diverged: the loss in epoch {epoch} is not finite")]
    Diverged {
        /// The epoch, counted from 1.
        epoch: u32,
    },
    /// Memory ran out, on the host or the device.
    #[error("out of memory: {message}")]
    OutOfMemory {
        /// libtorch's words.
        message: String,
    },
    /// The images are too small for the network.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An image could be read before, and no longer can.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Anything else that libtorch reports.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

impl From<NetworkError> for TrainError {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::OutOfMemory { message } => Self::OutOfMemory { message },
            NetworkError::Torch { message } => Self::Torch { message },
            NetworkError::Shape(error) => Self::Shape(error),
        }
    }
}

impl From<TchError> for TrainError {
    fn from(error: TchError) -> Self {
        let message = message(&error);
        if is_out_of_memory(&error) {
            Self::OutOfMemory { message }
        } else {
            Self::Torch { message }
        }
    }
}

/// Trains a fresh network on `data` and measures it after each epoch, which `on_epoch` hears of;
/// it may end the training there, as early stopping does. Returns the last report, whatever epoch was
/// the best.
///
/// The seed decides the initial weights, the order of the images and what is random about them: the
/// images are the same on every machine. With one thread on the CPU, every number is the same to the
/// last bit in every run on the same machine.
///
/// Sets the process's number of libtorch threads and, for a network with dropout, the seed of libtorch's
/// generator, and keeps its allocator from giving memory back.
///
/// # Errors
/// [`TrainError`]. Settings that do not [validate](CnnSettings::validate) may end in one too.
pub fn train(
    settings: &CnnSettings,
    data: &TrainingData,
    seed: u64,
    mut on_epoch: impl FnMut(&EpochReport) -> ControlFlow<()>,
) -> Result<EpochReport, TrainError> {
    keep_freed_memory();
    tch::set_num_threads(i32::try_from(settings.threads).unwrap_or(i32::MAX));
    let device = data.train.device();
    let network =
        Network::new(&settings.model, data.train.image_size(), data.classes.len(), seed, device)?;
    let random_network = network.module().is_random();
    let mut learner = Learner::new(network, settings)?;
    let mut patience = settings.early_stopping.map(Patience::new);
    let steps_per_epoch = data.train.len().div_ceil(settings.batch_size.max(1)) as u64;
    let mut step = 0;
    // Its own stream: not a number of it is among those of the initial weights.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    let mut order = data.train.in_order();
    let mut epoch = 0;
    loop {
        epoch += 1;
        order.shuffle(&mut random);
        // Kept on the device: reading a number there waits for all that was asked of it.
        let mut train_loss = Tensor::f_zeros([], (Kind::Double, device))?;
        let draws = Draws { seed, epoch };
        let mut batch = 0;
        data.train.batches(
            &order,
            settings.batch_size,
            draws,
            settings.threads,
            |images, labels| {
                if random_network {
                    seed_libtorch(draws, batch);
                    batch += 1;
                }
                let factor = settings.schedule.factor(step, steps_per_epoch, settings.epochs);
                step += 1;
                let loss = learner.step(images, labels, factor)?;
                let sum = loss.f_to_kind(Kind::Double)?.f_mul_scalar_(labels.size1()? as f64)?;
                let _ = train_loss.f_add_(&sum)?;
                Ok(())
            },
        )?;
        let train_loss = train_loss.f_double_value(&[])? / data.train.len() as f64;
        let (accuracy, loss) =
            learner.evaluate(&data.valid, settings.batch_size, settings.threads)?;
        if !train_loss.is_finite() || !loss.is_finite() {
            return Err(TrainError::Diverged { epoch });
        }
        let report = EpochReport { epoch, metrics: Metrics { accuracy, loss, train_loss } };
        let stopped = patience.as_mut().is_some_and(|patience| patience.ends(&report.metrics));
        if on_epoch(&report).is_break() || stopped || epoch >= settings.epochs {
            return Ok(report);
        }
    }
}

/// Makes the network's draws in a step depend on nothing but the seed, the epoch and the batch.
fn seed_libtorch(Draws { seed, epoch }: Draws, batch: u64) {
    // A stream of its own: images count from the other end.
    tch::manual_seed(draws(seed, epoch, u64::MAX - batch).random());
}

/// A network with its optimizer and its loss: binary cross entropy of the logit for two classes,
/// cross entropy for more.
#[derive(Debug)]
pub struct Learner {
    network: Network,
    optimizer: Optimizer,
    lr: f64,
    label_smoothing: f64,
    clip_norm: Option<f64>,
}

impl Learner {
    /// `network`, to be trained with the optimizer, the label smoothing and the clipping of
    /// `settings`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(network: Network, settings: &CnnSettings) -> Result<Self, TrainError> {
        let optimizer = Optimizer::new(&settings.optimizer, network.weights())?;
        let &CnnSettings { label_smoothing, clip_norm, .. } = settings;
        Ok(Self { network, optimizer, lr: settings.optimizer.lr, label_smoothing, clip_norm })
    }

    /// The network as it stands.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// One step of learning from a batch: images (b × 3 × s × s, numbers from 0 to 1) and labels
    /// (b, 64-bit integers), with the learning rate times `factor`, which is the schedule's. Returns
    /// the batch's mean loss before the step, a scalar on the device.
    ///
    /// # Errors
    /// [`TrainError`]; a loss that is not finite is none.
    pub fn step(
        &mut self,
        images: &Tensor,
        labels: &Tensor,
        factor: f64,
    ) -> Result<Tensor, TrainError> {
        let logits = self.network.forward_training(images)?;
        let loss = self.loss(&logits, labels, Reduction::Mean, self.label_smoothing)?;
        let gradients = Tensor::f_run_backward(&[&loss], self.network.leaves(), false, false)?;
        let flat: Vec<Tensor> =
            gradients.iter().map(|g| g.f_flatten(0, -1)).collect::<Result<_, _>>()?;
        let mut gradient = Tensor::f_cat(&flat, 0)?;
        if let Some(longest) = self.clip_norm {
            clip(&mut gradient, longest)?;
        }
        self.optimizer.step(&gradient, self.lr * factor)?;
        Ok(loss.f_detach()?)
    }

    /// Accuracy (share of the images classified right) and mean loss over `images`, `batch_size`
    /// at a time, made ready by `threads` threads; every image counts the same. With two classes the
    /// second is chosen where its probability is above ½.
    ///
    /// # Errors
    /// [`TrainError`]; a loss that is not finite is none.
    pub fn evaluate(
        &self,
        images: &ImageSet,
        batch_size: usize,
        threads: usize,
    ) -> Result<(f64, f64), TrainError> {
        let _guard = tch::no_grad_guard();
        let mut right = Tensor::f_zeros([], (Kind::Int64, images.device()))?;
        let mut loss = Tensor::f_zeros([], (Kind::Double, images.device()))?;
        // Nothing random happens to images that are measured on.
        let draws = Draws { seed: 0, epoch: 0 };
        images.batches(&images.in_order(), batch_size, draws, threads, |batch, labels| {
            let logits = self.network.forward(batch)?;
            let chosen = if self.network.outputs() == 1 {
                logits.f_select(1, 0)?.f_gt(0.0)?.f_to_kind(Kind::Int64)?
            } else {
                logits.f_argmax(1, false)?
            };
            let hits = chosen.f_eq_tensor(labels)?.f_sum(Kind::Int64)?;
            let _ = right.f_add_(&hits)?;
            let _ = loss.f_add_(&self.loss(&logits, labels, Reduction::Sum, 0.0)?)?;
            Ok(())
        })?;
        let n = images.len() as f64;
        Ok((right.f_int64_value(&[])? as f64 / n, loss.f_double_value(&[])? / n))
    }

    fn loss(
        &self,
        logits: &Tensor,
        labels: &Tensor,
        reduction: Reduction,
        smoothing: f64,
    ) -> Result<Tensor, TchError> {
        if self.network.outputs() == 1 {
            let mut target = labels.f_to_kind(Kind::Float)?;
            if smoothing != 0.0 {
                target = target.f_mul_scalar(1.0 - smoothing)?.f_add_scalar(smoothing / 2.0)?;
            }
            logits.f_select(1, 0)?.f_binary_cross_entropy_with_logits(
                &target,
                None::<Tensor>,
                None::<Tensor>,
                reduction,
            )
        } else {
            logits.f_cross_entropy_loss(labels, None::<Tensor>, reduction, -100, smoothing)
        }
    }
}

/// Makes a vector as long as `longest` where it is longer: PyTorch's `clip_grad_norm_`, whose 1e-6
/// keeps a gradient of nothing from dividing by zero. Without reading a number from the device.
fn clip(gradient: &mut Tensor, longest: f64) -> Result<(), TchError> {
    let mut norm = gradient.f_norm()?;
    let mut factor = norm.f_add_scalar_(1e-6)?.f_reciprocal_()?;
    let factor = factor.f_mul_scalar_(longest)?.f_clamp_max_(1.0)?;
    let _ = gradient.f_mul_(&factor)?;
    Ok(())
}
