"""What an adapter is, random search and Sobol points."""

from __future__ import annotations

import time
from collections import deque

import numpy as np


class Unsupported(Exception):
    """The optimizer cannot do this kind of problem or run."""


class Optimizer:
    """ask() proposes parameters; tell(params, value) answers the oldest proposal not yet told.

    recommend() is the optimizer's own choice of the best point, by its model; None: it has none.
    """

    conditional = False  # spaces with conditions
    constraints = False  # constraints on the parameters
    parallel = True  # several asks before a tell
    own_process = False  # cpu() counts a process that does nothing but optimize

    def __init__(self, space, seed, budget):
        if space.conditional and not self.conditional:
            raise Unsupported("conditions")
        if space.constraints and not self.constraints:
            raise Unsupported("constraints")
        self.space, self.seed, self.budget = space, seed, budget
        self.pending = deque()  # what the library needs to know a proposal by
        self.redraws = 0  # proposals thrown away because a constraint forbids them
        self.start()

    def start(self):
        pass

    def ask(self):
        raise NotImplementedError

    def tell(self, params, value):
        pass

    def recommend(self):
        return None

    def cpu(self):
        return time.process_time()

    def close(self):
        pass


class Random(Optimizer):
    conditional = constraints = True

    def start(self):
        self.rng = np.random.default_rng(self.seed)

    def point(self):
        return self.rng.random(len(self.space))

    def ask(self):
        while True:
            params = self.space.from_unit(self.point())
            if self.space.is_feasible(params):
                return params
            self.redraws += 1


class Sobol(Random):
    """Owen-scrambled; infeasible points are passed over."""

    def start(self):
        from scipy.stats import qmc

        self.generator = qmc.Sobol(len(self.space), scramble=True, rng=self.seed)

    def point(self):
        return self.generator.random(1)[0]
