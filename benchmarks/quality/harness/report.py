"""Markdown reports of what results/ holds."""

from __future__ import annotations

import collections
import json
import math

import numpy as np

from . import problems, results, statistics
from .convert import BEST_SEEN

# (trials, budget of the run)
USUAL = ((20, 50), (50, 50))
USUAL_OF_GROUP = {"sparse": ((50, 100), (100, 100))}


def checkpoints(text):
    """[(n, budget)] of "20/50,50"."""
    out = []
    for part in text.split(","):
        n, _, budget = part.partition("/")
        out.append((int(n), int(budget or n)))
    return out


def title(checkpoint):
    n, budget = checkpoint
    return str(n) if n == budget else f"{n} of {budget}"


def number(x):
    return "-" if not math.isfinite(x) else f"{x:.3f}"


def span(pair):
    if pair[0] == pair[1]:  # one seed: nothing to draw from
        return ""
    return f"[{pair[0]:.2f}, {pair[1]:.2f}]"


def milliseconds(x):
    return "-" if not math.isfinite(x) else (f"{x:.2g}" if x < 10 else f"{x:.0f}")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


class Data:
    """The runs in reach of a report, and the regrets of them."""

    def __init__(self, names, opts, seeds, parallel=()):
        self.all = results.load_all()
        self.opts = opts or list(self.all)
        self.seeds = set(seeds) if seeds else None
        self.variants = [(o, 1) for o in self.opts] + [(o, q) for q in parallel for o in self.opts]
        self.best = {name: self.best_known(name) for name in names}
        self.random = {}
        self.failed = collections.Counter()
        for o in self.opts:
            for key, line in self.all.get(o, {}).items():
                if "status" in line and key[0] in self.best:
                    self.failed[o, line["status"]] += 1

    def best_known(self, name):
        if problems.get(name).optimum is not None:
            return problems.get(name).optimum
        seen = [
            line["best"][-1][1]
            for lines in self.all.values()
            for key, line in lines.items()
            if key[0] == name and "best" in line
        ]
        seen += [v for k, v in json.loads(BEST_SEEN.read_text()).items() if k == name]
        return min(seen, default=math.nan)

    def random_median(self, name, n):
        """Of random search, which knows no budget, from any run that is long enough."""
        if (name, n) not in self.random:
            scores = {}
            for (problem, seed, budget, parallel), line in self.all.get("random", {}).items():
                if problem == name and budget >= n and parallel == 1 and "best" in line:
                    scores[seed] = results.score(line, n)
            self.random[name, n] = float(np.median(list(scores.values()))) if scores else math.nan
        return self.random[name, n]

    def lines(self, variant, name, budget):
        optimizer, parallel = variant
        return [
            line
            for key, line in sorted(self.all.get(optimizer, {}).items())
            if key[0] == name
            and key[2:] == (budget, parallel)
            and "best" in line
            and (self.seeds is None or key[1] in self.seeds)
        ]

    def regrets(self, variant, name, checkpoint):
        return list(self.regret_of_seed(variant, name, checkpoint).values())

    def regret_of_seed(self, variant, name, checkpoint):
        n, budget = checkpoint
        best, random = self.best[name], self.random_median(name, n)
        out = {}
        for line in self.lines(variant, name, budget):
            # what the optimizer recommends, where it does (noisy problems); else the best observed
            score = line.get("recommended", {}).get(str(n), results.score(line, n))
            out[line["seed"]] = statistics.regret(score, best, random)
        return out

    def cpu(self, variant, names, checkpoint):
        """The median over runs of CPU milliseconds a trial around trial n."""
        n, budget = checkpoint
        values = [
            line["cpu_ms"][str(n)]
            for name in names
            for line in self.lines(variant, name, budget)
            if str(n) in line["cpu_ms"]
        ]
        return float(np.median(values)) if values else math.nan


def label(variant):
    return variant[0] if variant[1] == 1 else f"{variant[0]} ×{variant[1]}"


