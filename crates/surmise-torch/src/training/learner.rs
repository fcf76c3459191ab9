//! One step of learning, one measurement.

use tch::{Kind, Reduction, TchError, Tensor};

use super::error::TrainError;
use super::optimizer::Optimizer;
use crate::data::{Draws, ImageSet};
use crate::network::Network;
use surmise::objective::cnn::{CnnSettings, OptimizerSettings};

/// A network with its optimizer and its loss: binary cross entropy of the logit for two classes,
/// cross entropy for more.
#[derive(Debug)]
pub struct Learner {
    network: Network,
    /// One after the other along the weights that are learnt.
    groups: Vec<Group>,
    label_smoothing: f64,
    clip_norm: Option<f64>,
}

/// Weights that learn at a rate of their own.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) optimizer: Optimizer,
    lr: f64,
    /// How many.
    weights: i64,
}

/// What a step saw before it changed anything, on the device.
#[derive(Debug)]
pub struct Step {
    /// Mean loss over the batch, a scalar.
    pub loss: Tensor,
    /// How many were classified right, a 64-bit integer.
    pub right: Tensor,
}

impl Learner {
    /// `network`, to be trained with the optimizer, the label smoothing, the clipping and the precision
    /// of `settings`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(network: Network, settings: &CnnSettings) -> Result<Self, TrainError> {
        let (weights, backbone) = network.weights()?;
        let all = weights.numel() as i64;
        let OptimizerSettings { lr, backbone_lr, .. } = settings.optimizer;
        let rates = match backbone_lr {
            Some(backbone_lr) if backbone > 0 => {
                vec![(0, backbone, backbone_lr), (backbone, all - backbone, lr)]
            }
            _ => vec![(0, all, lr)],
        };
        let group = |(start, count, lr): (i64, i64, f64)| -> Result<Group, TrainError> {
            let weights = weights.f_narrow(0, start, count)?;
            let optimizer = Optimizer::new(&settings.optimizer, weights)?;
            Ok(Group { optimizer, lr, weights: count })
        };
        let groups = rates.into_iter().map(group).collect::<Result<_, _>>()?;
        let &CnnSettings { label_smoothing, clip_norm, .. } = settings;
        let network = network.with_precision(settings.precision);
        Ok(Self { network, groups, label_smoothing, clip_norm })
    }

    /// The network as it stands.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The same to change, and what it is changed by.
    pub(crate) fn parts(&mut self) -> (&mut Network, &mut [Group]) {
        (&mut self.network, &mut self.groups)
    }

    /// What the network is changed by.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// One step of learning from a batch: images (b × 3 × s × s, numbers from 0 to 1) and labels
    /// (b, 64-bit integers), with the learning rate times `factor`, which is the schedule's.
    ///
    /// # Errors
    /// [`TrainError`]; a loss that is not finite is none.
    pub fn step(
        &mut self,
        images: &Tensor,
        labels: &Tensor,
        factor: f64,
    ) -> Result<Step, TrainError> {
        let logits = self.network.forward_training(images)?;
        let loss = self.loss(&logits, labels, Reduction::Mean, self.label_smoothing)?;
        let gradients = Tensor::f_run_backward(&[&loss], self.network.leaves(), false, false)?;
        let flat: Vec<Tensor> =
            gradients.iter().map(|g| g.f_flatten(0, -1)).collect::<Result<_, _>>()?;
        let mut gradient = Tensor::f_cat(&flat, 0)?;
        if let Some(longest) = self.clip_norm {
            clip(&mut gradient, longest)?;
        }
        let mut start = 0;
        for Group { optimizer, lr, weights } in &mut self.groups {
            optimizer.step(&gradient.f_narrow(0, start, *weights)?, *lr * factor)?;
            start += *weights;
        }
        Ok(Step { loss: loss.f_detach()?, right: self.right(&logits, labels)? })
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
            let _ = right.f_add_(&self.right(&logits, labels)?)?;
            let _ = loss.f_add_(&self.loss(&logits, labels, Reduction::Sum, 0.0)?)?;
            Ok::<(), TrainError>(())
        })?;
        let n = images.len() as f64;
        Ok((right.f_int64_value(&[])? as f64 / n, loss.f_double_value(&[])? / n))
    }

    /// How many are classified right, a 64-bit integer.
    fn right(&self, logits: &Tensor, labels: &Tensor) -> Result<Tensor, TchError> {
        let _guard = tch::no_grad_guard();
        let chosen = if self.network.outputs() == 1 {
            logits.f_select(1, 0)?.f_gt(0.0)?.f_to_kind(Kind::Int64)?
        } else {
            logits.f_argmax(1, false)?
        };
        chosen.f_eq_tensor(labels)?.f_sum(Kind::Int64)
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
