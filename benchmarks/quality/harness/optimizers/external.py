"""Any engine over JSON lines. The protocol is in ../../PROTOCOL.md."""

from __future__ import annotations

import json
import os
import select
import shlex
import subprocess
import time
from pathlib import Path

from .base import Optimizer

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "logs"


class Exec(Optimizer):
    conditional = constraints = True
    own_process = True

    def __init__(self, space, seed, budget, command, ask_timeout=600):
        self.command = command if isinstance(command, list) else shlex.split(command)
        self.ask_timeout = ask_timeout
        super().__init__(space, seed, budget)

    def start(self):
        LOGS.mkdir(exist_ok=True)
        self.log = LOGS / f"exec_{os.getpid()}.log"
        with open(self.log, "ab") as errors:
            self.log_start = errors.tell()
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(os.environ, PYTHONPATH=str(ROOT)),
            )
        self.buffer = b""
        header = {"space": self.space.to_json()}
        if self.space.constraints:
            header["constraints"] = self.space.constraints
        self.send({**header, "direction": "minimize", "seed": self.seed, "budget": self.budget})

    def send(self, message):
        try:
            self.process.stdin.write((json.dumps(message) + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"the engine closed its input: {self.complaint()}") from None

    def receive(self, timeout):
        end = time.time() + timeout
        output = self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            left = end - time.time()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise TimeoutError(f"no answer in {timeout} s")
            chunk = os.read(output, 1 << 16)
            if not chunk:
                raise RuntimeError(f"the engine closed its output: {self.complaint()}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def complaint(self):
        """The end of what it wrote to its standard error in this run, on one line."""
        with open(self.log, "rb") as errors:
            errors.seek(self.log_start)
            return " ".join(errors.read().decode(errors="replace").split())[-250:]

    def ask(self):
        self.send({"ask": 1})
        answer = self.receive(self.ask_timeout)
        if not isinstance(answer.get("params"), dict):
            raise RuntimeError(f"bad answer: {str(answer)[:300]}")
        return answer["params"]

    def tell(self, params, value):
        self.send({"tell": {"params": params, "value": value}})

    def recommend(self):
        self.send({"recommend": 1})
        return self.receive(self.ask_timeout).get("params")

    def cpu(self):
        """CPU time of the engine's process, all its threads, ended ones too (Linux)."""
        try:
            return time.clock_gettime((~self.process.pid << 3) | 2)
        except OSError:
            return 0.0

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