def _summary_table(data, names, at, heading):
    """One row an optimizer that ran all of `names`; the others are named below."""
    last = at[-1]
    samples = {v: {c: [data.regrets(v, name, c) for name in names] for c in at} for v in data.variants}
    complete = [v for v in data.variants if all(all(samples[v][c]) for c in at)]
    places = collections.defaultdict(list)
    for i in range(len(names)):
        medians = {v: float(np.median(samples[v][last][i])) for v in complete}
        for v, rank in statistics.ranks(medians).items():
            places[v].append(rank)
    rows = []
    for v in complete:
        row = [label(v), str(sum(map(len, samples[v][last])))]
        for c in at:
            mean, seeds, wide = statistics.summary(samples[v][c])
            row.append(f"{number(mean)} {span(seeds)}")
        row.append(span(wide))
        geo, seeds, _ = statistics.summary(samples[v][last], statistics.logged)
        row.append(f"{math.exp(geo):.3f} {span((math.exp(seeds[0]), math.exp(seeds[1])))}")
        row.append(f"{np.mean(places[v]):.2f}")
        row.append(", ".join(milliseconds(data.cpu(v, names, c)) for c in at))
        rows.append((float(np.mean(places[v])), row))
    out = [f"### {heading}", ""]
    titles = [title(c) for c in at]
    header = ["optimizer", "runs", *(f"regret at {t}" for t in titles), "over problems"]
    header += [f"geometric at {titles[-1]}", "rank", f"CPU ms a trial at {', '.join(titles)}"]
    out += table(header, [row for _, row in sorted(rows, key=lambda pair: pair[0])])
    partial = []
    for v in data.variants:
        count = sum(all(samples[v][c][i] for c in at) for i in range(len(names)))
        if 0 < count < len(names):
            partial.append(f"{label(v)} ({count}/{len(names)})")
    if partial:
        out += ["Not on all of these problems: " + ", ".join(partial) + ".", ""]
    return out


def _overview(data, groups, ats):
    """Mean regret at the last checkpoint, a column a group."""
    rows = []
    for v in data.variants:
        row = [label(v)]
        for group, names in groups.items():
            samples = [data.regrets(v, name, ats[group][-1]) for name in names]
            row.append(number(statistics.summary(samples)[0]) if all(samples) else "")
        if any(row[1:]):
            rows.append(row)
    header = ["optimizer", *(f"{g} ({len(n)}) at {title(ats[g][-1])}" for g, n in groups.items())]
    return ["### Mean regret by group", "", *table(header, rows)]


def _per_problem(data, groups, ats):
    out = ["### Mean regret by problem", ""]
    for group, names in groups.items():
        last = ats[group][-1]
        variants = [v for v in data.variants if any(data.lines(v, n, last[1]) for n in names)]
        rows = []
        for name in names:
            problem = problems.get(name)
            found = {v: data.regrets(v, name, last) for v in variants}
            means = {v: float(statistics.capped(r).mean()) for v, r in found.items() if r}
            least = min(means.values(), default=math.nan)
            cells = [
                "" if v not in means else f"**{number(means[v])}**" if means[v] == least else number(means[v])
                for v in variants
            ]
            known = f"{data.best[name]:.6g} ({problem.source})"
            rows.append([name, known, f"{data.random_median(name, last[0]):.5g}", *cells])
        header = ["problem", "best known", "random, median", *map(label, variants)]
        out += [f"{group}, at {title(last)}:", "", *table(header, rows)]
    return out


def _against(data, name, groups, ats):
    """Ours against each other optimizer, on the problems that both ran."""
    ours = (name, 1)
    rows, lost = [], []
    for theirs in data.variants:
        if theirs == ours:
            continue
        names, a, b = [], [], []
        for group, members in groups.items():
            for problem in members:
                pair = [data.regrets(v, problem, ats[group][-1]) for v in (ours, theirs)]
                if all(pair):
                    names.append(problem)
                    a.append(pair[0])
                    b.append(pair[1])
        if not names:
            continue
        mean, seeds, wide, each = statistics.difference(a, b)
        ratio, ratio_seeds, ratio_wide, _ = statistics.difference(a, b, statistics.logged)
        better = sum(span_[1] < 0 for _, span_ in each)
        worse = [(m, n) for n, (m, span_) in zip(names, each) if span_[0] > 0]
        rows.append([
            label(theirs), str(len(names)), f"{mean:+.3f} {span(seeds)}", span(wide),
            f"{math.exp(ratio):.2f} {span([math.exp(x) for x in ratio_seeds])}",
            span([math.exp(x) for x in ratio_wide]),
            f"{better}, {len(names) - better - len(worse)}, {len(worse)}",
        ])  # fmt: skip
        if worse:
            text = ", ".join(f"{n} (+{m:.2f})" for m, n in sorted(worse, reverse=True))
            lost.append(f"- behind {label(theirs)} on {text}")
    header = ["other", "problems", "mean difference", "over problems", "geometric ratio", "over problems",
              "better, undecided, worse"]  # fmt: skip
    out = [f"### {name} against the others", ""]
    out.append(
        "Negative differences and ratios below 1: less regret. Better and worse: problems whose 95 % "
        "interval over seeds leaves out 0."
    )
    return [*out, "", *table(header, rows), *lost, ""]


