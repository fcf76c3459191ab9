"""Numbers and weights by name, for the golden scripts; tests/it/numbers makes the same in Rust.

u_k in [0, 1) comes from a splitmix64 stream whose seed is the FNV-1a hash of the name.
"""
import numpy as np
import torch
from torch import nn


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


class Bitmoji(nn.Module):
    def __init__(self, outputs=1):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 4, 3), nn.ReLU(), nn.MaxPool2d(3),
            nn.Flatten(), nn.Linear(324, 128), nn.ReLU(), nn.Linear(128, outputs),
        )  # fmt: skip

    def forward(self, x):
        return self.main(x)


def filled(outputs=1):
    """The network with weights by name: ±0.1 for biases, a uniform of He's bound for kernels."""
    network = Bitmoji(outputs)
    fill(network)
    return network
