//! RMSprop (Hinton's lecture 6e of 2012,
//! <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>), with PyTorch's
//! momentum, not centred.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | v | decaying mean of g², with decay `alpha` |
//! | ε | floor of the denominator |
//! | b | decaying sum of scaled gradients |
//! | μ | its decay, the momentum |

use tch::{TchError, Tensor};

use super::Rule;
use surmise::objective::cnn::OptimizerSettings;

#[derive(Debug)]
pub(super) struct RmsProp {
    /// The decay of v; α is the learning rate.
    decay: f64,
    eps: f64,
    momentum: f64,
    square: Tensor,
    /// None without momentum.
    buffer: Option<Tensor>,
}

impl RmsProp {
    pub(super) fn new(settings: &OptimizerSettings, weights: &Tensor) -> Result<Self, TchError> {
        let &OptimizerSettings { alpha: decay, eps, momentum, .. } = settings;
        let square = weights.f_zeros_like()?;
        let buffer = (momentum > 0.0).then(|| weights.f_zeros_like()).transpose()?;
        Ok(Self { decay, eps, momentum, square, buffer })
    }
}

impl Rule for RmsProp {
    /// v ← decay · v + (1 − decay)g², d = √v + ε, θ ← θ − αg/d; with momentum b ← μb + g/d,
    /// θ ← θ − αb.
    fn step(
        &mut self,
        weights: &mut Tensor,
        gradient: &Tensor,
        lr: f64,
        _: u32,
    ) -> Result<(), TchError> {
        let scaled = gradient.f_mul_scalar(1.0 - self.decay)?;
        let _ = self.square.f_mul_scalar_(self.decay)?.f_addcmul_(&scaled, gradient)?;
        let floor = self.square.f_sqrt()?.f_add_scalar_(self.eps)?;
        match &mut self.buffer {
            None => {
                let _ = weights.f_addcdiv_(&gradient.f_mul_scalar(-lr)?, &floor)?;
            }
            Some(buffer) => {
                let buffer = buffer.f_mul_scalar_(self.momentum)?.f_addcdiv_(gradient, &floor)?;
                let _ = weights.f_sub_(&buffer.f_mul_scalar(lr)?)?;
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Vec<(&'static str, &Tensor)> {
        let momentum = self.buffer.iter().map(|buffer| ("momentum", buffer));
        [("square", &self.square)].into_iter().chain(momentum).collect()
    }
}
