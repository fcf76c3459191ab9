#!/usr/bin/env python3
"""Logits under PyTorch's autocast to bfloat16, for tests/precision.rs.

    OMP_NUM_THREADS=1 python bf16.py      writes bf16.json beside itself

Made with torch 2.11.0, torchvision 0.26.0, numpy 2.4.6, on a CPU without bfloat16 instructions. Weights and
images are make.py's: filling.py.
"""
import json
import os
import pathlib
import sys

import torch
import torchvision
from torch import nn

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from by_name import Bitmoji, fill, uniform  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
CLASSES, SIDE = 5, 64


images = torch.from_numpy(uniform("images", 4, 3, SIDE, SIDE)).float()
labels = torch.tensor([0, 1, 2, 3])
golden = {}
for name in ("bitmoji", "squeezenet1_1", "resnet18"):
    network = Bitmoji(CLASSES) if name == "bitmoji" else torchvision.models.get_model(name, num_classes=CLASSES)
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
