"""Values that are no part of the landscape: crashes, flaky runs, heavy-tailed noise."""

from __future__ import annotations

from . import functions as f
from .base import Problem


def _crash(p):
    """A tenth of the box (x2 + x5 > 1.55) returns 1e12."""
    return 1e12 if p["x2"] + p["x5"] > 1.55 else f.hartmann6(f.vector(p))


def problems():
    out = {}

    def add(name, function, bounds, optimum, noise=None):
        out[name] = Problem(name, "outliers", f.box(bounds), function, optimum, noise=noise)

    add("hartmann6_crash", _crash, [(0, 1)] * 6, f.HARTMANN6_OPTIMUM)
    # one evaluation in ten fails wherever it is, and reports a million
    add(
        "branin_flaky",
        lambda p: f.branin(f.vector(p)),
        [(-5, 10), (0, 15)],
        f.BRANIN_OPTIMUM,
        lambda rng: 1e6 if rng.random() < 0.1 else 0.0,
    )
    # Student's t with two degrees of freedom (no variance), scale 10 on a range of about 650
    add(
        "styblinski4_tails",
        lambda p: f.styblinski(f.vector(p)),
        [(-5, 5)] * 4,
        -39.16616570377142 * 4,
        lambda rng: 10.0 * rng.standard_t(2),
    )
    return out
