"""The functions of Bake's language.

    call_function("upper", ["a"])       # "A"
    call_function("join", ["-", ["a", "b"], ["c"]])

Arguments are counted and converted by the signature that stands beside each function. BX ``hclparser/stdlib.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from ctxopt.projects.bake.conversion import (
    EvaluationError,
    to_bool,
    to_list,
    to_map,
    to_number,
    to_text,
)

_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "s": to_text,
    "n": to_number,
    "b": to_bool,
    "l": to_list,
    "m": to_map,
}


@cache
def functions() -> dict[str, tuple[str, Callable[..., Any]]]:
    """Return all of them by name, each with its signature.

    A letter is a parameter: ``s``tring, ``n``umber, ``b``ool, ``l``ist, ``m``ap, ``a``nything but null, ``x``: null
    as well; ``?`` behind it may be left out, ``*`` stands for any number of them.
    """
    from ctxopt.projects.bake.functions import collections, formats, numbers, text

    return {**text.FUNCTIONS, **numbers.FUNCTIONS, **collections.FUNCTIONS, **formats.FUNCTIONS}


def call_function(name: str, arguments: list[Any]) -> Any:
    """Return the result of one of Bake's functions; raises EvaluationError."""
    signature, function = functions()[name]
    try:
        return _result(function(*_converted(name, signature, arguments)))
    except EvaluationError as problem:
        raise EvaluationError(f"call to function {name!r} failed: {problem}") from problem
    except (ValueError, ArithmeticError, LookupError, OSError) as problem:
        raise EvaluationError(f"call to function {name!r} failed: {problem}") from problem


def _result(value: Any) -> Any:
    """Python's whole numbers as numbers of the language."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def _converted(name: str, signature: str, arguments: list[Any]) -> list[Any]:
    letters: list[str] = []
    least = 0
    for place, letter in enumerate(signature):
        if letter == "*":
            repeated = letters.pop()
            least -= 1
            letters += [repeated] * (len(arguments) - len(letters))
        elif letter != "?":
            letters.append(letter)
            least += signature[place + 1 : place + 2] != "?"
    if not least <= len(arguments) <= len(letters):
        raise EvaluationError(f"{name} takes {least} argument(s), not {len(arguments)}")
    found = []
    for letter, argument in zip(letters, arguments, strict=False):
        if letter != "x" and argument is None:
            raise EvaluationError("argument must not be null")
        found.append(_CONVERSIONS.get(letter, _same)(argument))
    return found


def _same(value: Any) -> Any:
    return value
