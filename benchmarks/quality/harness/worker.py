"""A persistent worker: reads jobs as JSON lines, runs them, writes one raw result line each."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
import zlib

import numpy as np

from . import optimizers, problems
from .results import CHECKPOINTS


class Clock:
    """CPU spent by an optimizer: of its own process all, of ours what passes inside `with`."""

    def __init__(self, optimizer):
        self.optimizer, self.spent, self.mark = optimizer, 0.0, 0.0

    def __enter__(self):
        if not self.optimizer.own_process:
            self.mark = self.optimizer.cpu()

    def __exit__(self, *_):
        now = self.optimizer.cpu()
        self.spent, self.mark = self.spent + now - self.mark, now

    def take(self):
        spent, self.spent = self.spent, 0.0
        return spent


def run(optimizer, problem, budget, parallel, rng, out):
    """Fills `out` trial by trial."""
    clock, best, score = Clock(optimizer), float("inf"), float("nan")
    trial = 0
    while trial < budget:
        batch, cpu = [], []
        for _ in range(min(parallel, budget - trial)):
            with clock:
                params = optimizer.ask()
            cpu.append(clock.take())
            batch.append((params, problem.space.check(params)))
        for (params, checked), spent in zip(batch, cpu):
            trial += 1
            observed, true = problem.evaluate(checked, rng)
            with clock:
                optimizer.tell(params, observed)
            if observed < best:
                best, score = observed, true
            out["params"].append(params)
            out["value"].append(observed)
            out["true"].append(true)
            out["best"].append(score)
            out["cpu_s"].append(spent + clock.take())
            at_rest = len(optimizer.pending) == 0 and trial % parallel == 0 or trial == budget
            if problem.noisy and at_rest and (trial in CHECKPOINTS or trial == budget):
                with clock:
                    point = optimizer.recommend()
                out["recommend_cpu_s"] += clock.take()
                if point:
                    value = problem.true_value(problem.space.check(point))
                    out["recommended"][str(trial)] = value


def run_job(job):
    """One run: {optimizer, problem, seed, budget, parallel, timeout} -> the raw result."""
    problem = problems.get(job["problem"])
    out = {
        "optimizer": optimizers.label(job["optimizer"]),
        "problem": problem.name,
        "seed": job["seed"],
        "budget": job["budget"],
        "parallel": job.get("parallel", 1),
        "status": "ok",
        "params": [],
        "value": [],
        "true": [],
        "best": [],
        "cpu_s": [],
        "recommended": {},
        "recommend_cpu_s": 0.0,
        "load": os.getloadavg()[0],
    }
    rng = np.random.default_rng([job["seed"], zlib.crc32(problem.name.encode())])

    def alarm(*_):
        raise TimeoutError("run time-out")

    signal.signal(signal.SIGALRM, alarm)
    signal.alarm(int(job["timeout"]))
    optimizer, start = None, time.perf_counter()
    try:
        optimizer = optimizers.make(job["optimizer"], problem.space, job["seed"], job["budget"])
        run(optimizer, problem, job["budget"], out["parallel"], rng, out)
    except TimeoutError as error:
        out["status"], out["error"] = "timeout", str(error)
    except Exception as error:
        out["status"] = "error"
        out["error"] = "".join(traceback.format_exception(error))[-1500:]
    finally:
        signal.alarm(0)
        if optimizer is not None:
            out["redraws"] = optimizer.redraws
            try:
                optimizer.close()
            except Exception as error:
                print(f"close: {error!r}", file=sys.stderr)
    out["wall_s"] = round(time.perf_counter() - start, 3)
    return out


def main():
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a library's prints must not enter the answers
    os.sched_setaffinity(0, {int(sys.argv[1])})
    for line in sys.stdin:
        print(json.dumps(run_job(json.loads(line))), file=out)


if __name__ == "__main__":
    main()
