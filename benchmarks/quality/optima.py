#!/usr/bin/env python3
"""Searches for a problem's optimum by brute force, to find or to check the value that is stated.

usage: optima.py NAME…      (a problem, or a selection such as group:constrained)

100,000 random points, the best 40 of them polished, and three runs of differential evolution, each
polished too. Polishing is Nelder-Mead on the unit cube, which can leave neither the box nor the
feasible set, restarted until it stands still, and SLSQP where the constraints are smooth.
Integers and categories take part through their rounding.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
from scipy.optimize import differential_evolution, minimize

from harness import expressions, problems

BAD = 1e13


def value(problem, u):
    if np.any(u < 0) or np.any(u > 1):
        return BAD
    params = problem.space.from_unit(u)
    return problem.true_value(params) if problem.space.is_feasible(params) else BAD


def polish(problem, u):
    f = lambda v: value(problem, v)  # noqa: E731
    best, at = f(u), u
    if problem.space.constraints:
        slack = [
            {"type": "ineq", "fun": lambda v, t=text: -expressions.excess(t, problem.space.from_unit(v))}
            for text in problem.space.constraints
        ]
        smooth = lambda v: problem.true_value(problem.space.from_unit(np.clip(v, 0, 1)))  # noqa: E731
        found = minimize(smooth, at, method="SLSQP", bounds=[(0, 1)] * len(u), constraints=slack)
        for shrink in (0.0, 1e-12, 1e-9):  # back inside by a hair
            v = np.clip(found.x + shrink * (at - found.x), 0, 1)
            if f(v) < best:
                best, at = f(v), v
    for _ in range(20):
        options = {"xatol": 1e-12, "fatol": 1e-14, "maxiter": 4000, "maxfev": 8000, "adaptive": True}
        found = minimize(f, at, method="Nelder-Mead", options=options)
        if found.fun >= best - 1e-12 * max(1.0, abs(best)):
            break
        best, at = found.fun, found.x
    return best, at


def search(problem, seed=0):
    rng = np.random.default_rng(seed)
    d = len(problem.space)
    points = rng.random((100_000, d))
    values = np.array([value(problem, u) for u in points])
    starts = list(points[np.argsort(values)[:40]])
    for s in range(3):
        found = differential_evolution(
            lambda u: value(problem, u), [(0, 1)] * d, seed=s, maxiter=600, tol=1e-12, polish=False
        )
        starts.append(found.x)
    return min((polish(problem, u) for u in starts), key=lambda pair: pair[0])


def main():
    warnings.filterwarnings("ignore")
    for name in problems.select(",".join(sys.argv[1:])):
        problem = problems.get(name)
        if problem.cache or len(problem.space) > 20:
            print(f"{name}: too slow for this script", flush=True)
            continue
        best, at = search(problem)
        stated = "none" if problem.optimum is None else f"{problem.optimum:.10g}"
        print(f"{name}: found {best:.10g}, stated {stated}, at {problem.space.from_unit(at)}", flush=True)


if __name__ == "__main__":
    main()
