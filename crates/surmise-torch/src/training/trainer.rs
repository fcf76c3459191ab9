//! Epochs over shuffled batches, and going on later.

use std::ops::ControlFlow;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use surmise::objective::cnn::CnnSettings;
use tch::{Kind, Tensor};

use super::early_stopping::Patience;
use super::error::TrainError;
use super::learner::Learner;
use super::metrics::{EpochReport, Metrics};
use super::optimizer::OptimizerState;
use crate::allocator::keep_freed_memory;
use crate::data::{Draws, TrainingData};
use crate::network::Network;
use crate::state_dict::{Checkpoint, StateDict};
use crate::transform::draws;

/// Trains a fresh network on `data` and measures it after each epoch, which `on_epoch` hears of;
/// it may end the training there, as early stopping does. Returns the last report, whatever epoch was
/// the best. See [`Trainer`], whose epochs these are.
///
/// # Errors
/// [`TrainError`]. Settings that do not [validate](CnnSettings::validate) may end in one too.
pub fn train(
    settings: &CnnSettings,
    data: &TrainingData,
    seed: u64,
    mut on_epoch: impl FnMut(&EpochReport) -> ControlFlow<()>,
) -> Result<EpochReport, TrainError> {
    let mut trainer = Trainer::new(settings, data, seed)?;
    loop {
        let report = trainer.epoch()?;
        if on_epoch(&report).is_break() || trainer.is_finished() {
            return Ok(report);
        }
    }
}

/// A training, epoch by epoch.
///
/// The seed decides the initial weights, the order of the images and what is random about them: the
/// images are the same on every machine. With one thread on the CPU, every number is the same to the
/// last bit in every run on the same machine, whether or not a [checkpoint](Self::checkpoint) came
/// between.
///
/// Sets the process's number of libtorch threads and, for a network with dropout, the seed of
/// libtorch's generator, and keeps its allocator from giving memory back.
#[derive(Debug)]
pub struct Trainer<'a> {
    settings: &'a CnnSettings,
    data: &'a TrainingData,
    seed: u64,
    learner: Learner,
    /// The images' places, shuffled anew from epoch to epoch.
    order: Vec<i64>,
    random: ChaCha8Rng,
    patience: Option<Patience>,
    history: Vec<EpochReport>,
    finished: bool,
}

/// What of a checkpoint is no tensor.
#[derive(Serialize, Deserialize)]
struct TrainerState {
    seed: u64,
    /// Of each group.
    optimizer_steps: Vec<u32>,
    /// How many to learn from, and to measure on.
    images: (usize, usize),
    /// The fingerprints of their files; older checkpoints have none.
    files: Option<(u64, u64)>,
    history: Vec<EpochReport>,
}

/// Before the names of the network's tensors in a checkpoint.
const MODEL: &str = "model.";
/// Before those of the optimizer of a group.
fn of_optimizer(group: usize) -> String {
    format!("optimizer.{group}.")
}

impl<'a> Trainer<'a> {
    /// A fresh network, to be trained on `data`.
    ///
    /// # Errors
    /// [`TrainError::Shape`], [`TrainError::NoBatch`], [`TrainError::OutOfMemory`].
    pub fn new(
        settings: &'a CnnSettings,
        data: &'a TrainingData,
        seed: u64,
    ) -> Result<Self, TrainError> {
        let (images, batch_size) = (data.train.len(), settings.batch_size);
        if settings.drop_last && images < batch_size {
            return Err(TrainError::NoBatch { images, batch_size });
        }
        keep_freed_memory();
        tch::set_num_threads(i32::try_from(settings.threads).unwrap_or(i32::MAX));
        let (size, device) = (data.train.image_size(), data.train.device());
        let mut network = Network::new(&settings.model, size, data.classes.len(), seed, device)?;
        if let Some(pretrained) = &settings.model.pretrained {
            network.begin_with(pretrained)?;
        }
        // Its own stream: not a number of it is among those of the initial weights.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(1);
        Ok(Self {
            settings,
            data,
            seed,
            learner: Learner::new(network, settings)?,
            order: data.train.in_order(),
            random,
            patience: settings.early_stopping.map(Patience::new),
            history: Vec::new(),
            finished: false,
        })
    }

    /// Goes on from a [checkpoint](Self::checkpoint), with the same data and the same settings but for
    /// the number of epochs: every number is as if nothing had come between. Where the schedule depends
    /// on that number, more epochs make another training of the rest.
    ///
    /// # Errors
    /// [`TrainError::OtherTraining`] if the checkpoint does not fit.
    pub fn resume(
        settings: &'a CnnSettings,
        data: &'a TrainingData,
        checkpoint: &Checkpoint,
    ) -> Result<Self, TrainError> {
        let other =
            |reason: &dyn ToString| TrainError::OtherTraining { reason: reason.to_string() };
        let state = TrainerState::deserialize(&checkpoint.state["training"]);
        let state = state.map_err(|error| other(&error))?;
        let images = (data.train.len(), data.valid.len());
        if state.images != images {
            let (then, now) = (state.images, images);
            return Err(other(&format!(
                "it had {} images to learn from and {} to measure on, now {} and {}",
                then.0, then.1, now.0, now.1
            )));
        }
        if state.files.is_some_and(|then| then != files(data)) {
            return Err(other(&"some of its images had other names"));
        }
        let mut trainer = Self::new(settings, data, state.seed)?;
        let (network, groups) = trainer.learner.parts();
        network.take(&part(&checkpoint.tensors, MODEL)).map_err(|error| other(&error))?;
        if groups.len() != state.optimizer_steps.len() {
            return Err(other(&"its weights are grouped in another way"));
        }
        for (index, (group, steps)) in groups.iter_mut().zip(state.optimizer_steps).enumerate() {
            let buffers = part(&checkpoint.tensors, &of_optimizer(index));
            let state = OptimizerState { steps, buffers };
            group.optimizer.restore(&state).map_err(|error| other(&error))?;
        }
        for report in &state.history {
            trainer.shuffle();
            trainer.remember(*report);
        }
        Ok(trainer)
    }

