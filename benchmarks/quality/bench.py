#!/usr/bin/env python3
"""The quality benchmark: list, run, report, merge, convert. See README.md."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from harness import optimizers, problems


def seed_list(text):
    out = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        out += range(int(low), int(high or low) + 1)
    return out


def optimizer_list(values):
    """Comma lists and repeats; an `exec:NAME=COMMAND` may hold commas itself."""
    out = []
    for value in values:
        out += [value] if value.startswith("exec:") else value.split(",")
    return out


def parser():
    top = argparse.ArgumentParser(description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="run what results/ does not hold yet")
    run.add_argument("--opt", action="append", required=True,
                     help="names (repeatable, or a comma list), or exec:NAME=COMMAND")  # fmt: skip
    run.add_argument("--problems", default="all",
                     help="all | classic | new | core | mini | group:G | names, comma separated")  # fmt: skip
    run.add_argument("--seeds", default="0-4", help="such as 0-4,7")
    run.add_argument("--budget", type=int, help="trials (default: the problem's own, 50 or 100)")
    run.add_argument("--parallel", type=int, default=1, metavar="Q", help="ask Q points, then tell them")
    run.add_argument("--timeout", type=float, default=600, help="seconds a run may take")
    run.add_argument("--workers", type=int, default=1, help="processes, each pinned to a core")
    run.add_argument("--minutes", type=float, help="start no new run after so many minutes")
    run.add_argument("--redo-failed", action="store_true")
    run.add_argument("--raw", type=Path, metavar="FILE", help="also keep every trial, as JSON lines")

    report = commands.add_parser("report", help="Markdown tables of what results/ holds")
    report.add_argument("--problems", default="all")
    report.add_argument("--opts", help="comma list; default: all with results")
    report.add_argument("--at", metavar="N[/B],…",
                        help="checkpoints: N, or N/B: after N trials of runs with budget B "
                        "(default: 20/50,50; for sparse 50/100,100)")  # fmt: skip
    report.add_argument("--parallel", metavar="Q,…", help="also these, against sequential runs")
    report.add_argument("--against", metavar="NAME", help="compare NAME with each of the others")
    report.add_argument("--per-problem", action="store_true")
    report.add_argument("--seeds", help="only these")
    report.add_argument("--out", type=Path)

    convert = commands.add_parser("convert", help="raw results of the harness's earlier version")
    convert.add_argument("files", nargs="+", type=Path)
    convert.add_argument("--earlier", action="store_true", help="mark the lines as measured earlier")

    merge = commands.add_parser("merge", help="take in the runs of another results folder")
    merge.add_argument("folder", type=Path)

    best = commands.add_parser("best-seen", help="update best_seen.json from a cache of evaluations")
    best.add_argument("cache", type=Path, nargs="?", default=problems.base.CACHE)

    commands.add_parser("list", help="problems and optimizers")
    return top


def main():
    args = parser().parse_args()
    if args.command == "run":
        from harness import runner

        runner.run(
            optimizer_list(args.opt),
            problems.select(args.problems),
            seed_list(args.seeds),
            args.budget,
            args.parallel,
            args.timeout,
            args.workers,
            time.time() + 60 * args.minutes if args.minutes else None,
            args.redo_failed,
            args.raw,
        )
    elif args.command == "report":
        from harness import report

        text = report.make(
            problems.select(args.problems),
            opts=args.opts.split(",") if args.opts else None,
            at=args.at,
            parallel=[int(q) for q in args.parallel.split(",")] if args.parallel else [],
            against=args.against,
            per_problem=args.per_problem,
            seeds=seed_list(args.seeds) if args.seeds else None,
        )
        print(text)
        if args.out:
            args.out.write_text(text)
    elif args.command == "convert":
        from harness import convert

        for path in args.files:
            convert.convert(path, args.earlier)
    elif args.command == "best-seen":
        from harness import convert

        convert.best_seen(args.cache)
    elif args.command == "merge":
        from harness import convert

        convert.merge(args.folder)
    else:
        for name, p in problems.registry().items():
            optimum = "best seen" if p.optimum is None else f"{p.optimum:.9g} ({p.source})"
            print(f"{name:18s} {p.group:12s} {len(p.space):3d} parameters, optimum {optimum}")
        names = ", ".join([*optimizers.LOCAL, *optimizers.FOREIGN])
        print(f"optimizers: {names}, or exec:NAME=COMMAND")


if __name__ == "__main__":
    main()
