//! A network: what it is made of, its weights, how they begin, and its weights in a file.

mod forward;
mod pool;

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use tch::{Device, Kind, TchError, Tensor};
use thiserror::Error;

use crate::failure::{message, sorted};
use crate::state_dict::{Mismatch, StateDict, StateDictError};
use forward::{Mode, Norm, forward};
use surmise::objective::cnn::architecture::{
    Module, Role, ShapeError, Start, TensorSpec, parameter_count,
};
use surmise::objective::cnn::{ModelSettings, Precision, Pretrained, Trainable};

/// A convolutional network for image classification.
///
/// For two classes it has one logit, that of the second; for more, one for each.
#[derive(Debug)]
pub struct Network {
    module: Module,
    tensors: Vec<TensorSpec>,
    /// Every parameter in one vector, so that an optimizer's step is a few operations whatever the
    /// number of layers.
    weights: Tensor,
    /// Views into `weights`, one a parameter, in order.
    parameters: Vec<Tensor>,
    norms: Vec<Norm>,
    frozen: Frozen,
    precision: Precision,
}

/// What of a network is not learnt: everything before some place.
#[derive(Clone, Copy, Debug, Default)]
struct Frozen {
    /// Parameters.
    parameters: usize,
    /// Numbers in the vector of weights.
    weights: i64,
    /// Batch normalisations that keep their statistics.
    norms: usize,
}

/// Why there is no network.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The images are too small for it.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// There is no memory for it.
    #[error("out of memory for the network: {message}")]
    OutOfMemory {
        /// libtorch's words.
        message: String,
    },
    /// Anything else that libtorch reports.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

/// Why tensors were not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TakeError {
    /// They are not those of this network.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// libtorch reports something, such as no memory.
    #[error("libtorch: {message}")]
    Torch {
        /// Its words.
        message: String,
    },
}

impl TakeError {
    fn in_file(self, path: &Path) -> StateDictError {
        let path = path.to_owned();
        match self {
            Self::Mismatch(mismatch) => StateDictError::Mismatch { path, mismatch },
            Self::Torch { message } => StateDictError::Torch { path, reason: message },
        }
    }
}

impl From<TchError> for NetworkError {
    fn from(error: TchError) -> Self {
        sorted(&error, |message| Self::OutOfMemory { message }, |message| Self::Torch { message })
    }
}

