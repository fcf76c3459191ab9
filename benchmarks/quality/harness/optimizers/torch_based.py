"""Ax, a plain BoTorch loop and HEBO."""

from __future__ import annotations

import logging
import warnings

import numpy as np

from ..space import Cat, Float, Int
from .base import Optimizer


class Ax(Optimizer):
    """Ax's Client with all defaults (the centre, Sobol, then BoTorch)."""

    def start(self):
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        warnings.filterwarnings("ignore")
        from ax.api.client import Client
        from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("ax", "botorch")):
                logging.getLogger(name).setLevel(logging.CRITICAL)
        self.client = Client(random_seed=self.seed)
        parameters = []
        for p in self.space:
            if isinstance(p, Cat):
                parameters.append(
                    ChoiceParameterConfig(
                        name=p.name, parameter_type="str", values=list(p.choices), is_ordered=False
                    )
                )
            else:
                parameters.append(
                    RangeParameterConfig(
                        name=p.name,
                        parameter_type="float" if isinstance(p, Float) else "int",
                        bounds=(p.low, p.high),
                        scaling="log" if p.log else None,
                    )
                )
        self.client.configure_experiment(parameters=parameters, name="bench")
        self.client.configure_optimization(objective="-y")

    def ask(self):
        ((index, params),) = self.client.get_next_trials(max_trials=1).items()
        self.pending.append(index)
        return params

    def tell(self, params, value):
        self.client.complete_trial(trial_index=self.pending.popleft(), raw_data={"y": value})

    def recommend(self):
        return self.client.get_best_parameterization()[0]


class BoTorch(Optimizer):
    """A plain loop: 10 Sobol points, then SingleTaskGP (library defaults) and LogEI on the one-hot
    unit cube."""

    parallel = False
    initial = 10

    def start(self):
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        warnings.filterwarnings("ignore")
        from scipy.stats import qmc

        self.told, self.values = [], []
        self.generator = qmc.Sobol(len(self.space), scramble=True, rng=self.seed)
        from botorch.optim import optimize_acqf  # noqa: F401  (its import belongs to the start)

    def tell(self, params, value):
        self.told.append(params)
        self.values.append(value)

    def fit(self):
        import torch
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import SingleTaskGP
        from botorch.models.transforms import Standardize
        from gpytorch.mlls import ExactMarginalLogLikelihood

        x = torch.tensor([self.space.to_onehot(p) for p in self.told], dtype=torch.double)
        y = -torch.tensor(self.values, dtype=torch.double).unsqueeze(-1)
        model = SingleTaskGP(x, y, outcome_transform=Standardize(m=1))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        return model, x, y

    def ask(self):
        if len(self.told) < self.initial:
            return self.space.from_unit(self.generator.random(1)[0])
        import torch
        from botorch.acquisition import LogExpectedImprovement
        from botorch.optim import optimize_acqf

        model, x, y = self.fit()
        width = x.shape[1]
        bounds = torch.stack([torch.zeros(width, dtype=torch.double), torch.ones(width, dtype=torch.double)])
        acquisition = LogExpectedImprovement(model, best_f=y.max())
        point, _ = optimize_acqf(acquisition, bounds=bounds, q=1, num_restarts=10, raw_samples=512)
        return self.space.from_onehot(point[0].tolist())

    def recommend(self):
        model, x, _ = self.fit()
        return self.told[int(model.posterior(x).mean.argmax())]


class Hebo(Optimizer):
    parallel = False

    def start(self):
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(self.seed)
        np.random.seed(self.seed)
        warnings.filterwarnings("ignore")
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        parameters = []
        for p in self.space:
            if isinstance(p, Cat):
                parameters.append(dict(name=p.name, type="cat", categories=list(p.choices)))
                continue
            kind = ("pow" if p.log else "num") if isinstance(p, Float) else ("pow_int" if p.log else "int")
            base = {"base": 10} if p.log else {}
            parameters.append(dict(name=p.name, type=kind, lb=p.low, ub=p.high, **base))
        self.hebo = HEBO(DesignSpace().parse(parameters), scramble_seed=self.seed)

    def ask(self):
        frame = self.hebo.suggest(1)
        self.pending.append(frame)
        out = {}
        for p in self.space:
            value = frame.iloc[0][p.name]
            value = value.item() if hasattr(value, "item") else value
            if isinstance(p, Int):
                value = min(max(int(round(value)), p.low), p.high)
            elif isinstance(p, Float):
                value = min(max(float(value), p.low), p.high)
            out[p.name] = value
        return out

    def tell(self, params, value):
        self.hebo.observe(self.pending.popleft(), np.array([[float(value)]]))
