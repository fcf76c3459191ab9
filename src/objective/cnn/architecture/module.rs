//! Networks as plain data: layers, and blocks of them.

/// A layer, or a block of named ones. Images are n × c × h × w, features n × k.
#[derive(Clone, Debug, PartialEq)]
pub enum Module {
    /// A convolution with square kernels.
    Conv2d(Conv2d),
    /// An affine map of features.
    Linear {
        /// Features in.
        inputs: i64,
        /// Features out.
        outputs: i64,
        /// How its weights begin.
        init: Init,
    },
    /// Batch normalisation per channel (Ioffe and Szegedy 2015, arXiv 1502.03167): ε = 10⁻⁵, momentum
    /// 0.1, the running variance unbiased.
    BatchNorm2d {
        /// Channels.
        features: i64,
    },
    /// The largest of each window.
    MaxPool2d {
        /// Side of the windows.
        kernel: i64,
        /// From window to window.
        stride: i64,
        /// Around the image, of nothing.
        padding: i64,
        /// Whether a window may reach over the edge.
        ceil: bool,
    },
    /// The mean of windows that touch.
    AvgPool2d {
        /// Side of the windows.
        kernel: i64,
    },
    /// The mean of each channel, as an image of one pixel.
    GlobalAvgPool2d,
    /// A function of each number.
    Activation(Activation),
    /// Each number is 0 that often while training, the others grow to keep the mean (Srivastava et al.
    /// 2014).
    Dropout {
        /// How often.
        p: f64,
    },
    /// All of an image's numbers are 0 that often while training, those of the others grow (Huang et al.
    /// 2016, arXiv 1603.09382).
    StochasticDepth {
        /// How often.
        p: f64,
    },
    /// Images become features.
    Flatten,
    /// Several of them.
    Block {
        /// Its class in PyTorch, as a summary names it; `None` for a `Sequential`, which none mentions.
        class: Option<&'static str>,
        /// The parts.
        children: Vec<Child>,
        /// How they are put together.
        wiring: Wiring,
    },
}

/// A part of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Its name in PyTorch. Empty for what has none there, as `torch.flatten`: it adds nothing to the
    /// names of its parameters, and a summary does not mention it.
    pub name: String,
    /// What it is.
    pub module: Module,
}

/// How the parts of a block are put together.
#[derive(Clone, Debug, PartialEq)]
pub enum Wiring {
    /// One after the other.
    Chain,
    /// One after the other; then the input, sent through the shortcut, is added, and the activation
    /// follows.
    Residual {
        /// Empty if the input is added as it is.
        shortcut: Vec<Child>,
        /// Its name and what it is.
        then: Option<(&'static str, Activation)>,
    },
    /// One after the other; the result's channels come after the input's.
    Dense,
    /// One after the other; the result multiplies the input.
    Gate,
    /// Each on the same input; their channels after one another.
    Branches,
}

/// A convolution with square kernels.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d {
    /// Channels in.
    pub inputs: i64,
    /// Channels out.
    pub outputs: i64,
    /// Side of the kernels.
    pub kernel: i64,
    /// From place to place.
    pub stride: i64,
    /// Around the image, of zeros.
    pub padding: i64,
    /// Groups of channels that see only one another.
    pub groups: i64,
    /// Whether something is added.
    pub bias: bool,
    /// How its weights begin.
    pub init: Init,
}

/// How weights begin, biases with them. A fan is the number of inputs or outputs of one number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Init {
    /// Uniform in ±1/√fan_in, biases too: PyTorch's default.
    #[default]
    Default,
    /// Normal of variance 2/fan_out, biases 0 (He et al. 2015, arXiv 1502.01852).
    KaimingNormalOut,
    /// Normal of variance 2/fan_in, biases 0.
    KaimingNormalIn,
    /// Uniform of variance 2/fan_in, biases 0.
    KaimingUniform,
    /// Uniform of variance 2/(fan_in + fan_out), biases 0 (Glorot and Bengio 2010).
    XavierUniform,
    /// Normal of this standard deviation, biases 0.
    Normal(f64),
    /// Uniform in ± this, biases 0.
    Uniform(f64),
    /// As [`Default`](Self::Default), biases 0.
    DefaultZeroBias,
}

/// A function of each number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// max(0, x).
    #[default]
    Relu,
    /// min(max(0, x), 6).
    Relu6,
    /// x, below 0 a hundredth of it.
    LeakyRelu,
    /// x, below 0 eˣ − 1.
    Elu,
    /// x Φ(x), Φ the normal distribution.
    Gelu,
    /// x σ(x), σ the logistic function.
    Silu,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
}

impl Activation {
    /// Its class in PyTorch.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::Relu6 => "ReLU6",
            Self::LeakyRelu => "LeakyReLU",
            Self::Elu => "ELU",
            Self::Gelu => "GELU",
            Self::Silu => "SiLU",
            Self::Tanh => "Tanh",
            Self::Sigmoid => "Sigmoid",
        }
    }
}

impl Conv2d {
    /// `inputs` to `outputs` channels, every place, nothing around, a bias.
    pub fn new(inputs: i64, outputs: i64, kernel: i64) -> Self {
        let init = Init::Default;
        Self { inputs, outputs, kernel, stride: 1, padding: 0, groups: 1, bias: true, init }
    }
}

impl Module {
    /// A `Sequential`.
    pub fn chain(children: Vec<Child>) -> Self {
        Self::Block { class: None, children, wiring: Wiring::Chain }
    }

    /// Whether it draws while it is trained.
    pub fn is_random(&self) -> bool {
        match self {
            Self::Dropout { p } | Self::StochasticDepth { p } => *p > 0.0,
            Self::Block { children, .. } => children.iter().any(|child| child.module.is_random()),
            _ => false,
        }
    }

    /// Its class in PyTorch; `None` for a `Sequential`.
    pub(super) fn class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Conv2d(_) => "Conv2d",
            Self::Linear { .. } => "Linear",
            Self::BatchNorm2d { .. } => "BatchNorm2d",
            Self::MaxPool2d { .. } => "MaxPool2d",
            Self::AvgPool2d { .. } => "AvgPool2d",
            Self::GlobalAvgPool2d => "AdaptiveAvgPool2d",
            Self::Activation(activation) => activation.class(),
            Self::Dropout { .. } => "Dropout",
            Self::StochasticDepth { .. } => "StochasticDepth",
            Self::Flatten => "Flatten",
            Self::Block { class, .. } => return *class,
        })
    }
}

/// A named part.
pub(super) fn child(name: impl ToString, module: Module) -> Child {
    Child { name: name.to_string(), module }
}

/// What has no name in PyTorch.
pub(super) fn nameless(module: Module) -> Child {
    child("", module)
}

/// A `Sequential` whose parts are numbered from 0.
pub(super) fn numbered(modules: impl IntoIterator<Item = Module>) -> Module {
    Module::chain(modules.into_iter().enumerate().map(|(i, m)| child(i, m)).collect())
}
