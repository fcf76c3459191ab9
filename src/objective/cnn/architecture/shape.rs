//! What shape an image has after each layer, without computing anything.

use thiserror::Error;

use super::tensors::join;
use super::{Activation, Child, Module, Wiring};

/// A layer as a summary mentions it.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSummary {
    /// Its name, with dots.
    pub name: String,
    /// Its class in PyTorch.
    pub class: &'static str,
    /// What it makes of one image: c × h × w, or k.
    pub output: Vec<i64>,
    /// Weights and biases of its own.
    pub parameters: i64,
    /// Multiplications, each with an addition, for one image: of convolutions and linear layers; 0 of
    /// others.
    pub multiply_adds: i64,
}

/// An image that a network cannot take.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ShapeError {
    /// Nothing is left of it.
    #[error("`{layer}` ({class}) cannot take {}: too small", text(input))]
    TooSmall {
        /// Name of the layer.
        layer: String,
        /// Its class.
        class: &'static str,
        /// What comes to it.
        input: Vec<i64>,
    },
    /// A layer expects something else.
    #[error("`{layer}` ({class}) expects {expected}, got {}", text(input))]
    Other {
        /// Name of the layer.
        layer: String,
        /// Its class.
        class: &'static str,
        /// What it expects.
        expected: String,
        /// What comes to it.
        input: Vec<i64>,
    },
}

fn text(shape: &[i64]) -> String {
    shape.iter().map(i64::to_string).collect::<Vec<_>>().join(" × ")
}

impl Module {
    /// What becomes of an input of this shape (c × h × w, or k), and every layer on the way, in the
    /// order they are used; a block after its parts.
    ///
    /// # Errors
    /// [`ShapeError`], naming the layer.
    pub fn trace(&self, input: &[i64]) -> Result<(Vec<i64>, Vec<LayerSummary>), ShapeError> {
        let mut layers = Vec::new();
        let output = self.shape("", input, &mut layers)?;
        // The network itself is no layer of its own.
        if matches!(self, Self::Block { class: Some(_), .. }) {
            layers.pop();
        }
        Ok((output, layers))
    }

    fn shape(
        &self,
        path: &str,
        input: &[i64],
        layers: &mut Vec<LayerSummary>,
    ) -> Result<Vec<i64>, ShapeError> {
        let class = self.class().unwrap_or("Sequential");
        let other = |expected: String| ShapeError::Other {
            layer: path.to_owned(),
            class,
            expected,
            input: input.to_vec(),
        };
        let image = || match *input {
            [c, h, w] => Ok((c, h, w)),
            _ => Err(other("images".to_owned())),
        };
        let windows = |kernel: i64, stride: i64, padding: i64, ceil: bool| {
            let (c, h, w) = image()?;
            let count = |side: i64| {
                let room = side + 2 * padding - kernel;
                let count = room.div_euclid(stride) + 1;
                // The last window must begin inside, or in the padding before.
                let more = ceil && room.rem_euclid(stride) > 0 && count * stride < side + padding;
                count + i64::from(more)
            };
            let (h, w) = (count(h), count(w));
            if h < 1 || w < 1 {
                let (layer, input) = (path.to_owned(), input.to_vec());
                return Err(ShapeError::TooSmall { layer, class, input });
            }
            Ok((c, h, w))
        };
        let output = match self {
            Self::Conv2d(conv) => {
                let (c, h, w) = windows(conv.kernel, conv.stride, conv.padding, false)?;
                if c != conv.inputs {
                    return Err(other(format!("{} channels", conv.inputs)));
                }
                vec![conv.outputs, h, w]
            }
            Self::Linear { inputs, outputs, .. } => match *input {
                [k] if k == *inputs => vec![*outputs],
                _ => return Err(other(format!("{inputs} features"))),
            },
            Self::BatchNorm2d { features } => {
                if image()?.0 != *features {
                    return Err(other(format!("{features} channels")));
                }
                input.to_vec()
            }
            Self::MaxPool2d { kernel, stride, padding, ceil } => {
                let (c, h, w) = windows(*kernel, *stride, *padding, *ceil)?;
                vec![c, h, w]
            }
            Self::AvgPool2d { kernel } => {
                let (c, h, w) = windows(*kernel, *kernel, 0, false)?;
                vec![c, h, w]
            }
            Self::GlobalAvgPool2d => vec![image()?.0, 1, 1],
            Self::Flatten => vec![input.iter().product()],
            Self::Activation(_) | Self::Dropout { .. } | Self::StochasticDepth { .. } => {
                input.to_vec()
            }
            Self::Block { children, wiring, .. } => {
                block_shape(path, children, wiring, input, layers)?
            }
        };
        if let Some(class) = self.class() {
            let own = |tensor: &super::TensorSpec| match tensor.role {
                super::Role::Parameter(_) => tensor.numel(),
                _ => 0,
            };
            let parameters = match self {
                Self::Block { .. } => 0,
                layer => layer.tensors().iter().map(own).sum(),
            };
            let numbers: i64 = output.iter().product();
            let multiply_adds = match self {
                Self::Conv2d(conv) => {
                    numbers * (conv.inputs / conv.groups) * conv.kernel * conv.kernel
                }
                Self::Linear { inputs, .. } => numbers * inputs,
                _ => 0,
            };
            layers.push(LayerSummary {
                name: path.to_owned(),
                class,
                output: output.clone(),
                parameters,
                multiply_adds,
            });
        }
        Ok(output)
    }
}

fn block_shape(
    path: &str,
    children: &[Child],
    wiring: &Wiring,
    input: &[i64],
    layers: &mut Vec<LayerSummary>,
) -> Result<Vec<i64>, ShapeError> {
    let mut through = |children: &[Child], input: &[i64]| {
        let mut shape = input.to_vec();
        for Child { name, module } in children {
            let before = layers.len();
            shape = module.shape(&join(path, name), &shape, layers)?;
            // What has no name is no layer; what is in it may be.
            if name.is_empty() && module.class().is_some() && layers.len() > before {
                layers.pop();
            }
        }
        Ok(shape)
    };
    let channels = |a: &[i64], b: &[i64]| [&[a[0] + b[0]], &a[1..]].concat();
    match wiring {
        Wiring::Chain => through(children, input),
        Wiring::Gate => through(children, input).map(|_| input.to_vec()),
        Wiring::Dense => {
            let more = through(children, input)?;
            Ok(channels(input, &more))
        }
        Wiring::Branches => {
            let mut all: Option<Vec<i64>> = None;
            for branch in children.chunks(1) {
                let one = through(branch, input)?;
                all = Some(all.map_or_else(|| one.clone(), |all| channels(&all, &one)));
            }
            Ok(all.unwrap_or_else(|| input.to_vec()))
        }
        Wiring::Residual { shortcut, then } => {
            let shape = through(children, input)?;
            through(shortcut, input)?;
            if let Some((name, activation)) = then {
                activation_row(path, name, *activation, &shape, layers);
            }
            Ok(shape)
        }
    }
}

fn activation_row(
    path: &str,
    name: &str,
    activation: Activation,
    shape: &[i64],
    layers: &mut Vec<LayerSummary>,
) {
    layers.push(LayerSummary {
        name: join(path, name),
        class: activation.class(),
        output: shape.to_vec(),
        parameters: 0,
        multiply_adds: 0,
    });
}
