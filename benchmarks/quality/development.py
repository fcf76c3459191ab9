"""Problems to choose parts of a search by: none of them is the benchmark's own.

    QUALITY_EXTRA=development.py bench.py run --opt … --problems group:dev,group:devmix,…

24 functions of bbob (2 to 10 dimensions) and 8 of bbob-mixint in instance 2, 6 noisy ones in instance 3 and 12 in
instance 4; seven with choices, eight landscapes of Gaussian wells of like depth, four trees whose branches have
parameters of their own.
"""

from __future__ import annotations

import math
import os
import tempfile
from functools import lru_cache

import numpy as np
from harness.problems import functions as f
from harness.problems.base import Problem
from harness.space import Cat, Float, Int


@lru_cache(None)
def coco(suite_name, function, dimension, instance):
    import cocoex

    filters = f"dimensions:{dimension} function_indices:{function} instance_indices:{instance}"
    suite = cocoex.Suite(suite_name, "", filters)
    return suite, suite.get_problem(0)  # the problem lives as long as its suite


def coco_optimum(*which):
    problem, before = coco(*which)[1], os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            problem._best_parameter("print")
            x = np.loadtxt("._bbob_problem_best_parameter.txt")
        finally:
            os.chdir(before)
    return float(problem(x))


def coco_problem(name, group, space, which, noise=None):
    return Problem(
        name,
        group,
        space,
        lambda p: float(coco(*which)[1](f.vector(p))),
        source="COCO",
        lazy_optimum=lambda: coco_optimum(*which),
        noise=noise,
    )


def from_coco():
    for function in range(1, 25):
        dimension = [2, 3, 5, 10][function % 4]
        space = f.box([(-5, 5)] * dimension)
        yield coco_problem(f"dev_f{function}", "dev", space, ("bbob", function, dimension, 2))
    for function in (1, 2, 6, 10, 14, 17, 20, 22):
        space = [Int(f"x{i}", 0, levels - 1) for i, levels in enumerate([2, 4, 8, 16])]
        space.append(Float("x4", -5.0, 5.0))
        yield coco_problem(f"devmix_f{function}", "devmix", space, ("bbob-mixint", function, 5, 2))
    for function, deviation in ((1, 5.0), (3, 15.0), (15, 15.0), (17, 1.0), (20, 0.5), (21, 3.0)):
        yield coco_problem(
            f"devnoisy_f{function}",
            "devnoisy",
            f.box([(-5, 5)] * 3),
            ("bbob", function, 3, 3),
            noise=lambda rng, deviation=deviation: rng.normal(0, deviation),
        )
    for function, dimension, share in NOISY:
        which = ("bbob", function, dimension, 4)
        deviation = share * spread(*which)
        yield coco_problem(
            f"devnoisy_f{function}_{dimension}d",
            "devnoisy",
            f.box([(-5, 5)] * dimension),
            which,
            noise=lambda rng, deviation=deviation: rng.normal(0, deviation),
        )


# Function, dimension, deviation of the noise as a share of what lies between most random points.
NOISY = [(1, 5, 0.1), (3, 2, 0.05), (6, 5, 0.05), (8, 2, 0.02), (10, 3, 0.02), (14, 5, 0.1)]
NOISY += [(15, 5, 0.1), (17, 2, 0.1), (20, 5, 0.05), (21, 5, 0.1), (22, 2, 0.1), (23, 3, 0.2)]


def spread(*which):
    """From the 10th to the 90th percentile of 300 random points."""
    rng = np.random.default_rng(1)
    values = [coco(*which)[1](rng.uniform(-5, 5, which[2])) for _ in range(300)]
    return float(np.quantile(values, 0.9) - np.quantile(values, 0.1))


def quad(p):
    c, b = "abcd".index(p["c"]), "xyz".index(p["b"])
    x = np.array([p["x0"], p["x1"], p["x2"]])
    shift = [[0.3, -0.4, 0.1], [0.5, 0.2, -0.3], [-0.2, 0.4, 0.4], [-0.5, -0.1, 0.2]][c]
    bowl = float(np.sum((x - np.array(shift) - 0.1 * b) ** 2) * [1, 2, 0.7, 1.5][c])
    return bowl + [0.2, 0.0, 0.35, 0.5][c] + [0.15, 0.3, 0.0][b] + 0.1 * math.sin(5 * x[0])


def peaks(p):
    k = int(p["k"][1:])
    return -math.exp(-((p["x"] - 0.1 * (k * 3 % 10)) ** 2) / 0.02) * (0.5 + 0.5 * ((k * 7 + 3) % 8) / 7.0)


