#!/usr/bin/env python3
"""Numbers of Captum that tests/it/explain.rs compares with.

    OMP_NUM_THREADS=1 python make.py      writes beside itself

Made with torch 2.11.0, captum 0.9.0, matplotlib 3.11.2, numpy 2.4.6. Explains the one logit of
../bitmoji.safetensors for ../resized/drawn_0.png. Random draws are replaced by numbers by name, as
in ../make.py. `half` in a key: every other row and column, to keep the file small.
"""
import json
import os
import pathlib
import sys
from unittest import mock

import captum.attr._utils.visualization as visualization
import matplotlib
import numpy as np
import torch
from captum.attr import GradientShap, IntegratedGradients, Occlusion, Saliency
from PIL import Image
from safetensors.torch import load_file, save_file

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))
from by_name import Bitmoji, uniform  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)


network = Bitmoji().eval()
network.load_state_dict(load_file("../bitmoji.safetensors"))
pixels = np.array(Image.open("../resized/drawn_0.png").convert("RGB"))
x = torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous().float().div(255)
black = x * 0
T, J = {}, {}


def half(tensor):
    return tensor[..., ::2, ::2]


# --- attributions --------------------------------------------------------------------------------
occlusion = Occlusion(network)
T["occ_w1x10x10_s1x3x3"] = occlusion.attribute(
    x, strides=(1, 3, 3), sliding_window_shapes=(1, 10, 10), baselines=0
)
# The last windows are cut at the edge.
T["occ_w3x11x9_s3x7x5"] = occlusion.attribute(
    x, strides=(3, 7, 5), sliding_window_shapes=(3, 11, 9), baselines=0.25
)
# Two channels at a time; the whole height, with a stride beyond it.
uneven = occlusion.attribute(
    x, strides=(1, 99, 4), sliding_window_shapes=(2, 64, 6), baselines=0.5, perturbations_per_eval=8
)
T["occ_w2x64x6_s1x99x4_row0"] = uneven[..., 0, :]

n = 20
noise = torch.from_numpy(0.15 * np.sqrt(3) * (2 * uniform("shap.noise", n, 3, 64, 64) - 1)).float()
alphas, indices = uniform("shap.alpha", n), (uniform("shap.index", n) * 2).astype(np.int64)


def shap(stdev, baselines, alphas, indices, noise):
    with (
        mock.patch("numpy.random.uniform", lambda low, high, size: alphas),
        mock.patch("numpy.random.choice", lambda count, size: indices),
        mock.patch("torch.normal", lambda mean, sd: noise if stdev else torch.zeros_like(sd)),
    ):
        return GradientShap(network).attribute(
            x, n_samples=n, stdevs=stdev, baselines=baselines, target=0
        )


T["shap_chapter_form"] = shap(0.15, torch.cat([black, x]), alphas, indices, noise)
T["shap_midpoint"] = shap(0.0, black, (np.arange(n) + 0.5) / n, np.zeros(n, int), None)

integrated = IntegratedGradients(network)
J["gaps"] = {}
for method, steps, name in (
    ("riemann_middle", 20, "middle20"),
    ("gausslegendre", 50, "legendre50"),
    ("gausslegendre", 7, "legendre7"),
):
    phi, gap = integrated.attribute(
        x, baselines=black, target=0, n_steps=steps, method=method, return_convergence_delta=True
    )
    J["gaps"][name] = gap.item()
    if name == "middle20":
        J["shap_midpoint_vs_integrated"] = (T["shap_midpoint"] - phi).abs().max().item()
    else:
        T[f"ig_{name}_half"] = half(phi)
# Its size is what Captum gives by default.
T["gradient_half"] = half(Saliency(network).attribute(x, target=0, abs=False))
J["legendre"] = {}
for steps in (1, 2, 7, 50, 201):
    z, w = np.polynomial.legendre.leggauss(steps)
    J["legendre"][steps] = [(0.5 * (1 + z)).tolist(), (0.5 * w).tolist()]

# --- pictures, before matplotlib resamples them for its display -----------------------------------
plasma, grey = matplotlib.colormaps["plasma"], matplotlib.colormaps["gray"]
image = x[0].permute(1, 2, 0).numpy()


def normalized(name, sign):
    attributions = T[name].detach()[0].permute(1, 2, 0).numpy()
    return visualization._normalize_attr(attributions.sum(2), sign, 2)


for name, sign in (
    ("occ_w1x10x10_s1x3x3", "positive"),
    ("shap_chapter_form", "absolute_value"),
):
    norm = normalized(name, sign)
    mean = visualization._prepare_image(image * 255).mean(2)
    base = grey(matplotlib.colors.Normalize(mean.min(), mean.max())(mean))
    top = plasma(matplotlib.colors.Normalize(0, 1)(norm))
    blend = np.rint(255 * (0.3 * base[..., :3] + 0.7 * top[..., :3])).astype(np.uint8)
    T[f"norm_{name}_{sign}_half"] = half(torch.from_numpy(norm.astype(np.float32)))
    Image.fromarray(blend).save(f"blend_{name}_{sign}.png", optimize=True)
for sign in ("all", "negative"):
    T[f"norm_shap_midpoint_{sign}_half"] = half(torch.from_numpy(normalized("shap_midpoint", sign)))
values = np.array([0.0, -3, 1, 2, -0.5, 8, 0.25, -0.125]).reshape(2, 4)
J["normalize_attr"] = {
    f"{sign}/{percent}": visualization._normalize_attr(values, sign, percent).flatten().tolist()
    for sign in ("all", "positive", "negative", "absolute_value")
    for percent in (0, 2, 20, 60)
}
J["normalize_attr_input"] = values.flatten().tolist()

save_file({key: value.detach().contiguous() for key, value in T.items()}, "captum.safetensors")
with open("captum.json", "w") as file:
    json.dump(J, file, indent=1)