impl Network {
    /// The network for images of `image_size` × `image_size` pixels and `classes` classes (at
    /// least two), freshly initialised. Equal seeds give equal weights on every device and with any
    /// number of threads.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn new(
        model: &ModelSettings,
        image_size: u32,
        classes: usize,
        seed: u64,
        device: Device,
    ) -> Result<Self, NetworkError> {
        let module = module(model, image_size, classes)?;
        let weights = Tensor::f_from_slice(&begin(&module.tensors(), seed)?)?;
        Self::of(module, &weights.f_to_device(device)?)
    }

    /// The same with every parameter 0, to [take](Self::take) them from somewhere.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn blank(
        model: &ModelSettings,
        image_size: u32,
        classes: usize,
        device: Device,
    ) -> Result<Self, NetworkError> {
        let module = module(model, image_size, classes)?;
        let weights = Tensor::f_zeros([parameter_count(&module.tensors())], (Kind::Float, device))?;
        Self::of(module, &weights)
    }

    fn of(module: Module, weights: &Tensor) -> Result<Self, NetworkError> {
        let (tensors, device) = (module.tensors(), weights.device());
        let mut parameters = Vec::new();
        let mut norms = Vec::new();
        let mut start = 0;
        for tensor in &tensors {
            match tensor.role {
                Role::Parameter(_) => {
                    let view = weights.f_narrow(0, start, tensor.numel())?.f_view(&*tensor.size)?;
                    parameters.push(view.f_detach()?.f_set_requires_grad(true)?);
                    start += tensor.numel();
                }
                Role::RunningMean => norms.push(Norm {
                    mean: Tensor::f_zeros(&*tensor.size, (Kind::Float, device))?,
                    variance: Tensor::f_ones(&*tensor.size, (Kind::Float, device))?,
                    batches: Tensor::f_zeros([], (Kind::Int64, device))?,
                }),
                Role::RunningVar | Role::BatchesTracked => {}
            }
        }
        let (weights, precision) = (weights.shallow_clone(), Precision::default());
        let frozen = Frozen::default();
        Ok(Self { module, tensors, weights, parameters, norms, frozen, precision })
    }

    /// Itself, to compute in this precision from now on; its weights stay 32-bit floats.
    #[must_use]
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// Logits (n × k, 32-bit floats) of images (n × 3 × s × s), each judged by itself.
    ///
    /// # Errors
    /// Out of memory, or images of another size or device than the network's.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor, TchError> {
        self.run(&self.module, images, Mode::Evaluation, self.precision)
    }

    /// The same in 32-bit floats, whatever its precision: for gradients with respect to the images.
    pub(crate) fn forward_float32(&self, images: &Tensor) -> Result<Tensor, TchError> {
        self.run(&self.module, images, Mode::Evaluation, Precision::Float32)
    }

    /// The same to learn from: with dropout, which draws from libtorch's generator, and batch
    /// normalisation by these images, whose statistics it keeps.
    ///
    /// # Errors
    /// As [`forward`](Self::forward); batch normalisation needs more than one number a channel.
    pub fn forward_training(&self, images: &Tensor) -> Result<Tensor, TchError> {
        let mode = Mode::Training { frozen_norms: self.frozen.norms };
        self.run(&self.module, images, mode, self.precision)
    }

    /// What a beginning of its module makes of images, to measure.
    pub(crate) fn forward_part(&self, part: &Module, images: &Tensor) -> Result<Tensor, TchError> {
        self.run(part, images, Mode::Evaluation, self.precision)
    }

    fn run(
        &self,
        part: &Module,
        images: &Tensor,
        mode: Mode,
        precision: Precision,
    ) -> Result<Tensor, TchError> {
        forward(part, &self.parameters, &self.norms, images, mode, precision)
    }

    /// Whether it normalises by batches.
    pub(crate) fn normalizes(&self) -> bool {
        !self.norms.is_empty()
    }

    /// What it is made of.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Logits of one image: 1 for two classes, else their number.
    pub(crate) fn outputs(&self) -> i64 {
        // The last parameter is the last layer's bias.
        self.parameters.last().and_then(|bias| bias.size().first().copied()).unwrap_or(0)
    }

    /// The parameters by name, in order. They share memory with the network.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        let specs = self.tensors.iter().filter(|t| matches!(t.role, Role::Parameter(_)));
        specs.map(|spec| spec.name.as_str()).zip(&self.parameters)
    }

    /// Parameters, and what batch normalisation keeps, by PyTorch's names and in its order. They
    /// share memory with the network.
    pub fn state(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        let (mut parameters, mut norms) = (self.parameters.iter(), self.norms.iter());
        let mut norm = None;
        self.tensors.iter().filter_map(move |spec| {
            let tensor = match spec.role {
                Role::Parameter(_) => parameters.next(),
                Role::RunningMean => {
                    norm = norms.next();
                    norm.map(|norm| &norm.mean)
                }
                Role::RunningVar => norm.map(|norm| &norm.variance),
                Role::BatchesTracked => norm.map(|norm| &norm.batches),
            };
            tensor.map(|tensor| (spec.name.as_str(), tensor))
        })
    }

    /// The tensors that gradients are taken with respect to, in order.
    pub(crate) fn leaves(&self) -> &[Tensor] {
        &self.parameters[self.frozen.parameters..]
    }

    /// The weights of the [leaves](Self::leaves) as one vector, in their order, and how many of them
    /// are not the head's. It shares memory with the network.
    pub(crate) fn weights(&self) -> Result<(Tensor, i64), TchError> {
        let all = self.weights.numel() as i64;
        let head: i64 = self.head().map(TensorSpec::numel).sum();
        let start = self.frozen.weights;
        let learnt = self.weights.f_narrow(0, start, all - start)?;
        Ok((learnt, (all - head - start).max(0)))
    }

    /// The parameters of the last part.
    fn head(&self) -> impl Iterator<Item = &TensorSpec> {
        let parts = self.module.parts();
        let names: Vec<String> =
            parts.into_iter().next_back().into_iter().flatten().map(|spec| spec.name).collect();
        let of_head = move |spec: &&TensorSpec| {
            matches!(spec.role, Role::Parameter(_)) && names.contains(&spec.name)
        };
        self.tensors.iter().filter(of_head)
    }

    /// Begins with the weights in a file: every tensor but the head's, which are taken where they all
    /// have the right shape; and freezes what is not to be learnt.
    ///
    /// # Errors
    /// [`StateDictError`], naming the file.
    pub fn begin_with(&mut self, pretrained: &Pretrained) -> Result<(), StateDictError> {
        let Pretrained { weights: path, trainable, frozen_statistics } = pretrained;
        let found = StateDict::read(path)?;
        let same_head = self
            .head()
            .all(|spec| found.get(&spec.name).is_some_and(|tensor| tensor.size() == spec.size));
        if same_head {
            self.take(&found).map_err(|error| error.in_file(path))?;
        } else {
            // What the network begins with stands in for a head of another shape.
            let head = common_prefix(self.head().map(|spec| spec.name.as_str()));
            let own = self.state_dict();
            let body = found.iter().filter(|(name, _)| !name.starts_with(&head));
            let head = own.iter().filter(|(name, _)| name.starts_with(&head));
            let tensors: StateDict =
                body.chain(head).map(|(name, tensor)| (name, tensor.shallow_clone())).collect();
            self.take(&tensors).map_err(|error| error.in_file(path))?;
        }
        self.freeze(*trainable, *frozen_statistics)
            .map_err(|error| StateDictError::torch(path, &error))
    }

    fn freeze(&mut self, trainable: Trainable, statistics: bool) -> Result<(), TchError> {
        let frozen = self.module.frozen(trainable);
        let parameters = frozen.iter().filter(|spec| matches!(spec.role, Role::Parameter(_)));
        let norms = frozen.iter().filter(|spec| spec.role == Role::RunningMean).count();
        self.frozen = Frozen {
            parameters: parameters.count(),
            weights: parameter_count(&frozen),
            norms: if statistics { norms } else { 0 },
        };
        for parameter in &mut self.parameters[..self.frozen.parameters] {
            *parameter = parameter.f_set_requires_grad(false)?;
        }
        Ok(())
    }

    /// Takes the tensors in a file, PyTorch's or safetensors (see [`StateDict::read`]), which must
    /// hold every tensor of the [state](Self::state) by its name and in its shape, and nothing else;
    /// counts of batches may be missing, as in files of PyTorch before 0.4.1. Other kinds of numbers
    /// become f32.
    ///
    /// # Errors
    /// [`StateDictError`]; the network is then as it was, but for running out of memory.
    pub fn load(&mut self, path: &Path) -> Result<(), StateDictError> {
        self.take(&StateDict::read(path)?).map_err(|error| error.in_file(path))
    }

    /// The same from tensors at hand.
    ///
    /// # Errors
    /// [`TakeError`]; after a mismatch the network is as it was.
    pub fn take(&mut self, found: &StateDict) -> Result<(), TakeError> {
        let optional = |spec: &TensorSpec| {
            spec.role == Role::BatchesTracked && found.get(&spec.name).is_none()
        };
        let expected: Vec<_> = self
            .tensors
            .iter()
            .filter(|spec| !optional(spec))
            .map(|spec| (spec.name.as_str(), spec.size.as_slice()))
            .collect();
        let fit = found.fit(&expected, true)?;
        let _guard = tch::no_grad_guard();
        let mut state = self.state();
        for (name, tensor) in fit.matched {
            if let Some((_, own)) = state.find(|(known, _)| *known == name) {
                own.shallow_clone()
                    .f_copy_(tensor)
                    .map_err(|error| TakeError::Torch { message: message(&error) })?;
            }
        }
        Ok(())
    }

    /// Writes the [state](Self::state) to a file, in the format that its suffix names (see
    /// [`StateDict::write`]): `.pt` and `.pth` for PyTorch, `.safetensors`.
    ///
    /// # Errors
    /// [`StateDictError`].
    pub fn save(&self, path: &Path) -> Result<(), StateDictError> {
        self.state_dict().write(path)
    }

    /// The [state](Self::state), sharing memory with the network.
    pub fn state_dict(&self) -> StateDict {
        self.state().map(|(name, tensor)| (name, tensor.shallow_clone())).collect()
    }

    /// Where it is.
    pub fn device(&self) -> Device {
        self.weights.device()
    }
}

