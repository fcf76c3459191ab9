//! Stochastic gradient descent, with momentum and Nesterov's as PyTorch has them (after Sutskever et
//! al., <https://proceedings.mlr.press/v28/sutskever13.html>, the learning rate outside of the buffer).
//!
//! | symbol | meaning |
//! | --- | --- |
//! | b | decaying sum of gradients |
//! | μ | its decay, the momentum |

use tch::{TchError, Tensor};

use super::Rule;
use surmise::objective::cnn::OptimizerSettings;

#[derive(Debug)]
pub(super) struct Sgd {
    momentum: f64,
    nesterov: bool,
    /// None without momentum.
    buffer: Option<Tensor>,
}

impl Sgd {
    pub(super) fn new(settings: &OptimizerSettings, weights: &Tensor) -> Result<Self, TchError> {
        let &OptimizerSettings { momentum, nesterov, .. } = settings;
        let buffer = (momentum > 0.0).then(|| weights.f_zeros_like()).transpose()?;
        Ok(Self { momentum, nesterov, buffer })
    }
}

impl Rule for Sgd {
    /// b ← μb + g, θ ← θ − αb; by Nesterov θ ← θ − α(g + μb), without momentum θ ← θ − αg.
    fn step(
        &mut self,
        weights: &mut Tensor,
        gradient: &Tensor,
        lr: f64,
        _: u32,
    ) -> Result<(), TchError> {
        let step = match &mut self.buffer {
            None => gradient.f_mul_scalar(lr)?,
            Some(buffer) => {
                let buffer = buffer.f_mul_scalar_(self.momentum)?.f_add_(gradient)?;
                if self.nesterov {
                    let ahead = buffer.f_mul_scalar(self.momentum)?.f_add_(gradient)?;
                    ahead.f_mul_scalar(lr)?
                } else {
                    buffer.f_mul_scalar(lr)?
                }
            }
        };
        let _ = weights.f_sub_(&step)?;
        Ok(())
    }

    fn buffers(&self) -> Vec<(&'static str, &Tensor)> {
        self.buffer.iter().map(|buffer| ("momentum", buffer)).collect()
    }
}
