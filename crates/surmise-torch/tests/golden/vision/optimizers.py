#!/usr/bin/env python3
"""PyTorch's numbers that tests/it/optimizers.rs compares with: steps, clipping, smoothing, schedules.

    OMP_NUM_THREADS=1 python optimizers.py      writes optimizers.json beside itself

Made with torch 2.11.0, numpy 2.4.6. The network is make.py's, its numbers by name, too.
"""
import json
import os
import pathlib
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from by_name import filled, uniform  # noqa: E402

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
os.chdir(pathlib.Path(__file__).parent)
OPTIMIZERS = {
    "sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop,
}  # fmt: skip


# --- the optimizers alone -----------------------------------------------------------------------
# Twenty weights, gradients of many sizes, the learning rate another in every step.
N = 20
LR_FACTORS = [1.0, 0.5, 2.0, 0.1, 1.0, 3.0]


def alone(kind, settings):
    weights = nn.Parameter(torch.from_numpy(2 * uniform("weights", N) - 1).float())
    optimizer = OPTIMIZERS[kind]([weights], **torch_settings(settings))
    lr = optimizer.param_groups[0]["lr"]
    after = []
    for k, factor in enumerate(LR_FACTORS):
        size = np.exp(12 * uniform(f"size{k}", N) - 9)
        gradient = (2 * uniform(f"gradient{k}", N) - 1) * size
        weights.grad = torch.from_numpy(gradient).float()
        optimizer.param_groups[0]["lr"] = lr * factor
        optimizer.step()
        # The shortest digits that name the same float.
        after.append([float(str(w)) for w in weights.detach().numpy()])
    return dict(type=kind, settings=settings, lr=lr, first=after[0], last=after[-1])


def torch_settings(settings):
    settings = dict(settings)
    betas = (settings.pop("beta1", None), settings.pop("beta2", None))
    return settings if betas == (None, None) else dict(settings, betas=betas)


golden = {"factors": LR_FACTORS}
golden["alone"] = [
    alone(*case)
    for case in (
        ("sgd", {}),
        ("sgd", dict(lr=0.05)),
        ("sgd", dict(lr=0.05, weight_decay=0.1)),
        ("sgd", dict(lr=0.05, momentum=0.9)),
        ("sgd", dict(lr=0.05, momentum=0.9, nesterov=True)),
        ("sgd", dict(lr=0.05, momentum=0.7, nesterov=True, weight_decay=0.1)),
        ("adam", {}),
        ("adam", dict(lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1)),
        ("adamw", {}),
        ("adamw", dict(lr=0.01, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.3)),
        ("rmsprop", {}),
        ("rmsprop", dict(lr=0.003, alpha=0.9, eps=1e-5, weight_decay=0.1)),
        ("rmsprop", dict(lr=0.003, alpha=0.9, momentum=0.8)),
    )
]


