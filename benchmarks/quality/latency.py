#!/usr/bin/env python3
"""What one ask costs after n trials, in 10 dimensions (griewank10).

    latency.py run OPT… [--n 10,50,100,200,500,1000,10000] [--repeats 3] [--limit 60]
    latency.py report [--opts surmise,optuna-gp]

OPT is an optimizer's name or exec:NAME=COMMAND. Each repeat starts afresh, is told n random points and their values, and
asks; then, twice, it is told the answer's value and asks again. The median of the first asks and the median of the
others are kept in results/latency/NAME.json, as CPU and wall milliseconds. A series stops when an ask takes longer than
the limit (seconds). Run it alone on a machine for wall times worth quoting; CPU times bear company better.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings

from harness import optimizers, problems
from harness.report import milliseconds, table
from harness.results import RESULTS, rounded
from harness.runner import ONE_THREAD

FOLDER = RESULTS / "latency"
SIZES = "10,50,100,200,500,1000,10000"


def feed(optimizer, points, values):
    """Gives past observations without paying for as many asks."""
    kind = type(optimizer).__name__
    if kind == "Ax":
        for i, (x, y) in enumerate(zip(points, values)):
            if i < 6:  # its first points are the centre and Sobol's, whatever it was told
                optimizer.tell(optimizer.ask(), y)
            else:
                index = optimizer.client.attach_trial(parameters=x)
                optimizer.client.complete_trial(trial_index=index, raw_data={"y": y})
    elif kind == "Egobox":
        import numpy as np

        optimizer.first = []
        optimizer.points = [np.array(list(x.values())) for x in points]
        optimizer.values = list(values)
    else:
        for x, y in zip(points, values):
            optimizer.tell(x, y)


def settle(optimizer):
    """Waits until an engine has worked off the tells, which it does not answer."""
    if optimizer.own_process:
        quiet, before = 0, 0.0
        while quiet < 3:  # a busy machine may not let it run at once
            time.sleep(0.05)
            now = optimizer.cpu()
            quiet = quiet + 1 if before > 0 and now - before < 1e-3 else 0
            before = now


def timed_ask(optimizer):
    settle(optimizer)
    cpu, wall = optimizer.cpu(), time.perf_counter()
    params = optimizer.ask()
    wall = time.perf_counter() - wall
    return params, 1e3 * (optimizer.cpu() - cpu), 1e3 * wall


def measure(spec, n, repeats, limit):
    import numpy as np

    problem = problems.get("griewank10")
    first, next_ = [], []
    for repeat in range(repeats):
        rng = np.random.default_rng([repeat, n])
        points = [problem.space.from_unit(u) for u in rng.random((n, 10))]
        values = [problem.true_value(x) for x in points]
        optimizer = optimizers.make(spec, problem.space, repeat, n + 10)
        try:
            feed(optimizer, points, values)
            params, *cost = timed_ask(optimizer)
            first.append(cost)
            for _ in range(2):
                optimizer.tell(params, problem.true_value(problem.space.check(params)))
                params, *cost = timed_ask(optimizer)
                next_.append(cost)
        finally:
            optimizer.close()
        if max(wall for _, wall in first + next_) > 1e3 * limit:
            break
    (a, b), (c, d) = np.median(first, 0), np.median(next_, 0)
    return {
        "n": n,
        "first_cpu_ms": rounded(a, 3),
        "first_wall_ms": rounded(b, 3),
        "cpu_ms": rounded(c, 3),
        "wall_ms": rounded(d, 3),
        "repeats": len(first),
        "load": rounded(os.getloadavg()[0], 2),
        "longest_wall_ms": rounded(max(wall for _, wall in first + next_), 3),
    }


def run(args):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for spec in args.opt:
        name, rows = optimizers.label(spec), []
        measure(spec, 11, 1, args.limit)  # imports and first-call costs
        for n in (int(n) for n in args.n.split(",")):
            rows.append(measure(spec, n, args.repeats, args.limit))
            print(name, json.dumps(rows[-1]), flush=True)
            (FOLDER / f"{name}.json").write_text("\n".join(json.dumps(row) for row in rows) + "\n")
            if rows[-1]["longest_wall_ms"] > 1e3 * args.limit:
                print("stopped: over the limit", flush=True)
                break


def report(args):
    files = sorted(FOLDER.glob("*.json"))
    rows = {p.stem: [json.loads(line) for line in p.read_text().splitlines()] for p in files}
    names = args.opts.split(",") if args.opts else list(rows)
    sizes = sorted({row["n"] for name in names for row in rows[name]})
    out = []
    for key, title in (("cpu_ms", "CPU ms"), ("wall_ms", "wall ms")):
        body = []
        for n in sizes:
            at = {name: [row for row in rows[name] if row["n"] == n] for name in names}
            body.append([str(n), *(milliseconds(at[o][-1][key]) if at[o] else "" for o in names)])
        out += [f"{title} of an ask after n trials:", "", *table(["n", *names], body)]
    print("\n".join(out))


def main():
    for name, value in ONE_THREAD.items():
        os.environ[name] = value
    warnings.filterwarnings("ignore")
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("run")
    sub.add_argument("opt", nargs="+")
    sub.add_argument("--n", default=SIZES)
    sub.add_argument("--repeats", type=int, default=3)
    sub.add_argument("--limit", type=float, default=60, help="seconds")
    sub.set_defaults(call=run)
    sub = commands.add_parser("report")
    sub.add_argument("--opts")
    sub.set_defaults(call=report)
    args = top.parse_args()
    args.call(args)


if __name__ == "__main__":
    main()
