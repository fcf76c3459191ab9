#!/usr/bin/env python3
"""How often the interval of a recommendation holds the truth.

    interval.py "../../target/release/surmise ask-tell" [--problems group:noisy] [--seeds 0-19] [--after 20,50]

Runs an engine on problems with noise and asks for its recommendation on the way; the answer must hold `mean`,
`standard_error` and `trial`, too. Counts how often mean ± 1.96 standard errors and mean ± 1 hold the noise-free value at
the trial recommended: 95 % and 68 % would be right. Beside it, in standard deviations of the noise: the median standard
error, the median distance between mean and truth, and by how much the trial recommended is worse than the best one so
far, both without noise, on average.
"""

import argparse
import zlib

import numpy as np

from harness import problems
from harness.optimizers.external import Exec
from harness.report import table


class Recommending(Exec):
    def recommendation(self):
        """All of the answer: params, mean, standard_error and the number of the trial."""
        self.send({"recommend": 1})
        return self.receive(self.ask_timeout)


def study(problem, seed, after, command):
    """After each of so many trials: errors in standard errors, and what the docstring lists."""
    rng = np.random.default_rng([zlib.crc32(problem.name.encode()), seed])
    engine = Recommending(problem.space, seed, after[-1], command)
    observed, true, answers = [], [], []
    for trial in range(after[-1]):
        params = engine.ask()
        for values, value in zip((observed, true), problem.evaluate(params, rng)):
            values.append(value)
        engine.tell(params, observed[-1])
        if trial + 1 in after:
            answers.append((trial + 1, engine.recommendation()))
    engine.close()
    deviation = np.std(np.subtract(observed, true))
    for n, answer in answers:
        truth, error = true[answer["trial"]], answer["standard_error"]
        off = abs(answer["mean"] - truth)
        yield n, (off / error, error / deviation, off / deviation, (truth - min(true[:n])) / deviation)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("--problems", default="group:noisy")
    parser.add_argument("--seeds", default="0-19")
    parser.add_argument("--after", default="20,50")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    after = sorted(map(int, arguments.after.split(",")))
    chosen = [problems.get(name) for name in problems.select(arguments.problems)]
    assert all(problem.noisy for problem in chosen), "without noise there is no luck to see through"
    found = {n: [] for n in after}
    for problem in chosen:
        for seed in range(int(first), int(last or first) + 1):
            for n, row in study(problem, seed, after, arguments.command):
                found[n].append(row)
    rows = []
    for n, values in found.items():
        off, error, distance, excess = np.array(values).T
        held = (f"{np.mean(off <= width):.0%}" for width in (1.96, 1))
        median = (f"{np.median(x):.2f}" for x in (error, distance))
        rows.append([str(n), str(len(off)), *held, *median, f"{np.mean(excess):.2f}"])
    header = ["after", "studies", "held by 95 %", "held by 68 %", "standard error", "distance", "worse than the best"]
    print("\n".join(table(header, rows)))


if __name__ == "__main__":
    main()