/// What all names begin with, up to a dot.
fn common_prefix<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let first = names.next().unwrap_or_default();
    let length = names.fold(first.len(), |length, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        length.min(same)
    });
    let end = first[..length].rfind('.').map_or(0, |dot| dot + 1);
    first[..end].to_owned()
}

fn module(model: &ModelSettings, image_size: u32, classes: usize) -> Result<Module, ShapeError> {
    // Of two classes the logit of the second says all.
    model.module(image_size, if classes == 2 { 1 } else { classes as i64 })
}

/// How all parameters begin, one after the other.
fn begin(tensors: &[TensorSpec], seed: u64) -> Result<Vec<f32>, NetworkError> {
    // Not libtorch's generator: that one is shared by the whole process.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = parameter_count(tensors);
    let mut values = Vec::new();
    values
        .try_reserve_exact(usize::try_from(count).unwrap_or(usize::MAX))
        .map_err(|_| NetworkError::OutOfMemory { message: format!("it has {count} weights") })?;
    for tensor in tensors {
        let Role::Parameter(start) = tensor.role else { continue };
        let draw = |random: &mut ChaCha8Rng| match start {
            Start::Constant(value) => value,
            Start::Uniform(bound) => random.random_range(-bound..bound),
            Start::Normal(deviation) => deviation * random.sample::<f64, _>(StandardNormal),
        };
        values.extend((0..tensor.numel()).map(|_| draw(&mut random) as f32));
    }
    Ok(values)
}
