"""Small arithmetic expressions over parameters, for conditions and constraints.

Grammar: comparisons (`<= < >= > == !=`, also chained) of sums, products, quotients and powers of
parameter names, numbers and quoted strings, joined by `and`.
"""

from __future__ import annotations

import ast
import operator
from functools import lru_cache

_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE = {
    ast.LtE: operator.le,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.Gt: operator.gt,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@lru_cache(None)
def parse(text: str) -> ast.expr:
    """The syntax tree of `text`; ValueError where it goes beyond the grammar."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        known = isinstance(
            node,
            (
                ast.Compare, ast.BinOp, ast.UnaryOp, ast.USub, ast.BoolOp, ast.And,
                ast.Name, ast.Load, ast.Constant, *_BINARY, *_COMPARE,
            ),
        )  # fmt: skip
        if not known:
            raise ValueError(f"not understood in {text!r}: {type(node).__name__}")
    return tree


def names(text: str) -> set[str]:
    """The parameters that an expression mentions."""
    return {node.id for node in ast.walk(parse(text)) if isinstance(node, ast.Name)}


def _value(node, params):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return params[node.id]
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, params)
    return _BINARY[type(node.op)](_value(node.left, params), _value(node.right, params))


def _comparisons(node):
    """(left, operator, right) of every comparison, chains and `and` taken apart."""
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _comparisons(part)
    else:
        left = node.left
        for op, right in zip(node.ops, node.comparators):
            yield left, type(op), right
            left = right


def holds(text: str, params: dict) -> bool:
    """Whether the expression is true, evaluated in floating point with no tolerance."""
    return all(
        _COMPARE[op](_value(left, params), _value(right, params))
        for left, op, right in _comparisons(parse(text))
    )


def excess(text: str, params: dict) -> float:
    """By how much an inequality is missed: positive where it does not hold, at most 0 where it does."""
    worst = float("-inf")
    for left, op, right in _comparisons(parse(text)):
        difference = float(_value(left, params)) - float(_value(right, params))
        worst = max(worst, -difference if op in (ast.GtE, ast.Gt) else difference)
    return worst
