//! How the weights learn.

use super::{SettingsError, check};

/// How the weights learn.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerSettings {
    /// Which optimizer.
    pub kind: OptimizerKind,
    /// Learning rate, above 0.
    pub lr: f64,
    /// Decay of the mean of gradients, 0 to below 1.
    pub beta1: f64,
    /// Decay of the mean of squared gradients, 0 to below 1.
    pub beta2: f64,
    /// Added to the denominator, above 0.
    pub eps: f64,
    /// Weight of the L2 penalty that joins the gradient, from 0.
    pub weight_decay: f64,
}

impl Default for OptimizerSettings {
    /// PyTorch's defaults.
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adam,
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
        }
    }
}

/// The optimizers there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptimizerKind {
    /// Kingma & Ba, <https://arxiv.org/abs/1412.6980>.
    #[default]
    Adam,
}

impl OptimizerSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let above_zero = || "a finite number above 0".to_owned();
        let decay = || "a number from 0 to below 1".to_owned();
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let unit = |x: f64| (0.0..1.0).contains(&x);
        check("optimizer.lr", self.lr, positive(self.lr), above_zero)?;
        check("optimizer.beta1", self.beta1, unit(self.beta1), decay)?;
        check("optimizer.beta2", self.beta2, unit(self.beta2), decay)?;
        check("optimizer.eps", self.eps, positive(self.eps), above_zero)?;
        check(
            "optimizer.weight_decay",
            self.weight_decay,
            self.weight_decay.is_finite() && self.weight_decay >= 0.0,
            || "a finite number from 0".to_owned(),
        )
    }
}