def _parallel(data, groups, ats):
    """Each optimizer against itself, on the same problems and seeds."""
    rows = []
    for optimizer, q in data.variants:
        if q == 1:
            continue
        for group, names in groups.items():
            many, one = [], []
            for name in names:
                pair = [data.regret_of_seed((optimizer, p), name, ats[group][-1]) for p in (q, 1)]
                if seeds := sorted(pair[0].keys() & pair[1].keys()):
                    many.append(np.array([pair[0][seed] for seed in seeds]))
                    one.append(np.array([pair[1][seed] for seed in seeds]))
            if not many:
                continue
            cells = [optimizer, str(q), f"{group} ({len(many)})", str(sum(map(len, many)))]
            cells += [title(ats[group][-1])]
            cells += [number(statistics.summary(samples)[0]) for samples in (one, many)]
            capped, logged = [
                statistics.summary([f(a) - f(b) for a, b in zip(many, one)], np.asarray)
                for f in (statistics.capped, statistics.logged)
            ]
            cells.append(f"{capped[0]:+.3f} {span(capped[1])}")
            cells.append(f"{math.exp(logged[0]):.2f} {span([math.exp(x) for x in logged[1]])}")
            rows.append(cells)
    header = ["optimizer", "at once", "group", "pairs", "trials", "sequential", "parallel", "difference"]
    header.append("geometric ratio")
    heading = "### What parallel asking costs: same problems, seeds and numbers of trials"
    return [heading, "", *table(header, rows)]


def _recommended(data, groups, ats):
    """Where an optimizer recommends: its choice against the luckiest observation."""
    rows = []
    for group, names in groups.items():
        n, budget = ats[group][-1]
        for name in names:
            for v in data.variants:
                both = [
                    (line["recommended"][str(n)], results.score(line, n))
                    for line in data.lines(v, name, budget)
                    if str(n) in line.get("recommended", {})
                ]
                if both:
                    a, b = np.median(np.array(both), 0)
                    rows.append([name, label(v), str(len(both)), f"{a:.4g}", f"{b:.4g}"])
    if not rows:
        return []
    header = ["problem", "optimizer", "runs", "recommended", "best observed"]
    out = ["### Noise: the recommended point and the best observed one, median noise-free value", ""]
    return out + table(header, rows)


def make(names, opts=None, at=None, parallel=(), against=None, per_problem=False, seeds=None):
    data = Data(names, opts, seeds, parallel)
    groups = {}
    extra = {problems.get(n).group for n in names} - set(problems.GROUPS)
    for group in [*problems.GROUPS, *sorted(extra)]:
        members = [n for n in names if problems.get(n).group == group]
        if members:
            groups[group] = members
    usual = {g: checkpoints(at) if at else USUAL_OF_GROUP.get(g, USUAL) for g in groups}
    out = []
    by_at = collections.defaultdict(list)
    for group, members in groups.items():
        by_at[tuple(usual[group])] += members
    for key, members in by_at.items():
        if len(groups) > 1:
            out += _summary_table(data, members, list(key), f"{len(members)} problems")
    if len(groups) > 1:
        out += _overview(data, groups, usual)
    for group, members in groups.items():
        heading = f"{group}: {len(members)} problems"
        out += _summary_table(data, members, list(usual[group]), heading)
    if against:
        out += _against(data, against, groups, usual)
    if parallel:
        out += _parallel(data, groups, usual)
    if per_problem:
        out += _per_problem(data, groups, usual)
    out += _recommended(data, groups, usual)
    if data.failed:
        text = ", ".join(f"{o}: {n} {status}" for (o, status), n in sorted(data.failed.items()))
        out += [f"Failed runs, not scored: {text}.", ""]
    return "\n".join(out)
