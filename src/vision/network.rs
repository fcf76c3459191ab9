//! The network: its layers, how its weights begin, and its weights in a file.

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, TchError, Tensor};

use super::pool::max_pool;
use super::settings::ModelName;
use super::state_dict::{StateDict, StateDictError};

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

    /// Takes the weights in a file, PyTorch's or safetensors (see [`StateDict::read`]), which must
    /// hold every parameter by its name and in its shape, and nothing else. Other kinds of numbers
    /// become f32.
    ///
    /// # Errors
    /// [`StateDictError`]; the network is then as it was.
    pub fn load(&mut self, path: &Path) -> Result<(), StateDictError> {
        let found = StateDict::read(path)?;
        let expected: Vec<_> = self.shapes.iter().map(|s| (s.name, s.size.as_slice())).collect();
        let fit = found
            .fit(&expected, true)
            .map_err(|mismatch| StateDictError::Mismatch { path: path.to_owned(), mismatch })?;
        let mut join = || {
            let flat = |tensor: &Tensor| tensor.f_flatten(0, -1)?.f_to_kind(Kind::Float);
            let parts: Result<Vec<_>, _> = fit.matched.iter().map(|(_, t)| flat(t)).collect();
            self.weights.f_copy_(&Tensor::f_cat(&parts?, 0)?)
        };
        join().map_err(|error| StateDictError::torch(path, &error))
    }

    /// Writes the weights to a file, in the format that its suffix names (see
    /// [`StateDict::write`]): `.pt` and `.pth` for PyTorch, `.safetensors`.
    ///
    /// # Errors
    /// [`StateDictError`].
    pub fn save(&self, path: &Path) -> Result<(), StateDictError> {
        let named = self.parameters().map(|(name, tensor)| (name, tensor.shallow_clone()));
        named.collect::<StateDict>().write(path)
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
