#!/usr/bin/env python3
"""Logits under PyTorch's autocast to bfloat16, for tests/precision.rs.

    OMP_NUM_THREADS=1 python bf16.py      writes bf16.json beside itself

Made with torch 2.11.0, torchvision 0.26.0, numpy 2.4.6, on a CPU without bfloat16 instructions. Weights and
images are make.py's, by name.
"""
import json
import os
import pathlib

import numpy as np
import torch
import torchvision
from torch import nn

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
CLASSES, SIDE = 5, 64


def uniform(name, *shape):
    """See make.py."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & (2**64 - 1)
    k = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * k
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / 2**24).reshape(shape)


def fill(network):
    """See make.py."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("num_batches_tracked"):
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
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 4, 3), nn.ReLU(), nn.MaxPool2d(3),
            nn.Flatten(), nn.Linear(324, 128), nn.ReLU(), nn.Linear(128, CLASSES),
        )  # fmt: skip

    def forward(self, x):
        return self.main(x)


images = torch.from_numpy(uniform("images", 4, 3, SIDE, SIDE)).float()
labels = torch.tensor([0, 1, 2, 3])
golden = {}
for name in ("bitmoji", "squeezenet1_1", "resnet18"):
    network = Bitmoji() if name == "bitmoji" else torchvision.models.get_model(name, num_classes=CLASSES)
    fill(network)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network.eval()(images)
    assert logits.dtype == torch.bfloat16
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.cross_entropy(network.train()(images), labels)
    loss.backward()
    assert loss.dtype == torch.float32
    parameters = list(network.named_parameters())
    golden[name] = {
        "logits": logits.float().flatten().tolist(),
        "loss": loss.item(),
        "gradient_norms": {
            key: parameter.grad.double().norm().item()
            for key, parameter in parameters[:: max(1, len(parameters) // 6)]
        },
    }
pathlib.Path("bf16.json").write_text(json.dumps(golden, indent=1) + "\n")
