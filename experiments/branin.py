"""Branin's function as a command objective: parameters from argv, the value as one line of JSON."""

import argparse
import json
import math


def branin(x1: float, x2: float) -> float:
    """Branin (1972), with the usual constants; minimum 0.397887, e.g. at (pi, 2.275)."""
    a = x2 - 5.1 / (4 * math.pi**2) * x1**2 + 5 / math.pi * x1 - 6
    return a**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x1) + 10


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--x1", type=float, required=True)
parser.add_argument("--x2", type=float, required=True)
args = parser.parse_args()
print(json.dumps({"value": branin(args.x1, args.x2)}))