    /// All that [`resume`](Self::resume) needs: a copy, which later epochs leave alone.
    ///
    /// # Errors
    /// [`TrainError::OutOfMemory`].
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let mut tensors = Vec::new();
        for (name, tensor) in self.learner.network().state() {
            tensors.push((format!("{MODEL}{name}"), tensor.f_detach_copy()?));
        }
        let mut optimizer_steps = Vec::new();
        for (index, group) in self.learner.groups().iter().enumerate() {
            let OptimizerState { steps, buffers } = group.optimizer.state()?;
            optimizer_steps.push(steps);
            // Copies already.
            for (name, tensor) in buffers.iter() {
                tensors.push((format!("{}{name}", of_optimizer(index)), tensor.shallow_clone()));
            }
        }
        let tensors = tensors.into_iter().collect::<StateDict>();
        let history = self.history.clone();
        let images = (self.data.train.len(), self.data.valid.len());
        let (seed, files) = (self.seed, Some(files(self.data)));
        let training = TrainerState { seed, optimizer_steps, images, files, history };
        Ok(Checkpoint { tensors, state: json!({ "training": training }) })
    }

    /// Learns from every image once, then measures.
    ///
    /// # Errors
    /// [`TrainError`].
    pub fn epoch(&mut self) -> Result<EpochReport, TrainError> {
        self.shuffle();
        let Self { settings, data, learner, .. } = self;
        let epoch = self.history.len() as u32 + 1;
        let (batch_size, threads) = (settings.batch_size.max(1), settings.threads);
        let rest = data.train.len() % batch_size;
        // By a single image batch normalisation cannot go.
        let alone = rest == 1 && data.train.len() > 1 && learner.network().normalizes();
        let left_out = if settings.drop_last || alone { rest } else { 0 };
        let images = data.train.len() - left_out;
        let steps_per_epoch = images.div_ceil(batch_size) as u64;
        let network_draws = learner.network().module().is_random();
        // Kept on the device: reading a number there waits for all that was asked of it.
        let device = data.train.device();
        let mut train_loss = Tensor::f_zeros([], (Kind::Double, device))?;
        let mut train_right = Tensor::f_zeros([], (Kind::Int64, device))?;
        let draws = Draws { seed: self.seed, epoch };
        let mut batch = 0;
        let order = &self.order[..images];
        data.train.batches(order, batch_size, draws, threads, |images, labels| {
            if network_draws {
                seed_libtorch(draws, batch);
            }
            let step_number = u64::from(epoch - 1) * steps_per_epoch + batch;
            let factor = settings.schedule.factor(step_number, steps_per_epoch, settings.epochs);
            batch += 1;
            let step = learner.step(images, labels, factor)?;
            let sum = step.loss.f_to_kind(Kind::Double)?.f_mul_scalar_(labels.size1()? as f64)?;
            let _ = train_loss.f_add_(&sum)?;
            let _ = train_right.f_add_(&step.right)?;
            Ok::<(), TrainError>(())
        })?;
        let n = images as f64;
        let train_loss = train_loss.f_double_value(&[])? / n;
        let train_accuracy = train_right.f_int64_value(&[])? as f64 / n;
        let (accuracy, loss) = learner.evaluate(&data.valid, batch_size, threads)?;
        if !train_loss.is_finite() || !loss.is_finite() {
            return Err(TrainError::Diverged { epoch });
        }
        let metrics = Metrics { accuracy, loss, train_loss, train_accuracy };
        let report = EpochReport { epoch, metrics };
        self.remember(report);
        Ok(report)
    }

    /// Makes the next epoch's order, of the one before.
    fn shuffle(&mut self) {
        if self.settings.shuffle {
            self.order.shuffle(&mut self.random);
        }
    }

    fn remember(&mut self, report: EpochReport) {
        let stopped = self.patience.as_mut().is_some_and(|p| p.ends(&report.metrics));
        self.finished = stopped || report.epoch >= self.settings.epochs;
        self.history.push(report);
    }

    /// Whether all epochs are done, or early stopping has ended it.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// What decides everything random about it.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The epochs so far.
    pub fn history(&self) -> &[EpochReport] {
        &self.history
    }

    /// The network as it stands.
    pub fn network(&self) -> &Network {
        self.learner.network()
    }
}

fn files(data: &TrainingData) -> (u64, u64) {
    (data.train.fingerprint(), data.valid.fingerprint())
}

/// The tensors whose names begin so, without that.
fn part(tensors: &StateDict, prefix: &str) -> StateDict {
    let named = |(name, tensor): (&str, &Tensor)| {
        name.strip_prefix(prefix).map(|name| (name.to_owned(), tensor.shallow_clone()))
    };
    tensors.iter().filter_map(named).collect()
}

/// Makes the network's draws in a step depend on nothing but the seed, the epoch and the batch.
fn seed_libtorch(Draws { seed, epoch }: Draws, batch: u64) {
    // A stream of its own: images count from the other end.
    tch::manual_seed(draws(seed, epoch, u64::MAX - batch).random());
}
