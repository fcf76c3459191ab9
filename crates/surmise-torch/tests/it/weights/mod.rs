//! Weights that Python's side of the records can make, too.

use surmise_torch::Network;
use tch::Tensor;

use crate::numbers::uniform;

/// Fills a network by the names of its tensors, as `fill` does in tests/golden/by_name.py.
pub(crate) fn fill(network: &Network) {
    let _guard = tch::no_grad_guard();
    for (name, tensor) in network.state() {
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        let size = tensor.size();
        let value = Tensor::from_slice(&uniform(name, size.iter().product())) * 2.0 - 1.0;
        let value = match size[..] {
            _ if name.ends_with("running_mean") => value * 0.1,
            _ if name.ends_with("running_var") => value * 0.25 + 1.0,
            [_] if name.ends_with("weight") => value * 0.1 + 1.0,
            [_] => value * 0.1,
            [_, ref rest @ ..] => {
                let gain = if rest.len() == 3 { 6.0 } else { 1.0 };
                value * (gain / rest.iter().product::<i64>() as f64).sqrt()
            }
            [] => unreachable!("only counts are single numbers"),
        };
        tensor.shallow_clone().copy_(&value.view(&size[..]));
    }
}
