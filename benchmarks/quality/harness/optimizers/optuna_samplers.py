"""Optuna's samplers, each with its defaults, by ask and tell."""

from __future__ import annotations

import warnings

from .. import expressions
from ..space import Cat, Float
from .base import Optimizer, Random

# How often an infeasible proposal is thrown away before a feasible point is drawn at random.
REDRAWS = 50


class Optuna(Optimizer):
    """Conditions are define-by-run: only active parameters are suggested.

    Constraints go through `constraints_func`. Optuna learns them from told trials only, so an
    infeasible proposal is told at once, with its excess and the worst feasible value so far, and
    another is asked for; none of this costs a trial. Before Optuna's ten start-up trials are over,
    when it draws at random, an infeasible proposal is told as failed, which is plain rejection.
    """

    conditional = constraints = True
    startup = 10

    def start(self):
        import optuna
        from optuna import distributions as d

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore")
        self.failed = optuna.trial.TrialState.FAIL
        self.worst, self.told = float("-inf"), 0
        options = {"seed": self.seed}
        if self.space.constraints:
            options["constraints_func"] = lambda trial: self.excess(trial.params)
        self.study = optuna.create_study(direction="minimize", sampler=self.sampler(options))
        self.distributions = {}
        for p in self.space:
            if isinstance(p, Cat):
                self.distributions[p.name] = d.CategoricalDistribution(p.choices)
            else:
                kind = d.FloatDistribution if isinstance(p, Float) else d.IntDistribution
                self.distributions[p.name] = kind(p.low, p.high, log=p.log)

    def sampler(self, options):
        raise NotImplementedError

    def excess(self, params):
        return [
            expressions.excess(text, params) if expressions.names(text) <= params.keys() else 0.0
            for text in self.space.constraints
        ]

    def propose(self):
        if not self.space.conditional:
            return self.study.ask(self.distributions)
        trial, params = self.study.ask(), {}
        for p in self.space:
            if self.space.is_active(p, params):
                if isinstance(p, Cat):
                    params[p.name] = trial.suggest_categorical(p.name, p.choices)
                else:
                    suggest = trial.suggest_float if isinstance(p, Float) else trial.suggest_int
                    params[p.name] = suggest(p.name, p.low, p.high, log=p.log)
        return trial

    def ask(self):
        trial, tries = self.propose(), 0
        while not self.space.is_feasible(trial.params):
            self.redraws, tries = self.redraws + 1, tries + 1
            if self.told < self.startup:
                self.study.tell(trial, state=self.failed)
            else:
                self.study.tell(trial, self.worst)
                if tries == REDRAWS:
                    point = Random(self.space, self.seed + self.told, self.budget).ask()
                    self.study.enqueue_trial(point)
            trial = self.propose()
        self.pending.append(trial)
        return dict(trial.params)

    def tell(self, params, value):
        if self.pending:
            self.study.tell(self.pending.popleft(), value)
        else:  # a point of someone else's choice
            from optuna.trial import create_trial

            known = {name: self.distributions[name] for name in params}
            self.study.add_trial(create_trial(params=params, distributions=known, value=value))
        self.worst, self.told = max(self.worst, value), self.told + 1


class TPE(Optuna):
    """Optuna 5: multivariate by default."""

    def sampler(self, options):
        from optuna.samplers import TPESampler

        return TPESampler(**options)


class TPEMultivariate(Optuna):
    def sampler(self, options):
        from optuna.samplers import TPESampler

        return TPESampler(multivariate=True, **options)


class TPEUnivariate(Optuna):
    """The default before Optuna 5."""

    def sampler(self, options):
        from optuna.samplers import TPESampler

        return TPESampler(multivariate=False, **options)


class TPEGroup(Optuna):
    """What Optuna's documentation recommends for conditional spaces."""

    def sampler(self, options):
        from optuna.samplers import TPESampler

        return TPESampler(multivariate=True, group=True, **options)


class GP(Optuna):
    def sampler(self, options):
        from optuna.samplers import GPSampler

        return GPSampler(**options)


class CMAES(Optuna):
    conditional = constraints = False

    def sampler(self, options):
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(**options)
