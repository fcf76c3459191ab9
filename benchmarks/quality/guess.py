#!/usr/bin/env python3
"""What a guess is worth, right or wrong.

    guess.py "../../target/release/surmise ask-tell" [--problems branin,hartmann6] [--seeds 0-9]

For each problem and seed three studies of 50 trials: without guesses; with the optimum guessed for every parameter; with
the end of every range that lies farther from the optimum. The spread is the engine's default. Prints geometric means of
the regret (floor 0.001; 1 is random search) after 10, 20 and 50 trials.
"""

import argparse
import math
import statistics

import numpy as np

from harness import problems
from harness.optimizers.external import Exec
from harness.report import table
from harness.space import Space

# Where the optimum lies; of several, one.
OPTIMA = {
    "branin": [math.pi, 2.275],
    "hartmann3": [0.114614, 0.555649, 0.852547],
    "hartmann6": [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573],
    "ackley5": [3.7, -2.1, 4.3, -3.4, 2.8],
    "rosenbrock5s": [1.629, 0.643, 1.731, 0.422, 1.476],
    "styblinski5": [-2.903534] * 5,
}
CHECKPOINTS = (10, 20, 50)
FLOOR = 1e-3


class Guessing(Space):
    """A space whose parameters carry guesses, one each, or none."""

    guesses = ()

    def to_json(self):
        declared = super().to_json()
        for parameter, guess in zip(declared, self.guesses):
            parameter["guess"] = guess
        return declared


def traces(problem, guesses, seeds, command):
    """The best value after each trial, a row a seed."""
    space = Guessing(problem.space)
    space.guesses = guesses
    rows = []
    for seed in seeds:
        engine = Exec(space, seed, CHECKPOINTS[-1], command)
        values = []
        for _ in range(CHECKPOINTS[-1]):
            params = engine.ask()
            values.append(problem.true_value(params))
            engine.tell(params, values[-1])
        engine.close()
        rows.append(np.minimum.accumulate(values))
    return np.array(rows)


def chance(problem):
    """The median over 200 random searches of the best value after each trial."""
    rng = np.random.default_rng(0)
    draw = lambda: problem.true_value({p.name: rng.uniform(p.low, p.high) for p in problem.space})  # noqa: E731
    values = np.array([[draw() for _ in range(CHECKPOINTS[-1])] for _ in range(200)])
    return np.median(np.minimum.accumulate(values, axis=1), axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("--problems", default=",".join(OPTIMA))
    parser.add_argument("--seeds", default="0-9")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    logs = {"none": [], "right": [], "wrong": []}
    for name in arguments.problems.split(","):
        problem = problems.get(name)
        right = OPTIMA[name]
        params = {p.name: x for p, x in zip(problem.space, right)}
        assert problem.true_value(params) - problem.optimum < 1e-3, f"{name}: not its optimum"
        wrong = [p.low if x > 0.5 * (p.low + p.high) else p.high for p, x in zip(problem.space, right)]
        scale = chance(problem) - problem.optimum
        for kind, guesses in (("none", []), ("right", right), ("wrong", wrong)):
            regret = (traces(problem, guesses, seeds, arguments.command) - problem.optimum) / scale
            logs[kind].append(np.log10(np.maximum(regret, FLOOR)))
    rows = []
    for kind, regrets in logs.items():
        means = (statistics.mean(r[:, n - 1].mean() for r in regrets) for n in CHECKPOINTS)
        rows.append([kind, *(f"{10**mean:.3f}" for mean in means)])
    print("\n".join(table(["guesses", *(f"after {n}" for n in CHECKPOINTS)], rows)))


if __name__ == "__main__":
    main()
