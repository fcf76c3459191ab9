"""Checks the harness itself: venv/bin/python -m unittest test_harness (half a minute)."""

from __future__ import annotations

import json
import sys
import textwrap
import unittest

import numpy as np

from harness import expressions, problems, results, statistics
from harness.optimizers.external import Exec
from harness.space import Cat, Float, Int, Space
from harness.worker import run_job


def served(name):
    return f"exec:served={sys.executable} -m harness.serve {name}"


def job(optimizer, problem, budget=20, parallel=1, seed=0):
    return {
        "optimizer": optimizer,
        "problem": problem,
        "seed": seed,
        "budget": budget,
        "parallel": parallel,
        "timeout": 100,
    }


class Spaces(unittest.TestCase):
    def test_expressions(self):
        self.assertTrue(expressions.holds("batch * width <= 65536", {"batch": 256, "width": 256}))
        self.assertFalse(expressions.holds("batch * width <= 65536", {"batch": 256, "width": 257}))
        self.assertTrue(expressions.holds("0 <= a < 1 and kind == 'x'", {"a": 0.5, "kind": "x"}))
        self.assertAlmostEqual(expressions.excess("x0 + x1 >= 1.2", {"x0": 0.1, "x1": 1.0}), 0.1)
        for bad in ("__import__('os')", "a[0] < 1", "a if b else c", "a.b < 1"):
            with self.assertRaises(ValueError):
                expressions.parse(bad)

    def test_conditions(self):
        space = Space(
            [
                Cat("model", ("svm", "knn")),
                Cat("kernel", ("rbf", "linear"), when={"model": "svm"}),
                Float("gamma", 0.1, 1.0, when={"kernel": ["rbf"]}),
                Int("layers", 1, 3),
                Int("width2", 1, 9, when="layers >= 2"),
            ]
        )
        self.assertEqual(space.from_unit([0.9, 0.0, 0.5, 0.1, 0.5]), {"model": "knn", "layers": 1})
        full = space.from_unit([0.0, 0.0, 0.5, 0.9, 0.5])
        self.assertEqual(list(full), ["model", "kernel", "gamma", "layers", "width2"])
        with self.assertRaisesRegex(ValueError, "inactive"):
            space.check({"model": "knn", "layers": 1, "gamma": 0.5})
        with self.assertRaisesRegex(ValueError, "missing"):
            space.check({"model": "knn", "layers": 2})
        with self.assertRaisesRegex(ValueError, "parents"):
            Space([Float("gamma", 0, 1, when={"kernel": "rbf"}), Cat("kernel", ("rbf",))])
        again = Space.from_json(json.loads(json.dumps(space.to_json())))
        self.assertEqual(list(again), list(space))

    def test_no_point_beats_the_stated_optimum(self):
        rng = np.random.default_rng(0)
        for name, problem in problems.registry().items():
            if problem.cache:
                continue
            for _ in range(300):
                params = problem.space.from_unit(rng.random(len(problem.space)))
                if problem.space.is_feasible(params):
                    self.assertEqual(problem.space.check(params), params)
                    self.assertGreaterEqual(problem.true_value(params), problem.optimum - 1e-9, name)


class Runs(unittest.TestCase):
    def test_a_served_adapter_equals_the_adapter(self):
        cases = [("optuna-tpe", "nn_surface", 1), ("optuna-tpe", "hartmann6_cut", 1)]
        cases += [("optuna-tpe", "layers_widths", 3), ("sobol", "branin_noisy", 1)]
        for name, problem, parallel in cases:
            here = run_job(job(name, problem, parallel=parallel))
            there = run_job(job(served(name), problem, parallel=parallel))
            self.assertEqual(here["status"], "ok", here.get("error"))
            self.assertEqual(here["params"], there["params"])
            self.assertEqual(here["best"], there["best"])

    def test_what_an_engine_must_not_do(self):
        engine = textwrap.dedent("""
            import json, sys
            for line in sys.stdin:
                if "ask" in json.loads(line): print(json.dumps({"params": PARAMS}), flush=True)
        """)
        shares = "'a': 0.5, 'b': 0.5, 'c': 0.5, 'temperature': 150.0"
        for params, problem, error in (
            ("{" + shares + "}", "mixture4", "infeasible"),
            ("{'x0': 11.0, 'x1': 1.0}", "branin", "outside"),
            ("{'x0': 1.0, 'x1': 1.0, 'x2': 1.0}", "branin", "unknown"),
            ("None", "branin", "bad answer"),
        ):
            command = [sys.executable, "-c", engine.replace("PARAMS", params)]
            optimizer = Exec(problems.get(problem).space, 0, 1, command)
            try:
                with self.assertRaisesRegex((ValueError, RuntimeError), error):
                    problems.get(problem).space.check(optimizer.ask())
            finally:
                optimizer.close()

    def test_an_engine_that_ends_fails_its_run_with_its_complaint(self):
        raw = run_job(job(f"exec:bad={sys.executable} -m harness.serve nobody", "branin"))
        self.assertEqual(raw["status"], "error")
        self.assertIn("KeyError", results.compact(raw)["error"])


class Reports(unittest.TestCase):
    def test_steps(self):
        self.assertEqual(results.steps([3.0, 3.0, 1.0, 1.0, 0.5]), [[1, 3.0], [3, 1.0], [5, 0.5]])
        line = {"best": [[1, 3.0], [3, 1.0], [5, 0.5]]}
        self.assertEqual([results.score(line, n) for n in (1, 2, 3, 4, 9)], [3.0, 3.0, 1.0, 1.0, 0.5])

    def test_statistics(self):
        self.assertEqual(statistics.regret(2.0, 1.0, 3.0), 0.5)
        self.assertEqual(statistics.regret(1.0, 1.0, 1.0), 0.0)
        self.assertEqual(statistics.ranks({"a": 1.0, "b": 0.0, "c": 1.0}), {"a": 2.5, "b": 1, "c": 2.5})
        mean, (low, high), _ = statistics.summary([np.array([0.0, 1.0] * 50), np.array([5.0])])
        self.assertAlmostEqual(mean, (0.5 + 3.0) / 2)
        self.assertTrue(low < mean < high)


if __name__ == "__main__":
    unittest.main()
