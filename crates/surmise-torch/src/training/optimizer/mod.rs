//! Optimizers over one vector of weights, with the meaning and the rounding order of PyTorch's, but
//! for products that it adds in one rounding.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | θ | weights, n numbers |
//! | g | gradient of the loss with respect to θ, n numbers |
//! | α, λ | learning rate, weight decay |
//! | t | steps made, this one included |
//!
//! | file | holds |
//! | --- | --- |
//! | `mod` | [`Optimizer`]: weight decay, steps, state |
//! | `adam` | Adam and, with its decay apart from the gradient, AdamW |
//! | `rmsprop` | RMSprop |
//! | `sgd` | stochastic gradient descent, with momentum |

mod adam;
mod rmsprop;
mod sgd;

use std::fmt;

use tch::{TchError, Tensor};
use thiserror::Error;

use crate::failure::message;
use crate::state_dict::{Mismatch, StateDict};
use surmise::objective::cnn::{OptimizerKind, OptimizerSettings};

/// An optimizer of one vector of weights.
///
/// The vector may be a part of a longer one (`narrow`): several optimizers with learning rates of
/// their own share a network so, and what none of them holds stays as it is.
#[derive(Debug)]
pub struct Optimizer {
    weights: Tensor,
    weight_decay: f64,
    /// Whether the decay shrinks the weights itself instead of joining the gradient.
    decoupled: bool,
    rule: Box<dyn Rule>,
    steps: u32,
}

/// How a gradient becomes a step.
trait Rule: fmt::Debug + Send {
    /// Moves the weights along a gradient of their length, in step t.
    fn step(
        &mut self,
        weights: &mut Tensor,
        gradient: &Tensor,
        lr: f64,
        t: u32,
    ) -> Result<(), TchError>;

    /// What is kept between steps, by name: vectors as long as the weights.
    fn buffers(&self) -> Vec<(&'static str, &Tensor)>;
}

/// What an optimizer goes on from.
#[derive(Debug, Default)]
pub struct OptimizerState {
    /// Steps made.
    pub steps: u32,
    /// Vectors as long as the weights. Adam and AdamW: `mean` and `square`; SGD with momentum:
    /// `momentum`; RMSprop: `square` and, with momentum, `momentum`.
    pub buffers: StateDict,
}

/// Why an optimizer cannot go on from a state.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The state is another kind of optimizer's, or of other weights.
    #[error("the optimizer's state does not fit: {0}")]
    Mismatch(#[from] Mismatch),
    /// libtorch reports something, such as no memory.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

impl Optimizer {
    /// For `weights`, a vector, which it shares and changes in place.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(settings: &OptimizerSettings, weights: Tensor) -> Result<Self, TchError> {
        let rule: Box<dyn Rule> = match settings.kind {
            OptimizerKind::Sgd => Box::new(sgd::Sgd::new(settings, &weights)?),
            OptimizerKind::Adam | OptimizerKind::AdamW => {
                Box::new(adam::Adam::new(settings, &weights)?)
            }
            OptimizerKind::RmsProp => Box::new(rmsprop::RmsProp::new(settings, &weights)?),
        };
        Ok(Self {
            weights,
            weight_decay: settings.weight_decay,
            decoupled: settings.kind == OptimizerKind::AdamW,
            rule,
            steps: 0,
        })
    }

    /// One step with learning rate `lr` along `gradient`, a vector as long as the weights. Weight
    /// decay comes first: g ← g + λθ, for AdamW θ ← (1 − αλ)θ.
    ///
    /// # Errors
    /// Out of memory, or a gradient of another length.
    pub fn step(&mut self, gradient: &Tensor, lr: f64) -> Result<(), TchError> {
        let _guard = tch::no_grad_guard();
        self.steps = self.steps.saturating_add(1);
        let decayed;
        let gradient = if self.weight_decay == 0.0 {
            gradient
        } else if self.decoupled {
            let _ = self.weights.f_mul_scalar_(1.0 - lr * self.weight_decay)?;
            gradient
        } else {
            decayed = gradient.f_add(&self.weights.f_mul_scalar(self.weight_decay)?)?;
            &decayed
        };
        self.rule.step(&mut self.weights, gradient, lr, self.steps)
    }

    /// What another optimizer of the same settings can [go on](Self::restore) from, to the last
    /// bit: copies, which later steps leave alone.
    ///
    /// # Errors
    /// Out of memory.
    pub fn state(&self) -> Result<OptimizerState, TchError> {
        let buffers = self.rule.buffers().into_iter();
        let buffers = buffers.map(|(name, buffer)| Ok((name, buffer.f_detach_copy()?)));
        Ok(OptimizerState { steps: self.steps, buffers: buffers.collect::<Result<_, TchError>>()? })
    }

    /// Goes on from a state, on whatever device it is.
    ///
    /// # Errors
    /// [`RestoreError`]; after a mismatch the optimizer is as it was.
    pub fn restore(&mut self, state: &OptimizerState) -> Result<(), RestoreError> {
        let buffers = self.rule.buffers();
        let size = self.weights.size();
        let expected: Vec<_> = buffers.iter().map(|(name, _)| (*name, &size[..])).collect();
        let fit = state.buffers.fit(&expected, true)?;
        for ((_, buffer), (_, found)) in buffers.iter().zip(fit.matched) {
            buffer
                .shallow_clone()
                .f_copy_(found)
                .map_err(|error| RestoreError::Torch { message: message(&error) })?;
        }
        self.steps = state.steps;
        Ok(())
    }
}
