"""Serves one adapter over the exec protocol: `python -m harness.serve NAME`. It is the protocol's
reference engine (../PROTOCOL.md), and how optimizers from another virtual environment are run."""

from __future__ import annotations

import json
import os
import sys

from . import optimizers
from .space import Space


def main():
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a library's prints must not enter the protocol
    name = sys.argv[1]
    foreign = optimizers.FOREIGN
    kind = foreign[name][1] if name in foreign else optimizers.LOCAL[name]
    optimizer = None
    for line in sys.stdin:
        message = json.loads(line)
        if "space" in message:
            space = Space.from_json(message["space"], message.get("constraints", ()))
            optimizer = kind(space, message["seed"], message["budget"])
        elif "ask" in message:
            print(json.dumps({"params": optimizer.ask()}), file=out)
        elif "tell" in message:
            optimizer.tell(message["tell"]["params"], message["tell"]["value"])
        elif "recommend" in message:
            print(json.dumps({"params": optimizer.recommend()}), file=out)


if __name__ == "__main__":
    main()
