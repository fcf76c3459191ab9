"""Takes in results from elsewhere."""

from __future__ import annotations

import json

from . import problems, results


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
