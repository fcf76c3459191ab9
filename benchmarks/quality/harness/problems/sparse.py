"""Many parameters of which few matter. All lie in [0, 1]; the active columns are spread by a fixed
permutation, and no optimum lies at the centre of the box."""

from __future__ import annotations

import numpy as np

from . import functions as f
from .base import Problem


def problems():
    out = {}

    def add(name, function, active, dimension, optimum):
        columns = np.random.RandomState(dimension + active).permutation(dimension)[:active]
        space = f.box([(0, 1)] * dimension)
        evaluate = lambda p: function(f.vector(p)[columns])  # noqa: E731
        out[name] = Problem(name, "sparse", space, evaluate, optimum, budget=100)

    def hartmann(u):
        return f.hartmann6(u + 0.2 * f.SHIFT[:6])

    def branin(u):
        return f.branin(np.array([-5 + 15 * u[0], 15 * u[1]]))

    def levy(u):
        return f.levy(-10 + 20 * u - 4 * f.SHIFT[:4])

    add("hartmann6_in50", hartmann, 6, 50, f.HARTMANN6_OPTIMUM)
    add("hartmann6_in100", hartmann, 6, 100, f.HARTMANN6_OPTIMUM)
    add("branin_in100", branin, 2, 100, f.BRANIN_OPTIMUM)
    add("levy4_in50", levy, 4, 50, 0.0)
    return out
