//! The optimizer: Adam (Kingma & Ba, <https://arxiv.org/abs/1412.6980>, algorithm 1), with the
//! rounding order of PyTorch's.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | θ | weights |
//! | g | gradient of the loss with respect to θ |
//! | m, v | decaying means of g and of g² |
//! | t | steps made |
//! | β₁, β₂ | their decays |
//! | α, ε, λ | learning rate, floor of the denominator, weight decay |

use tch::{TchError, Tensor};

use super::settings::OptimizerSettings;

/// Adam over one vector of weights.
#[derive(Debug)]
pub struct Adam {
    settings: OptimizerSettings,
    weights: Tensor,
    mean: Tensor,
    square: Tensor,
    steps: i32,
}

impl Adam {
    /// For `weights`, which it shares and changes in place.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(settings: OptimizerSettings, weights: Tensor) -> Result<Self, TchError> {
        Ok(Self {
            settings,
            mean: weights.f_zeros_like()?,
            square: weights.f_zeros_like()?,
            weights,
            steps: 0,
        })
    }

    /// One step along `gradient`, a vector as long as the weights:
    /// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
    /// θ ← θ − α/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε), where λθ joins g first.
    ///
    /// # Errors
    /// Out of memory, or a gradient of another length.
    pub fn step(&mut self, gradient: &Tensor) -> Result<(), TchError> {
        let _guard = tch::no_grad_guard();
        let OptimizerSettings { lr, beta1, beta2, eps, weight_decay, .. } = self.settings;
        self.steps = self.steps.saturating_add(1);
        let correction1 = 1.0 - beta1.powi(self.steps);
        let correction2 = 1.0 - beta2.powi(self.steps);

        let decayed;
        let gradient = if weight_decay == 0.0 {
            gradient
        } else {
            decayed = gradient.f_add(&self.weights.f_mul_scalar(weight_decay)?)?;
            &decayed
        };
        let _ = self.mean.f_lerp_(gradient, 1.0 - beta1)?;
        let square = gradient.f_square()?.f_mul_scalar_(1.0 - beta2)?;
        let _ = self.square.f_mul_scalar_(beta2)?.f_add_(&square)?;
        let mut floor = self.square.f_sqrt()?;
        let mut floor = floor.f_divide_scalar_(correction2.sqrt())?;
        let floor = floor.f_add_scalar_(eps)?;
        let mut step = self.mean.f_divide(&floor)?;
        let _ = self.weights.f_sub_(&step.f_mul_scalar_(lr / correction1)?)?;
        Ok(())
    }
}
