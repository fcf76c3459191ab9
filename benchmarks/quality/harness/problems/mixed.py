"""Floats, integers and categories together."""

from __future__ import annotations

import math

import numpy as np

from ..space import Cat, Float, Int
from . import coco
from . import functions as f
from .base import Problem


def _ackley_cat(p):
    order0, order1 = [2, 0, 4, 1, 3], [3, 1, 0, 4, 2]
    level = [-8.0, -4.0, 0.0, 4.0, 8.0]
    z = [level[order0["abcde".index(p["c0"])]], level[order1["abcde".index(p["c1"])]]]
    return f.ackley(np.array([p["x0"] - 3.7, p["x1"] + 2.1, p["x2"] - 4.3] + z))


def pressure_vessel_cost(n1, n2, r, length):
    t1, t2 = 0.0625 * n1, 0.0625 * n2
    return 0.6224 * t1 * r * length + 1.7781 * t2 * r * r + 3.1661 * t1 * t1 * length + 19.84 * t1 * t1 * r


def _pressure_vessel(p):
    t1, t2, r, length = 0.0625 * p["n1"], 0.0625 * p["n2"], p["r"], p["len"]
    broken = [
        (0.0193 * r - t1) / 1.0,
        (0.00954 * r - t2) / 1.0,
        (1296000 - math.pi * r * r * length - 4 / 3 * math.pi * r**3) / 1296000,
    ]
    cost = pressure_vessel_cost(p["n1"], p["n2"], r, length)
    return cost + 1e5 * sum(max(0.0, x) for x in broken)


def _func2c(p):
    x = np.array([p["x0"], p["x1"]])
    terms = {
        "rosen": lambda: f.rosenbrock(x) / 300,
        "camel": lambda: f.camel(x),
        "beale": lambda: f.beale(x) / 50,
        "none": lambda: 0.0,
        "half": lambda: 0.5,
    }
    second = dict(zip("abcde", ("rosen", "camel", "beale", "none", "half")))
    return float(terms[p["f1"]]() + terms[second[p["f2"]]]())


_ACTIVATION = {"relu": (0.00, -2.4), "tanh": (0.04, -2.0), "elu": (0.02, -2.6), "sigmoid": (0.12, -1.6)}
_OPTIMIZER = {"sgd": (0.03, 1.0), "adam": (0.0, 0.0), "rmsprop": (0.01, -0.2)}


def _nn_surface(p):
    """A smooth made-up validation loss of a network, with log scales and interactions."""
    base_a, lr_a = _ACTIVATION[p["act"]]
    base_o, lr_o = _OPTIMIZER[p["opt"]]
    lr, width, wd = math.log10(p["lr"]), math.log2(p["width"]), math.log10(p["wd"])
    best_lr = lr_a + lr_o - 0.12 * (width - 6)
    capacity = width + 0.9 * p["depth"]
    under = 0.05 * max(0.0, 10.2 - capacity) ** 1.5
    less = 1.0 / (1 + 8 * p["dropout"])
    over = 0.012 * max(0.0, capacity - 10.2) ** 2 * less * (1 / (1 + 10 ** (wd + 3)))
    regularised = 0.15 * p["dropout"] ** 2 + 0.02 * max(0.0, wd + 2.5) ** 2
    rate = 0.08 * (lr - best_lr) ** 2 + (0.4 if lr - best_lr > 1.2 else 0.0)
    return 0.1 + base_a + base_o + under + over + regularised + rate


def problems():
    out = {}

    def add(name, space, function, optimum, source="analytic"):
        out[name] = Problem(name, "mixed", space, function, optimum, source)

    categories = [Cat("c0", tuple("abcde")), Cat("c1", tuple("abcde"))]
    add("ackley_cat5", categories + [Float(f"x{i}", -10, 10) for i in range(3)], _ackley_cat, 0.0)
    add(
        "pressure_vessel",
        [Int("n1", 1, 99), Int("n2", 1, 99), Float("r", 10, 200), Float("len", 10, 200)],
        _pressure_vessel,
        6059.7143,
        "literature",
    )
    add(
        "func2c",
        [
            Cat("f1", ("rosen", "camel", "beale")),
            Cat("f2", tuple("abcde")),
            Float("x0", -1, 1.7),
            Float("x1", -1.3, 1),
        ],
        _func2c,
        -2.0632569,
    )
    add(
        "nn_surface",
        [
            Float("lr", 1e-5, 1.0, True),
            Int("width", 8, 1024, True),
            Int("depth", 1, 8),
            Cat("act", tuple(_ACTIVATION)),
            Cat("opt", tuple(_OPTIMIZER)),
            Float("dropout", 0.0, 0.6),
            Float("wd", 1e-6, 1e-1, True),
        ],
        _nn_surface,
        0.1,
    )
    out.update(coco.mixint())
    return out
