"""COCO's bbob functions in 5 dimensions (instance 1), and four of bbob-mixint."""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache

import numpy as np

from ..space import Float, Int
from . import functions as f
from .base import Problem


@lru_cache(None)
def _coco(suite_name, function, dimension):
    import cocoex

    filters = f"dimensions:{dimension} function_indices:{function} instance_indices:1"
    suite = cocoex.Suite(suite_name, "", filters)
    return suite, suite.get_problem(0)  # the problem lives as long as its suite


def _optimum(suite_name, function, dimension):
    """COCO's own best point, evaluated; it writes the point to a file in the working folder."""
    problem = _coco(suite_name, function, dimension)[1]
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            problem._best_parameter("print")
            x = np.loadtxt("._bbob_problem_best_parameter.txt")
        finally:
            os.chdir(before)
    return float(problem(x))


def _problem(name, group, suite_name, function, space, dimension=5):
    return Problem(
        name,
        group,
        space,
        lambda p: float(_coco(suite_name, function, dimension)[1](f.vector(p))),
        source="COCO",
        lazy_optimum=lambda: _optimum(suite_name, function, dimension),
    )


def bbob():
    functions = (3, 6, 8, 10, 15, 17, 21, 23)
    return {f"bbob_f{n}": _problem(f"bbob_f{n}", "bbob", "bbob", n, f.box([(-5, 5)] * 5)) for n in functions}


def mixint():
    space = [Int(f"x{i}", 0, levels - 1) for i, levels in enumerate([2, 4, 8, 16])]
    space.append(Float("x4", -5.0, 5.0))
    return {
        f"mixint_f{n}": _problem(f"mixint_f{n}", "mixed", "bbob-mixint", n, space) for n in (3, 8, 15, 21)
    }
