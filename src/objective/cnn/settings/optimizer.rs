//! How the weights learn.

use crate::objective::cnn::error::{SettingsError, check};

/// How the weights learn. Fields that the kind does not use have no effect.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerSettings {
    /// Which optimizer.
    pub kind: OptimizerKind,
    /// Learning rate, above 0.
    pub lr: f64,
    /// That of all but the head, above 0; by default the same.
    pub backbone_lr: Option<f64>,
    /// Decay of the mean of gradients, 0 to below 1. Adam, AdamW.
    pub beta1: f64,
    /// Decay of the mean of squared gradients, 0 to below 1. Adam, AdamW.
    pub beta2: f64,
    /// Decay of the mean of squared gradients, 0 to below 1. RMSprop.
    pub alpha: f64,
    /// Added to the denominator, above 0. Adam, AdamW, RMSprop.
    pub eps: f64,
    /// Share of the last step that the next one keeps, 0 to below 1. SGD, RMSprop.
    pub momentum: f64,
    /// Whether the gradient is taken as if the momentum had moved the weights already; needs a
    /// momentum. SGD.
    pub nesterov: bool,
    /// From 0. AdamW: share of the weights, times the learning rate, that a step takes from them.
    /// The others: weight of the L2 penalty that joins the gradient.
    pub weight_decay: f64,
}

/// The optimizers there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptimizerKind {
    /// Stochastic gradient descent, with momentum as Sutskever et al. have it,
    /// <https://proceedings.mlr.press/v28/sutskever13.html>.
    Sgd,
    /// Kingma & Ba, <https://arxiv.org/abs/1412.6980>.
    #[default]
    Adam,
    /// Adam with weight decay apart from the gradient: Loshchilov & Hutter,
    /// <https://arxiv.org/abs/1711.05101>.
    AdamW,
    /// Hinton's lecture 6e of 2012,
    /// <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>.
    RmsProp,
}

impl OptimizerSettings {
    /// PyTorch's defaults.
    pub fn new(kind: OptimizerKind) -> Self {
        Self {
            kind,
            lr: if kind == OptimizerKind::RmsProp { 1e-2 } else { 1e-3 },
            backbone_lr: None,
            beta1: 0.9,
            beta2: 0.999,
            alpha: 0.99,
            eps: 1e-8,
            momentum: 0.0,
            nesterov: false,
            weight_decay: if kind == OptimizerKind::AdamW { 1e-2 } else { 0.0 },
        }
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let above_zero = || "a finite number above 0".to_owned();
        let decay = || "a number from 0 to below 1".to_owned();
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let unit = |x: f64| (0.0..1.0).contains(&x);
        check("optimizer.lr", self.lr, positive(self.lr), above_zero)?;
        if let Some(lr) = self.backbone_lr {
            check("optimizer.backbone_lr", lr, positive(lr), above_zero)?;
        }
        check("optimizer.beta1", self.beta1, unit(self.beta1), decay)?;
        check("optimizer.beta2", self.beta2, unit(self.beta2), decay)?;
        check("optimizer.alpha", self.alpha, unit(self.alpha), decay)?;
        check("optimizer.eps", self.eps, positive(self.eps), above_zero)?;
        check("optimizer.momentum", self.momentum, unit(self.momentum), decay)?;
        check("optimizer.nesterov", self.nesterov, !self.nesterov || self.momentum > 0.0, || {
            "false without a `momentum` above 0".to_owned()
        })?;
        check(
            "optimizer.weight_decay",
            self.weight_decay,
            self.weight_decay.is_finite() && self.weight_decay >= 0.0,
            || "a finite number from 0".to_owned(),
        )
    }
}

impl Default for OptimizerSettings {
    /// Adam with PyTorch's defaults.
    fn default() -> Self {
        Self::new(OptimizerKind::default())
    }
}
