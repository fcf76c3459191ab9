#!/usr/bin/env python3
"""torchvision's networks: names and shapes of their tensors, summaries, logits, for tests/it/models.rs.

    OMP_NUM_THREADS=1 python make.py      writes beside itself

Made with torch 2.11.0, torchvision 0.26.0, torchsummary 1.5.1, numpy 2.4.6. Weights are filled by name
(u_k in [0, 1) from a splitmix64 stream whose seed is the FNV-1a hash of the name), so that no file of
weights is needed.
"""
import contextlib
import io
import json
import os
import pathlib
import sys

import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file
from torchsummary import summary
from torchvision.transforms import functional as F

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from by_name import fill, fnv, uniform  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
CLASSES, SIDE = 5, 64


images = torch.from_numpy(uniform("images", 4, 3, SIDE, SIDE)).float()
golden = {}
for name in ("resnet18", "resnet34", "resnet50", "densenet121", "squeezenet1_1", "mobilenet_v2", "efficientnet_b0"):
    network = torchvision.models.get_model(name, weights=None, num_classes=CLASSES)
    listing = "".join(f"{key} {list(tensor.shape)}\n" for key, tensor in network.state_dict().items())
    # The DenseNet takes lists, which torchsummary cannot.
    if name != "densenet121":
        with contextlib.redirect_stdout(io.StringIO()) as text:
            summary(network, (3, SIDE, SIDE), device="cpu")
        pathlib.Path(f"{name}.txt").write_text(text.getvalue())
    fill(network)
    with torch.no_grad():
        logits = network.eval()(images)
    # What is random set to nothing: dropout and stochastic depth.
    for module in network.modules():
        if hasattr(module, "p"):
            module.p = 0.0
    for parameter in network.parameters():
        parameter.grad = None
    trained = network.train()(images)
    trained.square().sum().backward()
    gradients = {
        key: parameter.grad.double().norm().item()
        for key, parameter in list(network.named_parameters())[:: max(1, len(list(network.parameters())) // 6)]
    }
    state = network.state_dict()
    running = [key for key in state if key.endswith(("running_mean", "running_var", "num_batches_tracked"))]
    golden[name] = {
        "tensors": len(state),
        "names": f"{fnv(listing):016x}",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "logits": logits.flatten().tolist(),
        "training_logits": trained.flatten().tolist(),
        "gradient_norms": gradients,
        "running_sums": {key: state[key].double().sum().item() for key in (running[:3] + running[-3:])},
    }

# All frozen but the last layers.
network = torchvision.models.resnet18(weights=None, num_classes=CLASSES)
for key, parameter in network.named_parameters():
    parameter.requires_grad = key.startswith(("layer4", "fc"))
with contextlib.redirect_stdout(io.StringIO()) as text:
    summary(network, (3, SIDE, SIDE), device="cpu")
pathlib.Path("resnet18_frozen.txt").write_text(text.getvalue())

# ImageNet's own weights, on a picture as it is.
network = torchvision.models.squeezenet1_1(weights=None)
network.load_state_dict(load_file("../../../data/weights/squeezenet1_1.safetensors"))
photo = F.to_tensor(Image.open("../vision/images/photo_1.png"))[None]
photo = F.normalize(photo, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
with torch.no_grad():
    logits = network.eval()(photo)[0]
golden["imagenet"] = {"top5": logits.topk(5).indices.tolist(), "logits": logits.topk(5).values.tolist()}
pathlib.Path("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
