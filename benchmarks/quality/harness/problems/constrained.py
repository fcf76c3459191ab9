"""Known constraints on the parameters: an infeasible point may not be proposed."""

from __future__ import annotations

import math

import numpy as np

from ..space import Float, Int, Space
from . import functions as f
from .base import Problem
from .mixed import pressure_vessel_cost


def _memory_limit(p):
    """A made-up loss that wants more width and batch than the memory allows."""
    batch, width = math.log2(p["batch"]), math.log2(p["width"])
    loss = 0.05 + 0.02 * (batch - 9) ** 2 + 0.01 * (p["depth"] - 4) ** 2
    loss += 0.03 * max(0.0, 13.5 - width - 0.8 * p["depth"]) ** 1.5
    return loss + 0.08 * (math.log10(p["lr"]) + 2.9 - 0.15 * (batch - 6)) ** 2


def _memory_limit_optimum():
    """By enumeration; the best learning rate costs nothing for any batch."""
    batch = np.arange(16, 2049)[:, None]
    width = np.minimum(65536 // batch, 4096)  # the widest that fits: the loss never rises with width
    depth = np.arange(1, 9)[None, :]
    loss = 0.05 + 0.02 * (np.log2(batch) - 9) ** 2 + 0.01 * (depth - 4) ** 2
    loss = loss + 0.03 * np.maximum(0.0, 13.5 - np.log2(width) - 0.8 * depth) ** 1.5
    return float(loss[(width >= 32)[:, 0]].min())


def _mixture(p):
    """A Scheffé polynomial of four shares that sum to 1, cured at a temperature."""
    a, b, c = p["a"], p["b"], p["c"]
    d = 1 - a - b - c
    blend = 2.0 * a + 1.2 * b + 1.6 * c + 1.5 * d
    blend -= 3.1 * a * b + 2.4 * b * c + 9.0 * a * c * d + 1.5 * b * d
    return blend + 0.3 * ((p["temperature"] - 180 - 60 * a) / 100) ** 2


def problems():
    out = {}

    def add(name, function, parameters, constraints, optimum, source):
        space = Space(parameters, constraints)
        out[name] = Problem(name, "constrained", space, function, optimum, source)

    add(
        "memory_limit",
        _memory_limit,
        [
            Int("batch", 16, 2048, True),
            Int("width", 32, 4096, True),
            Int("depth", 1, 8),
            Float("lr", 1e-5, 1.0, True),
        ],
        ["batch * width <= 65536"],
        _memory_limit_optimum(),
        "enumeration",
    )
    add(
        "hartmann6_cut",
        lambda p: f.hartmann6(f.vector(p)),
        f.box([(0, 1)] * 6),
        ["x0 + x5 <= 0.6", "x1 + x3 >= 0.7"],
        -3.203161918,
        "search",
    )
    add(
        "mixture4",
        _mixture,
        [Float(name, 0.0, 1.0) for name in "abc"] + [Float("temperature", 100.0, 300.0)],
        ["a + b + c <= 1"],
        0.7733870968,
        "search",
    )
    add(
        "pressure_vessel_c",
        lambda p: pressure_vessel_cost(p["n1"], p["n2"], p["r"], p["len"]),
        [Int("n1", 1, 99), Int("n2", 1, 99), Float("r", 10, 200), Float("len", 10, 200)],
        [
            "0.0193 * r <= 0.0625 * n1",
            "0.00954 * r <= 0.0625 * n2",
            "3.141592653589793 * r * r * len + 4.1887902047863905 * r * r * r >= 1296000",
        ],
        6059.714335,
        "literature",
    )
    return out
