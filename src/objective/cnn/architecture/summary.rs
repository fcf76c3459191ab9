//! A network as a table.

use std::fmt;

use super::Trainable;
use super::tensors::parameter_count;
use super::{LayerSummary, Module, ShapeError};

/// A network's layers, their outputs and weights, and an estimate of the memory. Displays as
/// torchsummary 1.5.1 prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSummary {
    /// One input: c × h × w.
    pub input: Vec<i64>,
    /// The layers, in order of use; a block after its parts.
    pub layers: Vec<LayerSummary>,
    /// Weights and biases that are not learnt.
    pub frozen: i64,
}

impl ModelSummary {
    /// Of a network for one image of 3 × `image_size` × `image_size`, of which so much is learnt.
    ///
    /// # Errors
    /// [`ShapeError`].
    pub fn new(module: &Module, image_size: u32, trainable: Trainable) -> Result<Self, ShapeError> {
        let side = i64::from(image_size);
        let input = vec![3, side, side];
        let (_, layers) = module.trace(&input)?;
        Ok(Self { input, layers, frozen: parameter_count(&module.frozen(trainable)) })
    }

    /// All weights and biases.
    pub fn parameters(&self) -> i64 {
        self.layers.iter().map(|layer| layer.parameters).sum()
    }

    /// Multiplications, each with an addition, that one image takes: those of convolutions and linear
    /// layers, biases left out, as torchvision and fvcore count them. Normalisation, activations and
    /// pooling, a percent or two of it, are not counted.
    pub fn multiply_adds(&self) -> i64 {
        self.layers.iter().map(|layer| layer.multiply_adds).sum()
    }
}

impl fmt::Display for ModelSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (thin, thick) = ("-".repeat(64), "=".repeat(64));
        writeln!(f, "{thin}\n{:>20}  {:>25} {:>15}", "Layer (type)", "Output Shape", "Param #")?;
        writeln!(f, "{thick}")?;
        for (index, layer) in self.layers.iter().enumerate() {
            let sides = layer.output.iter().map(|side| format!(", {side}")).collect::<String>();
            let (name, shape) = (format!("{}-{}", layer.class, index + 1), format!("[-1{sides}]"));
            writeln!(f, "{name:>20}  {shape:>25} {:>15}", grouped(layer.parameters))?;
        }
        let parameters = self.parameters();
        let megabytes = |numbers: i64| numbers as f64 * 4.0 / f64::from(1 << 20);
        let input = megabytes(self.input.iter().product());
        let outputs = self.layers.iter().map(|layer| layer.output.iter().product::<i64>());
        // Each is kept, and so is its gradient.
        let outputs = megabytes(2 * outputs.sum::<i64>());
        let weights = megabytes(parameters);
        writeln!(f, "{thick}\nTotal params: {}", grouped(parameters))?;
        writeln!(f, "Trainable params: {}", grouped(parameters - self.frozen))?;
        writeln!(f, "Non-trainable params: {}\n{thin}", grouped(self.frozen))?;
        writeln!(f, "Input size (MB): {input:.2}\nForward/backward pass size (MB): {outputs:.2}")?;
        writeln!(f, "Params size (MB): {weights:.2}")?;
        writeln!(f, "Estimated Total Size (MB): {:.2}\n{thin}", input + outputs + weights)
    }
}

/// A number with a comma before every third digit from the end.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
