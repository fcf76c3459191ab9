#!/usr/bin/env python3
"""Counts instructions of what users wait for, and compares them with the ledger.

    benchmarks/ledger.py check      exit code 1 if a count has grown by more than 5 %
    benchmarks/ledger.py record     write the counts of now into benchmarks/ledger.json

Instructions are counted by valgrind's callgrind, which is repeatable on a shared machine, inside the function
`measured` of benches/ledger.rs. The build is that of the tests (profile dev: own code at opt-level 1, dependencies
at 2), so that the gate builds nothing twice: the counts are no measure of a release, but what grows there grows here.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEDGER = ROOT / "benchmarks" / "ledger.json"
CASES = ["suggest-50", "suggest-100", "suggest-500", "best-50", "store-1000", "contour-50"]
MOST_GROWTH = 0.05


def build() -> str:
    """The path of the program, built."""
    # The whole workspace, as the tests are built: one package alone has other features, and is built again.
    command = ["cargo", "test", "--workspace", "--bench", "ledger", "--no-run", "--message-format=json"]
    # As the gate builds: incremental builds split the code otherwise, and count otherwise.
    environment = {**os.environ, "CARGO_INCREMENTAL": "0"}
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "ledger":
            return message["executable"]
    sys.exit("ledger: cargo built no program `ledger`")


def count(program: str, case: str) -> int:
    """Instructions that the case takes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind",
            "--tool=callgrind",
            "--collect-atstart=no",
            "--toggle-collect=ledger::measured*",
            f"--callgrind-out-file={folder}/out",
            program,
            case,
        ]
        # One thread: how work is stolen between threads differs from run to run.
        environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found or int(found[1]) == 0:
        sys.exit(f"ledger: {case} was not counted:\n{run.stderr}")
    return int(found[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "record"])
    parser.add_argument("cases", nargs="*", default=CASES, help="by default all")
    arguments = parser.parse_args()
    program = build()
    recorded = json.loads(LEDGER.read_text()) if LEDGER.exists() else {}
    counts, grown = {}, []
    print(f"{'case':<12} {'recorded':>15} {'now':>15} {'ratio':>7}")
    for case in arguments.cases:
        counts[case] = count(program, case)
        before = recorded.get(case)
        ratio = counts[case] / before if before else float("nan")
        print(f"{case:<12} {before or 0:>15,} {counts[case]:>15,} {ratio:>7.3f}", flush=True)
        if arguments.what == "check" and not ratio <= 1 + MOST_GROWTH:
            grown.append(case)
    if arguments.what == "record":
        LEDGER.write_text(json.dumps({**recorded, **counts}, indent=4) + "\n")
    if grown:
        sys.exit(
            f"ledger: {', '.join(grown)} grew by more than {MOST_GROWTH:.0%}; if that is what you want, say why in the"
            " commit and run `benchmarks/ledger.py record`"
        )


if __name__ == "__main__":
    main()
