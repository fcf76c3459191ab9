"""Normalised regret, bootstrap intervals and ranks.

symbol   meaning
r        regret of one run: (score - best known) / (median score of random search - best known), both
         after the same number of trials; 0 is the optimum, 1 is random search; never below 0
P, S     problems, seeds (their number may differ from problem to problem)
"""

from __future__ import annotations

import numpy as np

CAP = 3.0  # a mean counts no run worse than this: one disaster must not decide a table
FLOOR = 1e-3  # a geometric mean counts a thousandth of random's regret as solved
DRAWS = 2000


def regret(score, best, random):
    if random <= best:  # random search finds the best known: all that counts is whether a run does
        return float(score > best)
    return max(0.0, score - best) / (random - best)


def capped(r):
    return np.minimum(np.asarray(r, float), CAP)


def logged(r):
    return np.log(np.maximum(np.asarray(r, float), FLOOR))


def draws(samples, rng):
    """Means of bootstrap samples of the seeds, problem by problem: DRAWS × P."""
    columns = []
    for values in samples:
        values = np.asarray(values, float)
        columns.append(values[rng.integers(len(values), size=(DRAWS, len(values)))].mean(1))
    return np.stack(columns, 1)


def over_problems(drawn, rng):
    """The same with the problems drawn again too: DRAWS."""
    pick = rng.integers(drawn.shape[1], size=drawn.shape)
    return np.take_along_axis(drawn, pick, 1).mean(1)


def interval(values):
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def summary(samples, transform=capped):
    """(mean over problems of means over seeds, its 95 % interval over seeds, and over problems and
    seeds) of a list of P arrays of regrets."""
    rng = np.random.default_rng(0)
    samples = [transform(values) for values in samples]
    drawn = draws(samples, rng)
    mean = float(np.mean([values.mean() for values in samples]))
    return mean, interval(drawn.mean(1)), interval(over_problems(drawn, rng))


def difference(ours, theirs, transform=capped):
    """As `summary`, of ours - theirs; the problems are paired, the seeds are not. Fourth: for each
    problem its mean difference and interval over seeds."""
    rng = np.random.default_rng(0)
    ours, theirs = [transform(v) for v in ours], [transform(v) for v in theirs]
    drawn = draws(ours, rng) - draws(theirs, rng)
    means = [a.mean() - b.mean() for a, b in zip(ours, theirs)]
    each = [(float(m), interval(drawn[:, i])) for i, m in enumerate(means)]
    return float(np.mean(means)), interval(drawn.mean(1)), interval(over_problems(drawn, rng)), each


def ranks(medians):
    """{name: rank} of {name: median regret}; ties share their mean rank."""
    out = {}
    for name, value in medians.items():
        below = sum(other < value - 1e-12 for other in medians.values())
        equal = sum(abs(other - value) <= 1e-12 for other in medians.values())
        out[name] = 1 + below + 0.5 * (equal - 1)
    return out
