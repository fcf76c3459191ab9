"""Fits one of three classifiers to two interleaved spirals, in plain Python, and prints its accuracy.

Only the chosen model's arguments are given: surmise leaves out those of inactive parameters. The two
inputs have very different ranges, so that scaling them matters to some of the models.
"""

import argparse
import json
import math
import random

Point = list[float]


def spirals(count: int, rng: random.Random) -> tuple[list[Point], list[int]]:
    points, labels = [], []
    for i in range(count):
        label = i % 2
        radius = math.sqrt(rng.random())
        angle = 4.5 * radius + math.pi * label
        x = radius * math.cos(angle) + rng.gauss(0, 0.18)
        y = radius * math.sin(angle) + rng.gauss(0, 0.18)
        points.append([100 * x, y])
        labels.append(label)
    return points, labels


def scaled(train: list[Point], points: list[Point]) -> list[Point]:
    """The points with the mean and the standard deviation of the training set taken out."""
    columns = list(zip(*train))
    means = [sum(c) / len(c) for c in columns]
    spreads = [
        math.sqrt(sum((v - m) ** 2 for v in c) / len(c)) for c, m in zip(columns, means)
    ]
    return [[(v - m) / s for v, m, s in zip(p, means, spreads)] for p in points]


def logistic(points, labels, rate: float, steps: int):
    """Gradient descent on the cross entropy over products of the inputs up to the third order."""

    def features(p: Point) -> list[float]:
        x, y = p
        return [1.0, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]

    rows = [features(p) for p in points]
    weights = [0.0] * len(rows[0])

    def probability(row: list[float]) -> float:
        logit = sum(w * v for w, v in zip(weights, row))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))

    for _ in range(steps):
        gradient = [0.0] * len(weights)
        for row, label in zip(rows, labels):
            error = (probability(row) - label) / len(rows)
            for k, v in enumerate(row):
                gradient[k] += error * v
        weights = [max(-1e6, min(1e6, w - rate * g)) for w, g in zip(weights, gradient)]
    return lambda p: int(probability(features(p)) > 0.5)


def neighbours(points, labels, k: int, weights: str):
    def predict(p: Point) -> int:
        near = sorted((math.dist(p, q), label) for q, label in zip(points, labels))[:k]
        vote = 0.0
        for distance, label in near:
            weight = 1 / (distance + 1e-9) if weights == "distance" else 1.0
            vote += weight if label else -weight
        return int(vote > 0)

    return predict


def forest(points, labels, trees: int, depth: int, rng: random.Random):
    """Trees that split at random places, each grown to a depth."""

    def grow(indices: list[int], left: int):
        share = sum(labels[i] for i in indices) / len(indices)
        if left == 0 or share in (0.0, 1.0):
            return share
        column = rng.randrange(2)
        values = [points[i][column] for i in indices]
        cut = rng.uniform(min(values), max(values))
        below = [i for i in indices if points[i][column] < cut]
        above = [i for i in indices if points[i][column] >= cut]
        if not below or not above:
            return share
        return column, cut, grow(below, left - 1), grow(above, left - 1)

    def share(node, p: Point) -> float:
        while isinstance(node, tuple):
            column, cut, below, above = node
            node = below if p[column] < cut else above
        return node

    grown = [grow(list(range(len(points))), depth) for _ in range(trees)]
    return lambda p: int(sum(share(tree, p) for tree in grown) / trees > 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=["true", "false"], required=True)
    parser.add_argument("--model", choices=["logistic", "neighbours", "forest"], required=True)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--k", type=int)
    parser.add_argument("--weights", choices=["uniform", "distance"], default="uniform")
    parser.add_argument("--trees", type=int)
    parser.add_argument("--depth", type=int)
    args = parser.parse_args()

    rng = random.Random(0)
    (train, labels), (valid, truth) = spirals(200, rng), spirals(300, rng)
    if args.scale == "true":
        train, valid = scaled(train, train), scaled(train, valid)
    if args.model == "logistic":
        predict = logistic(train, labels, args.rate, args.steps)
    elif args.model == "neighbours":
        predict = neighbours(train, labels, args.k, args.weights)
    else:
        predict = forest(train, labels, args.trees, args.depth, rng)
    right = sum(predict(p) == label for p, label in zip(valid, truth))
    print(json.dumps({"accuracy": right / len(valid)}))


main()
