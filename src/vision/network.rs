//! The network: its layers, how its weights begin, and its weights in a file.

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, TchError, Tensor};
use thiserror::Error;

use super::pool::max_pool;
use super::settings::ModelName;

/// Why weights could not be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file lacks a parameter.
    #[error("{} has no `{name}`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: &'static str,
    },
    /// A parameter is of another shape, for another image size or number of classes.
    #[error("`{name}` in {} is {found:?}, expected {expected:?}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: &'static str,
        /// Its shape there.
        found: Vec<i64>,
        /// Its shape here.
        expected: Vec<i64>,
    },
    /// libtorch could not read or write the file.
    #[error("cannot read or write the weights in {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TchError,
    },
}

/// A convolutional network for image classification.
///
/// `bitmoji`, for images of s × s pixels, named as torchvision names a `Sequential` called `main`:
///
/// | layer | | shape of its weight | output |
/// | --- | --- | --- | --- |
/// | `main.0` | convolution 5 × 5, max pool 2, ReLU | 8 × 3 × 5 × 5 | 8 × a × a, a = ⌊(s − 4)/2⌋ |
/// | `main.3` | convolution 3 × 3, max pool 3, ReLU | 4 × 8 × 3 × 3 | 4 × b × b, b = ⌊(a − 2)/3⌋ |
/// | `main.7` | linear, ReLU | 128 × 4b² | 128 |
/// | `main.9` | linear | k × 128 | k logits |
///
/// For two classes k = 1, the logit of the second; for more, k is their number.
#[derive(Debug)]
pub struct Network {
    /// Every weight in one vector, so that an optimizer's step is a few operations whatever the
    /// number of layers.
    weights: Tensor,
    /// Views into `weights`, one a parameter, in the order of [`Shape`].
    parameters: Vec<Tensor>,
    shapes: Vec<Shape>,
}

/// A parameter's name and shape.
#[derive(Debug)]
struct Shape {
    name: &'static str,
    size: Vec<i64>,
    /// Inputs of one output of its layer.
    fan_in: i64,
}

impl Shape {
    fn len(&self) -> i64 {
        self.size.iter().product()
    }
}

