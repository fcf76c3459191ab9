"""Takes in results from elsewhere."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from . import problems, results

BEST_SEEN = Path(__file__).parent / "problems" / "best_seen.json"


def convert(path, earlier=False):
    """Appends the runs of a file of raw lines, as the harness wrote them before it came into the
    project, that results/ does not hold yet."""
    held, known, added = {}, problems.registry(), 0
    for text in path.read_text().splitlines():
        raw = json.loads(text)
        name = raw["optimizer"]
        if raw["problem"] not in known:
            continue
        held.setdefault(name, results.load(name))
        if "recommended_true" in raw:
            raw["recommended"] = {str(raw["budget"]): raw["recommended_true"]}
        line = results.compact(raw)
        if earlier:
            line["from"] = "earlier"
        if results.key(line) not in held[name]:
            held[name][results.key(line)] = line
            results.append(name, line)
            added += 1
    print(f"{path.name}: {added} runs added")


def merge(folder):
    """Appends the good runs of another results folder that results/ does not hold yet."""
    for path in sorted(folder.glob("*.jsonl")):
        held = results.load(path.stem)
        new = [line for key, line in results.load(path.stem, folder).items() if key not in held]
        new = [line for line in new if "status" not in line]
        for line in new:
            results.append(path.stem, line)
        print(f"{path.stem}: {len(new)} runs added")


def best_seen(cache):
    """Brings best_seen.json up to date with every evaluation in a cache."""
    best = json.loads(BEST_SEEN.read_text())
    with sqlite3.connect(cache) as database:
        rows = database.execute("select substr(k, 1, instr(k, '{') - 1), min(v), count(*) from c group by 1")
        for name, value, count in rows.fetchall():
            if name in problems.registry():
                old = best.get(name, float("inf"))
                best[name] = min(old, results.rounded(value))
                print(f"{name}: {best[name]} (before: {old}; {count} points here)")
    BEST_SEEN.write_text(json.dumps(dict(sorted(best.items())), indent=1) + "\n")
