//! Images through a network.

use std::iter::Enumerate;
use std::slice;

use tch::{Kind, TchError, Tensor};

use super::pool::max_pool;
use surmise::objective::cnn::Precision;
use surmise::objective::cnn::architecture::{Activation, Child, Module, Wiring};

/// Momentum of batch normalisation's running statistics.
const MOMENTUM: f64 = 0.1;
/// Floor of its variance.
const EPSILON: f64 = 1e-5;

/// What batch normalisation keeps besides its weights.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) mean: Tensor,
    pub(super) variance: Tensor,
    /// Batches seen, a 64-bit integer.
    pub(super) batches: Tensor,
}

/// What images are put through a network for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// To measure: nothing is random, batch normalisation goes by what it has kept.
    Evaluation,
    /// To learn from: dropout draws from libtorch's generator, and batch normalisation takes the batch's
    /// statistics and keeps them.
    Training {
        /// So many batch normalisations from the front go by what they have kept all the same.
        frozen_norms: usize,
    },
}

/// What `module` makes of images, as 32-bit floats. Takes `parameters` and `norms` in the order of
/// [`Module::tensors`].
///
/// Under [`Precision::Bf16`] each operation computes in what PyTorch's autocast has it compute in:
/// convolutions and linear layers in bfloat16, everything else in what it gets, and where two kinds
/// meet, in the wider one
/// (<https://docs.pytorch.org/docs/2.11/amp.html#autocast-op-reference>).
///
/// # Errors
/// Out of memory, or images that it cannot take.
pub(super) fn forward(
    module: &Module,
    parameters: &[Tensor],
    norms: &[Norm],
    images: &Tensor,
    mode: Mode,
    precision: Precision,
) -> Result<Tensor, TchError> {
    let (training, frozen_norms) = match mode {
        Mode::Evaluation => (false, 0),
        Mode::Training { frozen_norms } => (true, frozen_norms),
    };
    let (parameters, norms) = (parameters.iter(), norms.iter().enumerate());
    let mut forward = Forward { parameters, norms, training, frozen_norms, precision };
    forward.module(module, images)?.f_to_kind(Kind::Float)
}

struct Forward<'a> {
    parameters: slice::Iter<'a, Tensor>,
    norms: Enumerate<slice::Iter<'a, Norm>>,
    training: bool,
    frozen_norms: usize,
    precision: Precision,
}

