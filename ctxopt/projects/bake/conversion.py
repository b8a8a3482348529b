"""What Bake's values are and become: text, numbers of any size, booleans, null, lists, sets and maps.

Python's own types stand for them: ``str``, ``Decimal``, ``bool``, ``None``, ``list``, ``ValueSet``, ``dict``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

# 512 bits, as HCL's numbers have.
NUMBERS = Context(prec=154, traps=[InvalidOperation, DivisionByZero, Overflow])
MAX_TEXT = 1 << 20
MAX_ITEMS = 10_000


class EvaluationError(Exception):
    """An expression without a value; the message says why, as HCL's would."""


class ValueSet(list[Any]):
    """A set: sorted, each value once; it has no indexes."""


def set_of(values: Iterable[Any]) -> ValueSet:
    """Return a set of the values, in the order in which HCL walks it."""
    kept: list[Any] = []
    for value in values:
        if not any(is_equal(value, other) for other in kept):
            kept.append(value)
    return ValueSet(sorted(kept, key=_rank))


def _rank(value: Any) -> tuple[str, Any]:
    if isinstance(value, str | Decimal):
        return type(value).__name__, value
    return "~", repr(value)


def weigh(value: Any, limit: int = 1 << 21) -> int:
    """Return how much a value is with all that is in it, as often as it is in it; not over ``limit``."""
    weight = 0
    stack = [value]
    while stack and weight < limit:
        one = stack.pop()
        weight += 1
        if isinstance(one, str):
            weight += len(one) >> 3
        elif isinstance(one, list):
            stack += one
        elif isinstance(one, dict):
            stack += one.values()
    return weight


def kind_of(value: Any) -> str:
    """Return what HCL calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, ValueSet):
        return "set"
    return "list" if isinstance(value, list) else "object"


def to_text(value: Any) -> str:
    """Return a primitive value as text; raises EvaluationError for any other."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _plain_number(value)
    raise EvaluationError(f"string required, not {kind_of(value)}")


def _plain_number(value: Decimal) -> str:
    if value.adjusted() > 5_000:
        raise EvaluationError("number too large")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_number(value: Any) -> Decimal:
    """Return a number, or what the text says; raises EvaluationError."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and len(value) < 1_000 and "_" not in value:
        try:
            found = Decimal(value.strip() if value.strip() == value else "x")
        except InvalidOperation:
            found = Decimal("NaN")
        if found.is_finite():
            return NUMBERS.plus(found)
    raise EvaluationError("a number is required")


def to_int(value: Any) -> int:
    """Return a whole number; raises EvaluationError."""
    number = to_number(value)
    if number != number.to_integral_value() or abs(number) > 1 << 63:
        raise EvaluationError("a whole number is required")
    return int(number)


def to_bool(value: Any) -> bool:
    """Return a boolean, or what ``"true"`` and ``"false"`` say; raises EvaluationError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false", "1", "0"):
        return value in ("true", "1")
    raise EvaluationError("a bool is required")


def to_list(value: Any) -> list[Any]:
    """Return the values of a list, a set or a map; raises EvaluationError."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    raise EvaluationError(f"a list is required, not {kind_of(value)}")


def to_map(value: Any) -> dict[str, Any]:
    """Return a map; raises EvaluationError."""
    if isinstance(value, dict):
        return value
    raise EvaluationError(f"a map is required, not {kind_of(value)}")


def _unify_items(chosen: list[Any], other: list[Any]) -> list[Any]:
    """A list as it is where the other one has the same types in it, else with one type for all."""
    if [kind_of(item) for item in chosen] == [kind_of(item) for item in other]:
        return chosen
    return _one_type(chosen, [*chosen, *other])


def _unify_fields(chosen: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    if chosen.keys() == other.keys():
        return {key: unify(value, other[key]) for key, value in chosen.items()}
    values = _one_type(list(chosen.values()), [*chosen.values(), *other.values()])
    return dict(zip(chosen, values, strict=True))


def _one_type(items: list[Any], beside: list[Any]) -> list[Any]:
    kinds = {kind_of(item) for item in beside if item is not None}
    if not kinds <= {"string", "number", "bool"} or len(kinds) == 1:
        return items
    if "string" not in kinds:
        raise EvaluationError("the two sides of a condition have different types in them")
    return [None if item is None else to_text(item) for item in items]


def is_equal(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; a text and a number never are."""
    if kind_of(one) != kind_of(other):
        return False
    if isinstance(one, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(is_equal(a, b) for a, b in pairs)
    if isinstance(one, dict):
        same = one.keys() == other.keys()
        return same and all(is_equal(value, other[key]) for key, value in one.items())
    return bool(one == other)


def unify(chosen: Any, other: Any) -> Any:
    """Return ``chosen`` in the type that it shares with ``other``; raises EvaluationError where there is none."""
    if chosen is None or other is None:
        return chosen
    kinds = {kind_of(chosen), kind_of(other)}
    primitive = kinds & {"string", "number", "bool"}
    collections = kinds & {"list", "set"}
    if kinds == collections:
        return _unify_items(chosen, other)
    if kinds == {"object"}:
        return _unify_fields(chosen, other)
    if len(kinds) == 1:
        return chosen
    if kinds == primitive and "string" in kinds:
        return to_text(chosen)
    shown = " and ".join(sorted(kinds))
    raise EvaluationError(f"the two sides of a condition have different types: {shown}")
