"""Functions about numbers, comparisons and booleans."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from ctxopt.projects.bake.conversion import MAX_ITEMS, EvaluationError, is_equal
from ctxopt.projects.bake.evaluation import operate


def _binary(operator: str) -> Any:
    return lambda one, other: operate(operator, one, other)


def number_range(*limits: Decimal) -> list[Decimal]:
    """Return the numbers from a start to before an end, by steps."""
    if len(limits) not in (1, 2, 3):
        raise EvaluationError("range takes one to three arguments")
    start, end = Decimal(0), limits[0]
    if len(limits) > 1:
        start, end = limits[0], limits[1]
    step = Decimal(1)
    if end < start:
        step = Decimal(-1)
    if len(limits) == 3:
        step = limits[2]
    if step == 0 or abs((end - start) / step) > MAX_ITEMS:
        raise EvaluationError("more values than can be returned")
    found = []
    while (start < end) if step > 0 else (start > end):
        found.append(start)
        start += step
    return found


def parse_int(text: str, base: Decimal) -> int:
    """Return the whole number that ``text`` is in ``base``."""
    if len(text) > 1_000 or "_" in text or not 2 <= base <= 36:
        raise EvaluationError("not a number of that base")
    return int(text, int(base))


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Return ``base`` to the power of ``exponent``."""
    return Decimal(repr(math.pow(base, exponent)))


def logarithm(number: Decimal, base: Decimal) -> Decimal:
    """Return the logarithm of ``number``."""
    return Decimal(repr(math.log(number, base)))


FUNCTIONS = {
    "add": ("nn", _binary("+")),
    "subtract": ("nn", _binary("-")),
    "multiply": ("nn", _binary("*")),
    "divide": ("nn", _binary("/")),
    "modulo": ("nn", _binary("%")),
    "negate": ("n", lambda number: -number),
    "absolute": ("n", abs),
    "ceil": ("n", math.ceil),
    "floor": ("n", math.floor),
    "int": ("n", int),
    "signum": ("n", lambda number: (number > 0) - (number < 0)),
    "min": ("nn*", min),
    "max": ("nn*", max),
    "pow": ("nn", power),
    "log": ("nn", logarithm),
    "parseint": ("sn", parse_int),
    "range": ("n*", number_range),
    "equal": ("xx", is_equal),
    "notequal": ("xx", lambda one, other: not is_equal(one, other)),
    "greaterthan": ("nn", _binary(">")),
    "greaterthanorequalto": ("nn", _binary(">=")),
    "lessthan": ("nn", _binary("<")),
    "lessthanorequalto": ("nn", _binary("<=")),
    "and": ("bb", _binary("&&")),
    "or": ("bb", _binary("||")),
    "not": ("b", lambda value: not value),
}
