"""Smooth and multimodal test functions, and two of them under Gaussian noise."""

from __future__ import annotations

import math

from . import functions as f
from .base import Problem, gaussian


def problems():
    out = {}

    def add(name, function, bounds, optimum, shift=0.0, group="synthetic", noise=None):
        offset = f.SHIFT[: len(bounds)] * shift
        evaluate = lambda p: function(f.vector(p) - offset)  # noqa: E731
        out[name] = Problem(name, group, f.box(bounds), evaluate, optimum, noise=noise)

    add("branin", f.branin, [(-5, 10), (0, 15)], f.BRANIN_OPTIMUM)
    add("hartmann3", f.hartmann3, [(0, 1)] * 3, f.HARTMANN3_OPTIMUM)
    add("hartmann6", f.hartmann6, [(0, 1)] * 6, f.HARTMANN6_OPTIMUM)
    add("ackley5", f.ackley, [(-15, 15)] * 5, 0.0, shift=10)
    add("levy8", f.levy, [(-10, 10)] * 8, 0.0, shift=4)
    # its box centre scores 4 (regret 0.03), which flatters a method that starts there
    add("rosenbrock5", f.rosenbrock, [(-2, 2)] * 5, 0.0)
    add("rosenbrock5s", f.rosenbrock, [(-2, 3)] * 5, 0.0, shift=1.7)
    add("rastrigin4", f.rastrigin, [(-5.12, 5.12)] * 4, 0.0, shift=4)
    add("styblinski5", f.styblinski, [(-5, 5)] * 5, -39.16616570377142 * 5)
    add("michalewicz5", f.michalewicz, [(0, math.pi)] * 5, -4.687658179)
    add("griewank10", f.griewank, [(-50, 50)] * 10, 0.0, shift=40)
    # standard deviation: 5 % of the function's range on the box
    add("branin_noisy", f.branin, [(-5, 10), (0, 15)], f.BRANIN_OPTIMUM,
        group="noisy", noise=gaussian(0.05 * 307.7))  # fmt: skip
    add("hartmann6_noisy", f.hartmann6, [(0, 1)] * 6, f.HARTMANN6_OPTIMUM,
        group="noisy", noise=gaussian(0.05 * 3.32237))  # fmt: skip
    return out