# --- five steps of the network ------------------------------------------------------------------
def steps(dtype, outputs, kind, settings, label_smoothing=0.0, clip_norm=None):
    network = filled(outputs).to(dtype)
    optimizer = OPTIMIZERS[kind](network.parameters(), **torch_settings(settings))
    losses, norms = [], []
    for k in range(5):
        x = torch.from_numpy(uniform(f"batch{k}", 32, 3, 64, 64)).to(dtype)
        y = torch.from_numpy((uniform(f"label{k}", 32) * max(outputs, 2)).astype(np.int64))
        optimizer.zero_grad()
        if outputs == 1:
            y = 1 - y  # label 1 where u < 1/2
            # As cross entropy smooths the two classes' targets.
            target = y.to(dtype) * (1 - label_smoothing) + label_smoothing / 2
            loss = nn.BCEWithLogitsLoss()(network(x).flatten(), target)
        else:
            loss = nn.CrossEntropyLoss(label_smoothing=label_smoothing)(network(x), y)
        loss.backward()
        if clip_norm is not None:
            norms.append(nn.utils.clip_grad_norm_(network.parameters(), clip_norm).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms, {name: t.norm().item() for name, t in network.state_dict().items()}


golden["trajectories"] = []
for outputs, kind, settings, rest in (
    (1, "sgd", dict(lr=0.05), {}),
    (1, "sgd", dict(lr=0.05, momentum=0.9), {}),
    (1, "sgd", dict(lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1), {}),
    (1, "adamw", dict(lr=1e-3, weight_decay=0.3), {}),
    (1, "rmsprop", dict(lr=1e-3), {}),
    (1, "rmsprop", dict(lr=1e-3, momentum=0.5, alpha=0.9), {}),
    (1, "adam", dict(lr=1e-3), dict(label_smoothing=0.1)),
    (4, "adam", dict(lr=1e-3), dict(label_smoothing=0.1)),
    (1, "sgd", dict(lr=0.05, momentum=0.9), dict(clip_norm=0.2)),
    (4, "sgd", dict(lr=0.05), dict(clip_norm=0.2, label_smoothing=0.3)),
):
    losses, gradients, _ = steps(torch.float32, outputs, kind, settings, **rest)
    losses_f64, _, norms_f64 = steps(torch.float64, outputs, kind, settings, **rest)
    golden["trajectories"].append(
        dict(
            outputs=outputs, type=kind, settings=settings, **rest, gradient_norms=gradients,
            losses=losses, losses_f64=losses_f64, norms_f64=norms_f64,
        )
    )  # fmt: skip

# Smoothing the one logit's target is smoothing the two classes of (0, logit).
logits, labels = torch.tensor([-3.0, -0.2, 0.0, 1.5, 7.0]), torch.tensor([0, 1, 1, 0, 1])
two = nn.CrossEntropyLoss(label_smoothing=0.2)(torch.stack([torch.zeros(5), logits], 1), labels)
one = nn.BCEWithLogitsLoss()(logits, labels * 0.8 + 0.1)
assert abs(two - one) < 1e-6

# --- schedules ----------------------------------------------------------------------------------
warnings.simplefilter("ignore")  # no optimizer steps between the scheduler's


def schedule(schedulers, steps_per_epoch, epochs, by_epoch=()):
    """Learning rates over 1 of every step; `by_epoch` schedulers are stepped after each epoch."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    by_batch = [make(optimizer) for make in schedulers]
    by_epoch = [make(optimizer) for make in by_epoch]
    rates = []
    for epoch in range(epochs):
        for _ in range(steps_per_epoch):
            rates.append(optimizer.param_groups[0]["lr"])
            # One step beyond the end is none of the cycle's.
            for scheduler in by_batch if len(rates) < steps_per_epoch * epochs else ():
                scheduler.step()
        for scheduler in by_epoch:
            scheduler.step()
    return rates


golden["schedules"] = []
for settings, per_epoch, epochs in (
    (dict(type="constant"), 3, 2),
    (dict(type="step", every=2), 3, 7),
    (dict(type="step", every=1, gamma=0.7), 2, 5),
    (dict(type="cosine"), 4, 5),
    (dict(type="cosine", final=0.1), 7, 3),
    (dict(type="one_cycle"), 4, 5),
    (dict(type="one_cycle"), 1, 1),
    (dict(type="one_cycle", pct_start=0.1, div_factor=10, final_div_factor=100), 1, 7),
    (dict(type="one_cycle", pct_start=1.0), 3, 3),
    (dict(type="one_cycle", pct_start=0.0), 3, 3),
    (dict(type="constant", warmup=2), 5, 4),
    (dict(type="cosine", warmup=1.5), 4, 4),
    (dict(type="step", every=2, gamma=0.5, warmup=3), 4, 5),
):
    kind, total = settings["type"], per_epoch * epochs
    by_batch, by_epoch = [], []
    if kind == "step":
        by_epoch = [lambda o: lr_scheduler.StepLR(o, settings["every"], settings.get("gamma", 0.1))]
    elif kind == "cosine":
        by_batch = [lambda o: lr_scheduler.CosineAnnealingLR(o, total, settings.get("final", 0.0))]
    elif kind == "one_cycle":
        rest = {key: value for key, value in settings.items() if key != "type"}
        by_batch = [lambda o: lr_scheduler.OneCycleLR(o, 1.0, total, cycle_momentum=False, **rest)]
    course = schedule(by_batch, per_epoch, epochs, by_epoch)
    if "warmup" in settings:
        steps = round(settings["warmup"] * per_epoch)
        linear = [lambda o: lr_scheduler.LinearLR(o, 1 / steps, total_iters=steps - 1)]
        course = [a * b for a, b in zip(course, schedule(linear, per_epoch, epochs))]
    golden["schedules"].append(
        dict(settings=settings, steps_per_epoch=per_epoch, epochs=epochs, factors=course)
    )

with open("optimizers.json", "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