impl<'a> Forward<'a> {
    fn parameter(&mut self) -> Result<&'a Tensor, TchError> {
        self.parameters.next().ok_or_else(|| TchError::Torch("too few parameters".into()))
    }

    /// What a convolution or a linear layer takes, in what it computes in.
    fn cast(&self, x: &Tensor) -> Result<Tensor, TchError> {
        match self.precision {
            Precision::Float32 => Ok(x.shallow_clone()),
            Precision::Bf16 => x.f_to_kind(Kind::BFloat16),
        }
    }

    /// Its next parameter, likewise. The gradient is that of the 32-bit one.
    fn cast_parameter(&mut self) -> Result<Tensor, TchError> {
        let parameter = self.parameter()?;
        self.cast(parameter)
    }

    fn module(&mut self, module: &Module, x: &Tensor) -> Result<Tensor, TchError> {
        match module {
            Module::Conv2d(conv) => {
                let weight = self.cast_parameter()?;
                let bias = if conv.bias { Some(self.cast_parameter()?) } else { None };
                let (stride, padding) = ([conv.stride; 2], [conv.padding; 2]);
                self.cast(x)?.f_conv2d(&weight, bias, stride, padding, [1; 2], conv.groups)
            }
            Module::Linear { .. } => {
                let weight = self.cast_parameter()?;
                self.cast(x)?.f_linear(&weight, Some(self.cast_parameter()?))
            }
            Module::BatchNorm2d { .. } => self.batch_norm(x),
            Module::MaxPool2d { kernel, stride, padding, ceil } => match own_pool(module) {
                Some(size) => max_pool(x, size),
                None => x.f_max_pool2d([*kernel; 2], [*stride; 2], [*padding; 2], [1; 2], *ceil),
            },
            Module::AvgPool2d { kernel } => {
                x.f_avg_pool2d([*kernel; 2], [*kernel; 2], [0; 2], false, true, None::<i64>)
            }
            Module::GlobalAvgPool2d => x.f_adaptive_avg_pool2d([1; 2]),
            Module::Activation(activation) => activate(*activation, x),
            Module::Dropout { p } => x.f_dropout(*p, self.training),
            Module::StochasticDepth { p } => self.stochastic_depth(*p, x),
            Module::Flatten => x.f_flatten(1, -1),
            Module::Block { children, wiring, .. } => self.block(children, wiring, x),
        }
    }

    fn batch_norm(&mut self, x: &Tensor) -> Result<Tensor, TchError> {
        let (weight, bias) = (self.parameter()?, self.parameter()?);
        let too_few = || TchError::Torch("too few norms".into());
        let (at, norm) = self.norms.next().ok_or_else(too_few)?;
        let training = self.training && at >= self.frozen_norms;
        if training && x.numel() as i64 == weight.numel() as i64 {
            let reason = "batch normalisation needs more than one number a channel: \
                          larger images, or more of them in every batch";
            return Err(TchError::Torch(reason.into()));
        }
        if training {
            let _guard = tch::no_grad_guard();
            let _ = norm.batches.shallow_clone().f_add_scalar_(1)?;
        }
        x.f_batch_norm(
            Some(weight),
            Some(bias),
            Some(&norm.mean),
            Some(&norm.variance),
            training,
            MOMENTUM,
            EPSILON,
            true,
        )
    }

    fn stochastic_depth(&self, p: f64, x: &Tensor) -> Result<Tensor, TchError> {
        if !self.training || p == 0.0 {
            return Ok(x.shallow_clone());
        }
        let (images, ..) = x.size4()?;
        let mut kept = Tensor::f_empty([images, 1, 1, 1], (x.f_kind()?, x.device()))?;
        let kept = kept.f_bernoulli_float_(1.0 - p)?.f_divide_scalar_(1.0 - p)?;
        x.f_mul(&kept)
    }

    fn block(
        &mut self,
        children: &[Child],
        wiring: &Wiring,
        x: &Tensor,
    ) -> Result<Tensor, TchError> {
        match wiring {
            Wiring::Chain => self.chain(children, x),
            Wiring::Residual { shortcut, then } => {
                let mut sum = self.chain(children, x)?;
                let straight =
                    if shortcut.is_empty() { x.shallow_clone() } else { self.chain(shortcut, x)? };
                // In place, as in PyTorch: the result of an addition is nobody else's.
                let mut sum = sum.f_add_(&straight)?;
                match then {
                    Some((_, Activation::Relu)) => sum.f_relu_(),
                    Some((_, activation)) => activate(*activation, &sum),
                    None => Ok(sum),
                }
            }
            Wiring::Dense => Tensor::f_cat(&[x, &self.chain(children, x)?], 1),
            Wiring::Gate => self.chain(children, x)?.f_mul(x),
            Wiring::Branches => {
                let branches = children.iter().map(|branch| self.module(&branch.module, x));
                Tensor::f_cat(&branches.collect::<Result<Vec<_>, _>>()?, 1)
            }
        }
    }

    fn chain(&mut self, children: &[Child], x: &Tensor) -> Result<Tensor, TchError> {
        let mut x = x.shallow_clone();
        let mut at = 0;
        while let Some(Child { module, .. }) = children.get(at) {
            let next = children.get(at + 1).map(|child| &child.module);
            x = match (module, next.and_then(own_pool)) {
                // ReLU after the pooling: the same numbers and gradients, as ReLU keeps the order,
                // from a fraction of the work.
                (Module::Activation(Activation::Relu), Some(size)) => {
                    at += 1;
                    max_pool(&x, size)?.f_relu_()?
                }
                // In place where nobody else sees the input.
                (Module::Activation(Activation::Relu), _) if at > 0 && fresh(&children[at - 1]) => {
                    x.f_relu_()?
                }
                _ => self.module(module, &x)?,
            };
            at += 1;
        }
        Ok(x)
    }
}

/// Whether a layer's output is new, and not needed for its gradient.
fn fresh(layer: &Child) -> bool {
    matches!(layer.module, Module::Conv2d(_) | Module::Linear { .. } | Module::BatchNorm2d { .. })
}

/// The side of the windows, where our own max pooling serves.
fn own_pool(module: &Module) -> Option<usize> {
    match module {
        Module::MaxPool2d { kernel, stride, padding: 0, ceil: false } if kernel == stride => {
            usize::try_from(*kernel).ok()
        }
        _ => None,
    }
}

fn activate(activation: Activation, x: &Tensor) -> Result<Tensor, TchError> {
    match activation {
        Activation::Relu => x.f_relu(),
        Activation::Relu6 => x.f_relu6(),
        Activation::LeakyRelu => x.f_leaky_relu(),
        Activation::Elu => x.f_elu(),
        Activation::Gelu => x.f_gelu("none"),
        Activation::Silu => x.f_silu(),
        Activation::Tanh => x.f_tanh(),
        Activation::Sigmoid => x.f_sigmoid(),
    }
}
