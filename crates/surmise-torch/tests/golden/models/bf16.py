#!/usr/bin/env python3
"""Logits under PyTorch's autocast to bfloat16, for tests/precision.rs.

    OMP_NUM_THREADS=1 python bf16.py      writes bf16.json beside itself

Made with torch 2.11.0, torchvision 0.26.0, numpy 2.4.6, on a CPU without bfloat16 instructions. Weights and
images are make.py's: filling.py.
"""
import json
import os
import pathlib

import torch
import torchvision
from filling import fill, uniform
from torch import nn

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
CLASSES, SIDE = 5, 64


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