impl Network {
    /// The network for images of `image_size` × `image_size` pixels and `classes` classes (at
    /// least two), freshly initialised: every weight and bias uniform in ±1/√(inputs of its
    /// layer), PyTorch's default for both kinds of layer. Equal seeds give equal weights on every
    /// device and with any number of threads.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(
        model: ModelName,
        image_size: u32,
        classes: usize,
        seed: u64,
        device: Device,
    ) -> Result<Self, TchError> {
        let shapes = match model {
            ModelName::Bitmoji => bitmoji_shapes(i64::from(image_size), classes as i64),
        };
        // Not libtorch's generator: that one is shared by the whole process.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut values = Vec::new();
        for shape in &shapes {
            let bound = 1.0 / (shape.fan_in as f64).sqrt();
            values.extend((0..shape.len()).map(|_| random.random_range(-bound..bound) as f32));
        }
        let weights = Tensor::f_from_slice(&values)?.f_to_device(device)?;
        let mut parameters = Vec::new();
        let mut start = 0;
        for shape in &shapes {
            let view = weights.f_narrow(0, start, shape.len())?.f_view(&*shape.size)?;
            parameters.push(view.f_detach()?.f_set_requires_grad(true)?);
            start += shape.len();
        }
        Ok(Self { weights, parameters, shapes })
    }

    /// Logits (n × k) of images (n × 3 × s × s, numbers from 0 to 1).
    ///
    /// # Errors
    /// Out of memory, or images of another size or device than the network's.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor, TchError> {
        let convolution = |x: &Tensor, layer: usize| {
            let (weight, bias) = (&self.parameters[2 * layer], &self.parameters[2 * layer + 1]);
            x.f_conv2d(weight, Some(bias), [1, 1], [0, 0], [1, 1], 1)
        };
        let linear = |x: &Tensor, layer: usize| {
            let (weight, bias) = (&self.parameters[2 * layer], &self.parameters[2 * layer + 1]);
            x.f_linear(weight, Some(bias))
        };
        // ReLU after the pooling: the same numbers and gradients, as ReLU keeps the order, from a
        // fraction of the work.
        let x = max_pool(&convolution(images, 0)?, 2)?.f_relu_()?;
        let x = max_pool(&convolution(&x, 1)?, 3)?.f_relu_()?;
        let x = linear(&x.f_flatten(1, -1)?, 2)?.f_relu_()?;
        linear(&x, 3)
    }

    /// Logits of one image: 1 for two classes, else their number.
    pub(super) fn outputs(&self) -> i64 {
        // The last parameter is the last layer's bias.
        self.shapes.last().map_or(0, Shape::len)
    }

    /// The parameters by name, in order. They share memory with the network.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, &Tensor)> {
        self.shapes.iter().map(|s| s.name).zip(&self.parameters)
    }

    /// The tensors that gradients are taken with respect to, in order.
    pub(super) fn leaves(&self) -> &[Tensor] {
        &self.parameters
    }

    /// All weights as one vector, in the order of [`parameters`](Self::parameters). It shares
    /// memory with the network.
    pub(super) fn weights(&self) -> Tensor {
        self.weights.shallow_clone()
    }

    /// Takes the weights in a safetensors file, which must hold every parameter by its name and in
    /// its shape; anything else in it is passed over.
    ///
    /// # Errors
    /// [`WeightsError`]; the network is then as it was.
    pub fn load(&mut self, path: &Path) -> Result<(), WeightsError> {
        let file = |source| WeightsError::File { path: path.to_owned(), source };
        let found = Tensor::read_safetensors(path).map_err(file)?;
        let mut parts = Vec::new();
        for Shape { name, size, .. } in &self.shapes {
            let (_, tensor) = found
                .iter()
                .find(|(found, _)| found == name)
                .ok_or_else(|| WeightsError::Missing { path: path.to_owned(), name })?;
            // libtorch would silently spread a smaller one.
            if tensor.size() != *size {
                return Err(WeightsError::Shape {
                    path: path.to_owned(),
                    name,
                    found: tensor.size(),
                    expected: size.clone(),
                });
            }
            parts.push(tensor.f_flatten(0, -1).map_err(file)?);
        }
        let joined = Tensor::f_cat(&parts, 0).map_err(file)?;
        self.weights.f_copy_(&joined).map_err(file)
    }

    /// Writes the weights as a safetensors file.
    ///
    /// # Errors
    /// [`WeightsError::File`].
    pub fn save(&self, path: &Path) -> Result<(), WeightsError> {
        let named: Vec<_> = self.parameters().collect();
        Tensor::write_safetensors(&named, path)
            .map_err(|source| WeightsError::File { path: path.to_owned(), source })
    }
}

fn bitmoji_shapes(image_size: i64, classes: i64) -> Vec<Shape> {
    let first = (image_size - 4) / 2;
    let second = (first - 2) / 3;
    let features = 4 * second * second;
    let outputs = if classes == 2 { 1 } else { classes };
    [
        (["main.0.weight", "main.0.bias"], vec![8, 3, 5, 5]),
        (["main.3.weight", "main.3.bias"], vec![4, 8, 3, 3]),
        (["main.7.weight", "main.7.bias"], vec![128, features]),
        (["main.9.weight", "main.9.bias"], vec![outputs, 128]),
    ]
    .into_iter()
    .flat_map(|([weight, bias], size)| {
        let fan_in = size[1..].iter().product();
        let bias = Shape { name: bias, size: vec![size[0]], fan_in };
        let weight = Shape { name: weight, size, fan_in };
        [weight, bias]
    })
    .collect()
}
