"""Numbers and weights by name, for the scripts beside; tests/numbers makes the same in Rust."""
import numpy as np
import torch


def fnv(text):
    seed = 0xCBF29CE484222325
    for byte in text.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & (2**64 - 1)
    return seed


def uniform(name, *shape):
    k = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(fnv(name)) + np.uint64(0x9E3779B97F4A7C15) * k
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / 2**24).reshape(shape)


def fill(network):
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("num_batches_tracked"):
                tensor.zero_()  # torchsummary has run it
                continue
            value = 2 * uniform(name, *tensor.shape) - 1
            if name.endswith("running_mean"):
                value *= 0.1
            elif name.endswith("running_var"):
                value = 1 + 0.25 * value
            elif tensor.dim() == 1 and name.endswith("weight"):
                value = 1 + 0.1 * value
            elif tensor.dim() == 1:
                value *= 0.1
            else:
                value *= np.sqrt((6 if tensor.dim() == 4 else 1) / tensor[0].numel())
            tensor.copy_(torch.from_numpy(value).float())
