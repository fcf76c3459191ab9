"""Results on disk: one JSON line a run, one file an optimizer, only what reports need.

problem, seed, budget       the key, with `parallel` where several asks precede a tell
best       [[trial, value], …]: the score, at the trials where it changed (counted from 1). It is
           the least value; where observations are noisy, the noise-free value of the best
           observed point
recommended {"50": value}   noisy problems: noise-free value of the point recommended after so
           many trials
cpu_s      CPU seconds of all asks and tells
cpu_ms     {"20": …}: CPU milliseconds a trial, the mean of the eight trials up to that one
ask_cpu_ms the median over trials
redraws    infeasible proposals thrown away, where there were any
status, error               of a run that failed
from       "earlier": converted from runs measured before this benchmark was in the project
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
CHECKPOINTS = (20, 50, 100, 200)


def rounded(x, digits=9):
    return float(f"{x:.{digits}g}")


def steps(scores):
    """[[trial, score], …] at the trials where the score changes."""
    out = []
    for trial, score in enumerate(scores, 1):
        if not out or rounded(score) != out[-1][1]:
            out.append([trial, rounded(score)])
    return out


def compact(raw):
    """The line to keep of a raw run (see worker.run_job)."""
    line = {"problem": raw["problem"], "seed": raw["seed"], "budget": raw["budget"]}
    if raw.get("parallel", 1) > 1:
        line["parallel"] = raw["parallel"]
    if raw["status"] != "ok":
        line["status"] = raw["status"]
        message = (raw.get("error") or "").strip().splitlines()
        line["error"] = message[-1][:300] if message else ""
        return line
    line["best"] = steps(raw["best"])
    if raw.get("recommended"):
        line["recommended"] = {n: rounded(v) for n, v in raw["recommended"].items()}
    if raw.get("redraws"):
        line["redraws"] = raw["redraws"]
    cpu = raw["cpu_s"]
    line["cpu_s"] = rounded(sum(cpu), 4)
    line["cpu_ms"] = {
        str(n): rounded(1e3 * sum(cpu[max(0, n - 8) : n]) / min(n, 8), 3)
        for n in CHECKPOINTS
        if n <= len(cpu)
    }
    line["ask_cpu_ms"] = rounded(1e3 * sorted(cpu)[len(cpu) // 2], 3)
    return line


def key(line):
    return line["problem"], line["seed"], line["budget"], line.get("parallel", 1)


def score(line, n):
    """The score after n trials."""
    value = float("nan")
    for trial, best in line["best"]:
        if trial > n:
            break
        value = best
    return value


def load(optimizer, folder=RESULTS):
    """{key: line} of an optimizer; of two lines with one key, the later counts."""
    path = Path(folder) / f"{optimizer}.jsonl"
    out = {}
    if path.exists():
        for text in path.read_text().splitlines():
            line = json.loads(text)
            if "problem" in line:
                out[key(line)] = line
    return out


def load_all(folder=RESULTS):
    return {p.stem: load(p.stem, folder) for p in sorted(Path(folder).glob("*.jsonl"))}


def append(optimizer, line, folder=RESULTS):
    Path(folder).mkdir(exist_ok=True)
    with open(Path(folder) / f"{optimizer}.jsonl", "a") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
