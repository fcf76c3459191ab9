"""The search space: parameters, conditions, constraints, their JSON form and the unit-cube mapping
that the adapters share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from . import expressions


@dataclass(frozen=True)
class Float:
    name: str
    low: float
    high: float
    log: bool = False
    when: dict | str | None = None

    def to_json(self):
        bounds = {"low": self.low, "high": self.high, "log": self.log}
        return {"name": self.name, "type": "float", **bounds}

    def from_unit(self, u):
        u = min(max(float(u), 0.0), 1.0)
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            value = math.exp(low + u * (high - low))
        else:
            value = self.low + u * (self.high - self.low)
        return min(max(value, self.low), self.high)

    def to_unit(self, value):
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            return (math.log(value) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)

    def check(self, value):
        value = float(value)
        tolerance = 1e-9 * max(1.0, abs(self.low), abs(self.high))
        if not (self.low - tolerance <= value <= self.high + tolerance):
            raise ValueError(f"{self.name}={value} outside [{self.low},{self.high}]")
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Int:
    name: str
    low: int
    high: int
    log: bool = False
    when: dict | str | None = None

    def to_json(self):
        bounds = {"low": self.low, "high": self.high, "log": self.log}
        return {"name": self.name, "type": "int", **bounds}

    def _edges(self):
        low, high = self.low - 0.5, self.high + 0.5
        return (math.log(low), math.log(high)) if self.log else (low, high)

    def from_unit(self, u):
        low, high = self._edges()
        value = low + min(max(float(u), 0.0), 1.0) * (high - low)
        value = int(math.floor((math.exp(value) if self.log else value) + 0.5))
        return min(max(value, self.low), self.high)

    def to_unit(self, value):
        low, high = self._edges()
        return ((math.log(value) if self.log else value) - low) / (high - low)

    def check(self, value):
        if abs(float(value) - round(float(value))) > 1e-6:
            raise ValueError(f"{self.name}={value} is not an integer")
        value = int(round(float(value)))
        if not (self.low <= value <= self.high):
            raise ValueError(f"{self.name}={value} outside [{self.low},{self.high}]")
        return value


@dataclass(frozen=True)
class Cat:
    name: str
    choices: tuple
    when: dict | str | None = None

    def to_json(self):
        return {"name": self.name, "type": "categorical", "choices": list(self.choices)}

    def from_unit(self, u):
        count = len(self.choices)
        return self.choices[min(int(min(max(float(u), 0.0), 1.0) * count), count - 1)]

    def to_unit(self, value):
        return (self.choices.index(value) + 0.5) / len(self.choices)

    def check(self, value):
        if value not in self.choices:
            raise ValueError(f"{self.name}={value!r} not among {self.choices}")
        return value


class Space(list):
    """A list of parameters, parents before their children, and the constraints on them.

    A parameter's `when` is None, a dict {parent: value or list of values} whose every entry must
    match, or an expression such as "n_layers >= 2". A parameter is active if its condition holds
    and every parameter that the condition mentions is active. `params` hold active parameters only.
    """

    def __init__(self, parameters=(), constraints=()):
        super().__init__(parameters)
        self.constraints = list(constraints)
        seen = set()
        for parameter in self:
            missing = self._parents(parameter) - seen
            if missing:
                raise ValueError(f"{parameter.name}: parents come first: {sorted(missing)}")
            seen.add(parameter.name)
        for text in self.constraints:
            missing = expressions.names(text) - seen
            if missing:
                raise ValueError(f"constraint {text!r}: unknown {sorted(missing)}")

    @staticmethod
    def _parents(parameter):
        if parameter.when is None:
            return set()
        if isinstance(parameter.when, str):
            return expressions.names(parameter.when)
        return set(parameter.when)

    @property
    def conditional(self):
        return any(parameter.when is not None for parameter in self)

    def is_active(self, parameter, params):
        """Whether `parameter` exists, given the active ones among those declared before it."""
        when = parameter.when
        if when is None:
            return True
        if not self._parents(parameter) <= params.keys():
            return False
        if isinstance(when, str):
            return expressions.holds(when, params)
        return all(
            params[parent] in value if isinstance(value, (list, tuple)) else params[parent] == value
            for parent, value in when.items()
        )

    def is_feasible(self, params):
        """Whether every constraint holds, exactly; one that mentions an inactive parameter does."""
        return all(
            expressions.holds(text, params)
            for text in self.constraints
            if expressions.names(text) <= params.keys()
        )

    # ---- JSON
    def to_json(self):
        out = []
        for parameter in self:
            when = {} if parameter.when is None else {"when": parameter.when}
            out.append({**parameter.to_json(), **when})
        return out

    @staticmethod
    def from_json(parameters, constraints=()):
        out = []
        for p in parameters:
            when = p.get("when")
            if p["type"] == "float":
                out.append(Float(p["name"], p["low"], p["high"], p.get("log", False), when))
            elif p["type"] == "int":
                out.append(Int(p["name"], p["low"], p["high"], p.get("log", False), when))
            else:
                out.append(Cat(p["name"], tuple(p["choices"]), when))
        return Space(out, constraints)

    # ---- one coordinate in [0, 1] per declared parameter; those of inactive ones are ignored
    def from_unit(self, u):
        params = {}
        for parameter, x in zip(self, u):
            if self.is_active(parameter, params):
                params[parameter.name] = parameter.from_unit(x)
        return params

    def to_unit(self, params):
        return [p.to_unit(params[p.name]) if p.name in params else 0.5 for p in self]

    def check(self, params):
        """The parameters with integers and ends made exact; ValueError for anything outside."""
        out = {}
        for parameter in self:
            if self.is_active(parameter, out):
                if parameter.name not in params:
                    raise ValueError(f"{parameter.name} is active but missing")
                out[parameter.name] = parameter.check(params[parameter.name])
        extra = set(params) - set(out)
        if extra:
            raise ValueError(f"inactive or unknown: {sorted(extra)}")
        if not self.is_feasible(out):
            raise ValueError(f"infeasible: {out} against {self.constraints}")
        return out

    # ---- one-hot unit encoding (the plain BoTorch loop); unconditional spaces only
    def to_onehot(self, params):
        out = []
        for p in self:
            if isinstance(p, Cat):
                out += [1.0 if params[p.name] == choice else 0.0 for choice in p.choices]
            else:
                out.append(p.to_unit(params[p.name]))
        return out

    def from_onehot(self, u):
        out, i = {}, 0
        for p in self:
            if isinstance(p, Cat):
                weights = [float(x) for x in u[i : i + len(p.choices)]]
                out[p.name] = p.choices[weights.index(max(weights))]
                i += len(p.choices)
            else:
                out[p.name] = p.from_unit(u[i])
                i += 1
        return out
