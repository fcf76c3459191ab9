#!/usr/bin/env python3
"""Numbers of PyTorch, torchvision and Pillow that tests/it/vision.rs compares with.

    OMP_NUM_THREADS=1 python make.py      writes beside itself

Made with torch 2.11.0, torchvision 0.26.0, Pillow 13.0.0, numpy 2.4.6. The pictures in images/ are
its input: two drawn, two cut from scikit-image's public-domain `astronaut` and `chelsea`, one of
those not square.

Numbers that both sides must make alike come by name: u_k in [0, 1) from a splitmix64 stream whose
seed is the FNV-1a hash of the name.
"""
import json
import os
import pathlib
import sys
import tempfile

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision import transforms
from torchvision.transforms import functional as F

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from by_name import filled, uniform  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
golden = {}


# --- resizing, logits ---------------------------------------------------------------------------
pictures = [Image.open(path) for path in sorted(pathlib.Path("images").glob("*_?.png"))]
for path in sorted(pathlib.Path("images").glob("*.png")):
    resize = transforms.Compose([transforms.Resize(64), transforms.CenterCrop(64)])
    resize(Image.open(path)).save(f"resized/{path.name}", optimize=True)
batch = torch.stack([F.to_tensor(transforms.Resize(64)(picture)) for picture in pictures])
save_file(filled().state_dict(), "bitmoji.safetensors")
torch.save(filled().state_dict(), "bitmoji.pt")
with torch.no_grad():
    golden["logits"] = filled()(batch).flatten().tolist()


# --- five steps of Adam -------------------------------------------------------------------------
def steps(dtype, outputs, **settings):
    network = filled(outputs).to(dtype)
    adam = torch.optim.Adam(network.parameters(), **settings)
    losses = []
    for k in range(5):
        x = torch.from_numpy(uniform(f"batch{k}", 32, 3, 64, 64)).to(dtype)
        y = torch.from_numpy((uniform(f"label{k}", 32) * max(outputs, 2)).astype(np.int64))
        adam.zero_grad()
        if outputs == 1:
            y = 1 - y  # label 1 where u < 1/2
            loss = nn.BCEWithLogitsLoss()(network(x).flatten(), y.to(dtype))
        else:
            loss = nn.CrossEntropyLoss()(network(x), y)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    norms = {name: tensor.norm().item() for name, tensor in network.state_dict().items()}
    return losses, norms


golden["trajectories"] = []
for outputs, settings in (
    (1, dict(lr=0.0015762617170424081, betas=(0.6464455205729447, 0.999))),
    (1, dict(lr=1e-4, betas=(0.9, 0.999))),
    (1, dict(lr=0.02, betas=(0.5, 0.999))),
    (1, dict(lr=1e-3, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)),
    (4, dict(lr=1e-3, betas=(0.9, 0.999))),
):
    losses, _ = steps(torch.float32, outputs, **settings)
    losses_f64, norms_f64 = steps(torch.float64, outputs, **settings)
    golden["trajectories"].append(
        dict(outputs=outputs, settings=settings, losses=losses, losses_f64=losses_f64, norms_f64=norms_f64)
    )

# --- image folders ------------------------------------------------------------------------------
FILES = [
    "tom/b10.png", "tom/b2.PNG", "tom/B3.png", "tom/sub/a.png", "tom/sub-2/c.png", "tom/sub/deep/d.jpeg",
    "tom/.hidden.png", "tom/.png", "tom/x.jpeg.txt", "not_tom/z.webp", "not_tom/a.bmp", "not_tom/note.txt",
    "Zed/1.ppm", "é/q.tif", "é/q.TIFF", "in_the_root.png",
]  # fmt: skip
with tempfile.TemporaryDirectory() as root:
    for name in FILES:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    listed = torchvision.datasets.ImageFolder(root)
    golden["folder"] = {
        "files": FILES,
        "classes": listed.classes,
        "samples": [[os.path.relpath(path, root), label] for path, label in listed.samples],
    }

# --- odd pixel formats --------------------------------------------------------------------------
grey = Image.fromarray((np.arange(64, dtype=np.uint8) * 4).reshape(8, 8))
flips = (grey, grey.transpose(1), grey.transpose(0))
modes = {
    "L": grey,
    "LA": Image.merge("LA", (grey, flips[2])),
    "RGBA": Image.merge("RGBA", (*flips, grey.rotate(90))),
    "P": Image.merge("RGB", flips).quantize(16),
    "1": grey.convert("1"),
    "I16": Image.fromarray((np.arange(64, dtype=np.uint16) * 7).reshape(8, 8)),
}
golden["modes"] = {}
for name, image in modes.items():
    image.save(f"modes/{name}.png")
    rgb = torchvision.datasets.folder.default_loader(f"modes/{name}.png")
    golden["modes"][name] = np.array(rgb).transpose(2, 0, 1).flatten().tolist()

with open("golden.json", "w") as file:
    json.dump(golden, file, indent=1, ensure_ascii=False)
