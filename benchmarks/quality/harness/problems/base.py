"""What a problem is, and the cache of expensive evaluations."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from ..space import Space

CACHE = Path(__file__).resolve().parents[2] / "cache.sqlite"


class Problem:
    """A function to minimise over a space.

    `optimum` is the least noise-free value and `source` says how it is known; None: the best value
    seen in any run stands in for it. `noise` draws one error from a generator; None: no noise.
    `budget` is the usual number of trials. `cache` keeps the values of a slow function on disk.
    """

    def __init__(
        self,
        name,
        group,
        space,
        function,
        optimum=None,
        source="analytic",
        noise=None,
        budget=50,
        cache=False,
        lazy_optimum=None,
    ):
        self.name, self.group, self.function = name, group, function
        self.space = space if isinstance(space, Space) else Space(space)
        self.source, self.noise, self.budget, self.cache = source, noise, budget, cache
        self._optimum, self._lazy_optimum = optimum, lazy_optimum

    @property
    def noisy(self):
        return self.noise is not None

    @property
    def optimum(self):
        if self._optimum is None and self._lazy_optimum is not None:
            self._optimum = self._lazy_optimum()
        return self._optimum

    def true_value(self, params):
        """The noise-free value."""
        if self.cache:
            return _cached(self.name, params, self.function)
        return float(self.function(params))

    def evaluate(self, params, rng):
        """(observed, noise-free)"""
        true = self.true_value(params)
        return (true + self.noise(rng) if self.noisy else true), true


_database = None


def _cached(name, params, function):
    global _database
    if _database is None:
        _database = sqlite3.connect(CACHE, timeout=60, isolation_level=None)
        _database.execute("create table if not exists c(k text primary key, v real)")
    rounded = {k: (float(f"{v:.9g}") if isinstance(v, float) else v) for k, v in params.items()}
    key = name + json.dumps(rounded, sort_keys=True)
    row = _database.execute("select v from c where k=?", (key,)).fetchone()
    if row:
        return row[0]
    value = float(function(rounded))
    _database.execute("insert or replace into c values(?,?)", (key, value))
    return value


def gaussian(sd):
    return lambda rng: sd * rng.standard_normal()
