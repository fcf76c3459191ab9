"""Schedules optimizer × problem × seed on pinned worker processes; skips what is on disk."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time

from . import optimizers, problems, results
from .results import ROOT

LOGS = ROOT / "logs"
ONE_THREAD = {
    name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
}
JOBS_A_WORKER = 60  # then a fresh process: some libraries leak


class Worker:
    def __init__(self, core):
        self.core, self.process, self.jobs = core, None, 0

    def start(self):
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        with open(LOGS / f"worker{self.core}.log", "ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "harness.worker", str(self.core)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(os.environ, **ONE_THREAD, PYTHONPATH=path, PYTHONWARNINGS="ignore"),
            )
        self.jobs = 0

    def stop(self):
        if self.process:
            try:
                self.process.stdin.close()
                self.process.wait(5)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
            self.process = None

    def run(self, job):
        if self.process is None or self.process.poll() is not None or self.jobs >= JOBS_A_WORKER:
            self.stop()
            self.start()
        self.jobs += 1
        self.process.stdin.write((json.dumps(job) + "\n").encode())
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], job["timeout"] + 60)[0]:
            self.process.kill()
            self.process.wait()
            self.process = None
            return {**job, "status": "timeout", "error": "hard time-out, worker killed"}
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.process = None
            return {**job, "status": "error", "error": f"worker died, exit code {code}"}
        return json.loads(line)


def claim(job, name):
    """False if another live bench.py does this job, or its result came in meanwhile."""
    folder = LOGS / "claims"
    folder.mkdir(exist_ok=True)
    parts = (name, job["problem"], job["seed"], job["budget"], job["parallel"])
    path = folder / "@".join(map(str, parts))
    try:
        owner = int(path.read_text() or 0)
        if owner and owner != os.getpid() and os.path.exists(f"/proc/{owner}"):
            return None
    except (OSError, ValueError):
        pass
    path.write_text(str(os.getpid()))
    line = results.load(name).get(results.key(job))
    if line is None or (job["redo"] and "status" in line):
        return path
    path.unlink()
    return None


def plan(specs, names, seeds, budget, parallel, timeout, redo_failed):
    """The jobs to do, seeds outermost, so that a run cut short is balanced over problems."""
    done = {optimizers.label(spec): results.load(optimizers.label(spec)) for spec in specs}
    jobs, skipped = [], {}
    for seed in seeds:
        for spec in specs:
            for name in names:
                problem = problems.get(name)
                job = {
                    "optimizer": spec,
                    "problem": name,
                    "seed": seed,
                    "budget": budget or problem.budget,
                    "parallel": parallel,
                    "timeout": timeout,
                    "redo": redo_failed,
                }
                reason = optimizers.supports(spec, problem.space, parallel)
                if reason:
                    skipped.setdefault((optimizers.label(spec), reason), set()).add(name)
                    continue
                line = done[optimizers.label(spec)].get(results.key(job))
                if line is None or (redo_failed and "status" in line):
                    jobs.append(job)
    for (name, reason), which in skipped.items():
        print(f"{name} does not support {reason}: skips {', '.join(sorted(which))}", flush=True)
    return jobs


def run(specs, names, seeds, budget=None, parallel=1, timeout=300, workers=1, deadline=None,
        redo_failed=False, raw=None):  # fmt: skip
    LOGS.mkdir(exist_ok=True)
    jobs = queue.Queue()
    for job in plan(specs, names, seeds, budget, parallel, timeout, redo_failed):
        jobs.put(job)
    count, start, lock, done = jobs.qsize(), time.time(), threading.Lock(), [0]
    print(f"{count} runs to do", flush=True)

    def record(name, job, result):
        done[0] += 1
        line = results.compact(result)
        results.append(name, line)
        if raw:
            with open(raw, "a") as file:
                file.write(json.dumps(result) + "\n")
        outcome = f"{line['status']}: {line['error']}" if "status" in line else (
            f"best {line['best'][-1][1]:.5g}, CPU {line['cpu_s']:.2f} s, wall {result['wall_s']:.1f} s"
        )  # fmt: skip
        print(
            f"[{time.time() - start:7.1f} s {done[0]}/{count}] "
            f"{name:14s} {job['problem']:17s} seed {job['seed']} {outcome}",
            flush=True,
        )

    def loop(core):
        worker = Worker(core)
        while not (deadline and time.time() > deadline):
            try:
                job = jobs.get_nowait()
            except queue.Empty:
                break
            name = optimizers.label(job["optimizer"])
            claimed = claim(job, name)
            if claimed is None:
                continue
            result = worker.run(job)
            with lock:
                record(name, job, result)
            claimed.unlink(missing_ok=True)
        worker.stop()

    cores = sorted(os.sched_getaffinity(0))
    threads = [threading.Thread(target=loop, args=(cores[i % len(cores)],)) for i in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
