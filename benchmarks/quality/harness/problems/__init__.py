"""All problems by name."""

from __future__ import annotations

import os
import runpy
from functools import lru_cache

from . import coco, conditional, constrained, hpo, mixed, outliers, sparse, synthetic
from .base import Problem

__all__ = ["CORE", "GROUPS", "MINI", "Problem", "get", "registry", "select"]

GROUPS = ["synthetic", "bbob", "noisy", "mixed", "hpo", "conditional", "sparse", "constrained", "outliers"]  # fmt: skip

# the five groups measured first, without rosenbrock5 (see the README)
CLASSIC_GROUPS = GROUPS[:5]

# smaller selections for expensive methods
CORE = [
    "branin", "hartmann6", "ackley5", "rosenbrock5s", "griewank10", "bbob_f10", "bbob_f15",
    "hartmann6_noisy", "ackley_cat5", "nn_surface", "mixint_f8", "svm_digits", "gb_cancer", "mlp_digits",
]  # fmt: skip
MINI = [
    "hartmann6", "rosenbrock5s", "bbob_f15", "hartmann6_noisy", "nn_surface", "mixint_f8",
    "svm_digits", "gb_cancer",
]  # fmt: skip


@lru_cache(None)
def registry() -> dict[str, Problem]:
    out = {}
    out.update(synthetic.problems())
    out.update(coco.bbob())
    for module in (mixed, hpo, conditional, sparse, constrained, outliers):
        out.update(module.problems())
    if extra := os.environ.get("QUALITY_EXTRA"):  # a file that defines problems() -> {name: Problem}
        out.update(runpy.run_path(extra)["problems"]())
    return out


def get(name) -> Problem:
    return registry()[name]


def select(text) -> list[str]:
    """Names from `all`, `classic`, `core`, `mini`, `group:NAME`, `new` and names, comma separated."""
    out = []
    for part in text.split(","):
        if part == "core":
            out += CORE
        elif part == "mini":
            out += MINI
        elif part in ("all", "classic", "new") or part.startswith("group:"):
            groups = {"all": GROUPS, "classic": CLASSIC_GROUPS, "new": GROUPS[5:]}.get(part, [part[6:]])
            out += [n for n, p in registry().items() if p.group in groups and n != "rosenbrock5"]
        elif part in registry():
            out.append(part)
        else:
            raise SystemExit(f"unknown problem {part!r}; see: bench.py list")
    return list(dict.fromkeys(out))
