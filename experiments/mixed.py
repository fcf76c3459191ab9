"""Trains a network with one hidden layer on two spirals, in plain Python, and reports its accuracy.

Parameters come by argv. After every fifth epoch it prints {"step": epoch, "accuracy": …}, at the
end {"accuracy": …}: the share of held-out points put on the right spiral.
"""

import argparse
import json
import math
import random

ACTIVATIONS = {
    # name: (function of the input, derivative as a function of the output)
    "tanh": (math.tanh, lambda y: 1 - y * y),
    "relu": (lambda x: max(x, 0.0), lambda y: 1.0 if y > 0 else 0.0),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-clip(x))), lambda y: y * (1 - y)),
}


def clip(x: float) -> float:
    return max(-50.0, min(50.0, x))


def spirals(count: int, rng: random.Random) -> list[tuple[list[float], float]]:
    """Points of two interleaved spirals with noise: ([x, y, x², y², xy], 0 or 1)."""
    points = []
    for i in range(count):
        label = i % 2
        radius = math.sqrt(rng.random())
        angle = 4.5 * radius + math.pi * label
        x = radius * math.cos(angle) + rng.gauss(0, 0.15)
        y = radius * math.sin(angle) + rng.gauss(0, 0.15)
        points.append(([x, y, x * x, y * y, x * y], float(label)))
    return points


class Network:
    """inputs → hidden → one logit, trained by gradient descent with momentum."""

    def __init__(self, inputs: int, hidden: int, activation: str, rng: random.Random):
        scale = 1 / math.sqrt(inputs)
        self.first = [[rng.gauss(0, scale) for _ in range(inputs + 1)] for _ in range(hidden)]
        self.second = [rng.gauss(0, 1 / math.sqrt(hidden)) for _ in range(hidden + 1)]
        self.first_speed = [[0.0] * (inputs + 1) for _ in range(hidden)]
        self.second_speed = [0.0] * (hidden + 1)
        self.function, self.derivative = ACTIVATIONS[activation]

    def forward(self, x: list[float]) -> tuple[list[float], float]:
        """Outputs of the hidden layer, and the probability of label 1."""
        hidden = [
            self.function(row[-1] + sum(w * v for w, v in zip(row, x))) for row in self.first
        ]
        logit = self.second[-1] + sum(w * h for w, h in zip(self.second, hidden))
        return hidden, 1 / (1 + math.exp(-clip(logit)))

    def train(self, batch: list[tuple[list[float], float]], rate: float, momentum: float) -> None:
        """One step on the mean gradient of the cross entropy."""
        first = [[0.0] * len(row) for row in self.first]
        second = [0.0] * len(self.second)
        for x, label in batch:
            hidden, probability = self.forward(x)
            error = (probability - label) / len(batch)
            for j, h in enumerate(hidden):
                second[j] += error * h
                back = error * self.second[j] * self.derivative(h)
                for i, v in enumerate(x):
                    first[j][i] += back * v
                first[j][-1] += back
            second[-1] += error
        step(self.second, self.second_speed, second, rate, momentum)
        for weights, speed, gradient in zip(self.first, self.first_speed, first):
            step(weights, speed, gradient, rate, momentum)

    def accuracy(self, points: list[tuple[list[float], float]]) -> float:
        right = sum((self.forward(x)[1] > 0.5) == (label > 0.5) for x, label in points)
        return right / len(points)


def step(weights, speed, gradient, rate, momentum) -> None:
    for i, g in enumerate(gradient):
        speed[i] = momentum * speed[i] - rate * g
        weights[i] = clip(weights[i] + speed[i])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--momentum", type=float, required=True)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--activation", choices=ACTIVATIONS, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--shuffle", choices=["true", "false"], required=True)
    args = parser.parse_args()

    rng = random.Random(0)
    train, valid = spirals(240, rng), spirals(400, rng)
    network = Network(5, args.hidden, args.activation, rng)
    for epoch in range(1, args.epochs + 1):
        if args.shuffle == "true":
            rng.shuffle(train)
        for start in range(0, len(train), args.batch):
            network.train(train[start : start + args.batch], args.learning_rate, args.momentum)
        if epoch % 5 == 0:
            print(json.dumps({"step": epoch, "accuracy": network.accuracy(valid)}), flush=True)
    print(json.dumps({"accuracy": network.accuracy(valid)}))


main()