def training(p):
    lr, wd = math.log10(p["lr"]), math.log10(p["wd"])
    best = {"sgd": -0.8, "adam": -3.0, "rms": -2.7}[p["opt"]]
    loss = 0.3 * abs(lr - best) ** 1.5 + 0.05 * (wd + 4) ** 2
    loss += {"sgd": 0.1, "adam": 0.02, "rms": 0.05}[p["opt"]] + 0.03 * abs(p["layers"] - 4)
    return 0.1 + loss + (5.0 if lr - best > 1 else 0) + 0.2 * max(0, p["drop"] - 0.3)


def picked(seed):
    """Two choices pick a function of two or three numbers, as in func2c."""
    r = np.random.default_rng(900 + seed)
    rows, columns, d = 3, 3 + seed % 2, 2 + seed % 2
    shift, scale = r.uniform(-0.5, 0.5, (rows, columns, d)), r.uniform(0.5, 4, (rows, columns))
    base, pitch = r.uniform(0, 0.6, (rows, columns)), r.uniform(3, 9, (rows, columns))
    height = r.uniform(0, 0.3, (rows, columns))

    def function(p):
        at = int(p["b"][1:]), int(p["c"][1:])
        x = np.array([p[f"x{i}"] for i in range(d)]) - shift[at]
        waves = height[at] * np.sum(1 - np.cos(pitch[at] * x))
        return float(scale[at] * np.sum(x**2) + base[at] + waves)

    space = [Cat("b", tuple(f"b{i}" for i in range(rows))), Cat("c", tuple(f"c{i}" for i in range(columns)))]
    space += [Float(f"x{i}", -1, 1) for i in range(d)]
    return Problem(f"devcat_pick{seed}", "devcat", space, function, optimum=float(base.min()))


def with_choices():
    x = [Float(f"x{i}", -1, 1) for i in range(3)]
    yield Problem("devcat_quad", "devcat", [Cat("c", tuple("abcd")), Cat("b", tuple("xyz")), *x], quad)
    space = [Cat("k", tuple(f"k{i}" for i in range(8))), Float("x", 0, 1)]
    yield Problem("devcat_peaks", "devcat", space, peaks)
    space = [Float("lr", 1e-6, 1, True), Float("wd", 1e-7, 1e-1, True), Cat("opt", ("sgd", "adam", "rms"))]
    yield Problem("devcat_hp", "devcat", [*space, Int("layers", 1, 8), Float("drop", 0, 0.8)], training)
    for seed in range(4):
        yield picked(seed)


def wells(seed):
    r = np.random.default_rng(500 + seed)
    d, count = [2, 3, 3, 4, 4, 5, 6, 6][seed], 3 + seed % 4
    centers = r.uniform(0.1, 0.9, (count, d))
    widths = r.uniform(0.15, 0.4, (count, d)) * math.sqrt(d / 2)
    depths, tilt = np.sort(r.uniform(0.5, 1, count))[::-1].copy(), r.normal(0, 0.1, d)

    def value(x):
        return float(-np.sum(depths * np.exp(-np.sum(((x - centers) / widths) ** 2, 1))) + tilt @ x)

    def optimum():
        from scipy.optimize import minimize

        starts = list(centers) + list(np.random.default_rng(0).uniform(0, 1, (100, d)))
        return min(minimize(value, start, bounds=[(0, 1)] * d).fun for start in starts)

    return Problem(
        f"devwells_{seed}",
        "devwells",
        f.box([(0, 1)] * d),
        lambda p: value(f.vector(p)),
        source="search",
        lazy_optimum=optimum,
    )


def tree(seed):
    r = np.random.default_rng(700 + seed)
    branches, d = 3 + seed % 2, 2
    target, slope = r.uniform(0, 1, (branches, d)), r.uniform(0.2, 2, (branches, d))
    base = r.permutation(np.append(0, r.uniform(0.05, 0.4, branches - 1)))
    shared = r.uniform(0, 1)

    def function(p):
        b = int(p["b"][1:])
        y = np.array([p[f"y{b}_{i}"] for i in range(d)])
        own = np.sum(slope[b] * np.abs(y - target[b]) ** 1.5)
        return float(base[b] + own + 0.5 * (p["z"] - shared - 0.1 * b) ** 2)

    space = [Cat("b", tuple(f"b{i}" for i in range(branches))), Float("z", 0, 1)]
    space += [Float(f"y{b}_{i}", 0, 1, when={"b": f"b{b}"}) for b in range(branches) for i in range(d)]
    return Problem(f"devtree_{seed}", "devtree", space, function, optimum=0.0)


def problems():
    made = [*from_coco(), *with_choices(), *map(wells, range(8)), *map(tree, range(4))]
    return {problem.name: problem for problem in made}
