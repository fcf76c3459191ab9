//! Weights that Python's side of the records can make, too.

use surmise_torch::{Network, StateDict};
use tch::{Kind, Tensor};

use crate::numbers::uniform;

/// Fills a network by the names of its parameters, as `filled` does in tests/golden/vision.
pub(crate) fn fill(network: &mut Network) {
    let values = |(name, parameter): (&str, &Tensor)| {
        let size = parameter.size();
        let scale = match size[..] {
            [_] => 0.1,
            [_, inputs] => (1.0 / inputs as f64).sqrt(),
            _ => (6.0 / size[1..].iter().product::<i64>() as f64).sqrt(),
        };
        let values = uniform(name, size.iter().product());
        let values = (Tensor::from_slice(&values) * 2.0 - 1.0) * scale;
        (name.to_owned(), values.to_kind(Kind::Float).view(&size[..]))
    };
    let tensors: StateDict = network.parameters().map(values).collect();
    network.take(&tensors).unwrap();
}
