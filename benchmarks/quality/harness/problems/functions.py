"""Test functions of a vector, and helpers to make spaces and vectors."""

from __future__ import annotations

import math

import numpy as np

from ..space import Float


def vector(params):
    """x0, x1, … as an array."""
    return np.array([params[f"x{i}"] for i in range(len(params))], float)


def box(bounds):
    return [Float(f"x{i}", float(low), float(high)) for i, (low, high) in enumerate(bounds)]


# Shifts that keep optima away from the middle of their boxes (some methods try the centre first).
SHIFT = np.array([0.37, -0.21, 0.43, -0.34, 0.28, 0.11, -0.45, 0.19, -0.13, 0.31])

BRANIN_OPTIMUM = 0.39788735772973816
HARTMANN3_OPTIMUM = -3.86278214782076
HARTMANN6_OPTIMUM = -3.32236801141551

_ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
_H3_A = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
_H3_P = 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
_H6_A = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_H6_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def branin(x):
    a, b = x[0], x[1]
    bowl = (b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6) ** 2
    return bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def hartmann3(x):
    return -float(_ALPHA @ np.exp(-np.sum(_H3_A * (x - _H3_P) ** 2, 1)))


def hartmann6(x):
    return -float(_ALPHA @ np.exp(-np.sum(_H6_A * (x - _H6_P) ** 2, 1)))


def ackley(x):
    d = len(x)
    hole = -20 * math.exp(-0.2 * math.sqrt(x @ x / d))
    return hole - math.exp(np.cos(2 * math.pi * x).sum() / d) + 20 + math.e


def levy(x):
    w = 1 + (x - 1) / 4
    middle = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2))
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(math.sin(math.pi * w[0]) ** 2 + middle + last)


def rosenbrock(x):
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def rastrigin(x):
    return float(10 * len(x) + np.sum(x * x - 10 * np.cos(2 * math.pi * x)))


def styblinski(x):
    return float(0.5 * np.sum(x**4 - 16 * x**2 + 5 * x))


def michalewicz(x):
    i = np.arange(1, len(x) + 1)
    return -float(np.sum(np.sin(x) * np.sin(i * x * x / math.pi) ** 20))


def griewank(x):
    i = np.arange(1, len(x) + 1)
    return float(np.sum(x * x) / 4000 - np.prod(np.cos(x / np.sqrt(i))) + 1)


def camel(x):
    """Six-hump camel back; optimum -1.0316284534898774."""
    a, b = x[0], x[1]
    return (4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (-4 + 4 * b**2) * b**2


def beale(x):
    a, b = x[0], x[1]
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2
