"""scikit-optimize, egobox and SMAC."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np

from ..space import Cat, Float, Int
from .base import Optimizer


def _plain(value):
    return value.item() if hasattr(value, "item") else value


class Skopt(Optimizer):
    parallel = False

    def start(self):
        warnings.filterwarnings("ignore")
        from skopt import Optimizer as SkoptOptimizer
        from skopt.space import Categorical, Integer, Real

        dimensions = []
        for p in self.space:
            if isinstance(p, Cat):
                dimensions.append(Categorical(list(p.choices), name=p.name))
            else:
                kind = Real if isinstance(p, Float) else Integer
                prior = "log-uniform" if p.log else "uniform"
                dimensions.append(kind(p.low, p.high, prior=prior, name=p.name))
        self.optimizer = SkoptOptimizer(dimensions, base_estimator="GP", random_state=self.seed)

    def ask(self):
        self.point = self.optimizer.ask()
        return {p.name: (str(v) if isinstance(p, Cat) else _plain(v)) for p, v in zip(self.space, self.point)}

    def tell(self, params, value):
        self.optimizer.tell(self.point, float(value))


class Egobox(Optimizer):
    """Egor with its defaults. It has no log scale: log parameters are given as their logarithm, log
    integers among them as floats that are rounded."""

    parallel = False

    def start(self):
        import egobox

        specs = []
        for p in self.space:
            if isinstance(p, Cat):
                specs.append(egobox.XSpec(egobox.XType.ENUM, tags=[str(c) for c in p.choices]))
            elif p.log:
                specs.append(egobox.XSpec(egobox.XType.FLOAT, [0.0, 1.0]))
            else:
                kind = egobox.XType.INT if isinstance(p, Int) else egobox.XType.FLOAT
                specs.append(egobox.XSpec(kind, [p.low, p.high]))
        self.egor = egobox.Egor(specs, seed=self.seed)
        count = max(len(self.space) + 1, 5)  # Egor's own default for the first Latin hypercube
        self.first = list(np.asarray(egobox.lhs(specs, count, seed=self.seed)))
        self.points, self.values = [], []

    def ask(self):
        n = len(self.points)
        if n < len(self.first):
            x = self.first[n]
        else:
            seen = np.array(self.points), np.array(self.values)[:, None]
            x = np.asarray(self.egor.suggest(*seen, seed=self.seed * 1000 + n))[0]
        self.point = np.array(x, float)
        out = {}
        for p, v in zip(self.space, self.point):
            if isinstance(p, Cat):
                out[p.name] = p.choices[int(round(v))]
            elif p.log:
                out[p.name] = p.from_unit(v)
            elif isinstance(p, Int):
                out[p.name] = int(round(v))
            else:
                out[p.name] = min(max(float(v), p.low), p.high)
        return out

    def tell(self, params, value):
        self.points.append(self.point)
        self.values.append(float(value))


class Smac(Optimizer):
    """SMAC is told the number of trials: its first design grows with it."""

    parallel = False
    facade = "HyperparameterOptimizationFacade"

    def start(self):
        warnings.filterwarnings("ignore")
        logging.disable(logging.WARNING)
        import smac
        from ConfigSpace import Categorical, ConfigurationSpace
        from ConfigSpace import Float as ConfigFloat
        from ConfigSpace import Integer as ConfigInteger

        space = ConfigurationSpace(seed=self.seed)
        for p in self.space:
            if isinstance(p, Cat):
                space.add([Categorical(p.name, list(p.choices))])
            else:
                kind = ConfigFloat if isinstance(p, Float) else ConfigInteger
                space.add([kind(p.name, (p.low, p.high), log=p.log)])
        self.folder = tempfile.TemporaryDirectory()
        scenario = smac.Scenario(
            space,
            n_trials=self.budget,
            seed=self.seed,
            deterministic=True,
            output_directory=Path(self.folder.name),
        )
        facade = getattr(smac, self.facade)
        self.smac = facade(
            scenario,
            lambda config, seed=0: 0.0,
            intensifier=facade.get_intensifier(scenario, max_config_calls=1),
            overwrite=True,
            logging_level=40,
        )

    def ask(self):
        self.info = self.smac.ask()
        return {k: _plain(v) for k, v in dict(self.info.config).items()}

    def tell(self, params, value):
        from smac.runhistory.dataclasses import TrialValue

        self.smac.tell(self.info, TrialValue(cost=float(value), time=0.0))


class SmacBlackBox(Smac):
    facade = "BlackBoxFacade"
