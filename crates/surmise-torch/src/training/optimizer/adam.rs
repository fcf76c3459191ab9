//! Adam (Kingma & Ba, <https://arxiv.org/abs/1412.6980>, algorithm 1).
//!
//! | symbol | meaning |
//! | --- | --- |
//! | m, v | decaying means of g and of g² |
//! | β₁, β₂ | their decays |
//! | ε | floor of the denominator |

use tch::{TchError, Tensor};

use super::Rule;
use surmise::objective::cnn::OptimizerSettings;

#[derive(Debug)]
pub(super) struct Adam {
    beta1: f64,
    beta2: f64,
    eps: f64,
    mean: Tensor,
    square: Tensor,
}

impl Adam {
    pub(super) fn new(settings: &OptimizerSettings, weights: &Tensor) -> Result<Self, TchError> {
        let &OptimizerSettings { beta1, beta2, eps, .. } = settings;
        let (mean, square) = (weights.f_zeros_like()?, weights.f_zeros_like()?);
        Ok(Self { beta1, beta2, eps, mean, square })
    }
}

impl Rule for Adam {
    /// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
    /// θ ← θ − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
    fn step(
        &mut self,
        weights: &mut Tensor,
        gradient: &Tensor,
        lr: f64,
        t: u32,
    ) -> Result<(), TchError> {
        let t = i32::try_from(t).unwrap_or(i32::MAX);
        let correction1 = 1.0 - self.beta1.powi(t);
        let correction2 = 1.0 - self.beta2.powi(t);

        let _ = self.mean.f_lerp_(gradient, 1.0 - self.beta1)?;
        let square = gradient.f_square()?.f_mul_scalar_(1.0 - self.beta2)?;
        let _ = self.square.f_mul_scalar_(self.beta2)?.f_add_(&square)?;
        let mut floor = self.square.f_sqrt()?;
        let mut floor = floor.f_divide_scalar_(correction2.sqrt())?;
        let floor = floor.f_add_scalar_(self.eps)?;
        let mut step = self.mean.f_divide(&floor)?;
        let _ = weights.f_sub_(&step.f_mul_scalar_(lr / correction1)?)?;
        Ok(())
    }

    fn buffers(&self) -> Vec<(&'static str, &Tensor)> {
        vec![("mean", &self.mean), ("square", &self.square)]
    }
}
