"""Functions about lists, sets and maps."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from ctxopt.projects.bake.conversion import (
    MAX_ITEMS,
    EvaluationError,
    ValueSet,
    is_equal,
    set_of,
    to_int,
    to_list,
    to_text,
)


def is_in(value: Any, items: list[Any]) -> bool:
    """Tell whether a list or set has the value."""
    return any(is_equal(value, item) for item in items)


def distinct(items: list[Any]) -> list[Any]:
    """Return the items, each once, in their order."""
    found: list[Any] = []
    for item in items:
        if not is_in(item, found):
            found.append(item)
    return found


def flatten(items: list[Any]) -> list[Any]:
    """Return the items of all lists in the list, however deep."""
    found = []
    for item in items:
        found += flatten(item) if isinstance(item, list) else [item]
    return found


def element(items: list[Any], place: Decimal) -> Any:
    """Return the item at a place, counted round and round."""
    if not items:
        raise EvaluationError("cannot use element with an empty list")
    return items[int(place) % len(items)]


def index(collection: Any, key: Any) -> Any:
    """Return the item of a list, or the value of a map."""
    if isinstance(collection, dict):
        return collection[to_text(key)]
    items = to_list(collection)
    place = to_int(key)
    if not 0 <= place < len(items):
        raise EvaluationError(f"key must be between 0 and {len(items) - 1} inclusive")
    return items[place]


def has_index(collection: Any, key: Any) -> bool:
    """Tell whether ``index`` would find something."""
    try:
        index(collection, key)
    except (EvaluationError, KeyError):
        return False
    return True


def index_of(items: list[Any], value: Any) -> int:
    """Return the place of a value in a list."""
    for place, item in enumerate(items):
        if is_equal(item, value):
            return place
    raise EvaluationError("item not found")


def lookup(fields: dict[str, Any], key: str, default: Any) -> Any:
    """Return the value of a key, or the default."""
    return fields.get(key, default)


def merge(*maps: Any) -> dict[str, Any]:
    """Return all keys of all maps; the later one wins, null has none."""
    found: dict[str, Any] = {}
    for one in maps:
        found.update(one or {})
    return found


def coalesce(*values: Any) -> Any:
    """Return the first value that is not null; an empty text is one."""
    for value in values:
        if value is not None:
            return value
    raise EvaluationError("no non-null arguments")


def length(collection: Any) -> int:
    """Return how many items or keys there are."""
    if isinstance(collection, str):
        raise EvaluationError("a collection is required, not string")
    return len(collection)


def product(*lists: list[Any]) -> Any:
    """Return every combination of an item of each list."""
    size = 1
    for one in lists:
        size *= len(one)
    if size > MAX_ITEMS:
        raise EvaluationError("more combinations than can be returned")
    return [list(combination) for combination in itertools.product(*lists)]


def chunks(items: list[Any], size: Decimal) -> list[list[Any]]:
    """Return the list in pieces of at most ``size`` items."""
    step = int(size) or max(1, len(items))
    return [items[place : place + step] for place in range(0, len(items), step)]


def set_subtract(one: list[Any], other: list[Any]) -> ValueSet:
    """Return what is in one set and not in the other."""
    return set_of(item for item in one if not is_in(item, other))


def set_intersection(one: list[Any], other: list[Any]) -> ValueSet:
    """Return what is in both sets."""
    return set_of(item for item in one if is_in(item, other))


def set_difference(one: list[Any], other: list[Any]) -> ValueSet:
    """Return what is in one of two sets."""
    return set_of(item for item in [*one, *other] if is_in(item, one) != is_in(item, other))


FUNCTIONS = {
    "concat": ("l*", lambda *lists: [item for items in lists for item in items]),
    "contains": ("la", lambda items, value: is_in(value, items)),
    "distinct": ("l", distinct),
    "flatten": ("l", flatten),
    "compact": ("l", lambda items: [item for item in items if item]),
    "element": ("ln", element),
    "index": ("aa", index),
    "hasindex": ("aa", has_index),
    "indexof": ("la", index_of),
    "keys": ("m", sorted),
    "values": ("m", to_list),
    "lookup": ("msx", lookup),
    "merge": ("x*", merge),
    "length": ("a", length),
    "coalesce": ("x*", coalesce),
    "coalescelist": ("l*", lambda *lists: next(items for items in lists if items)),
    "reverselist": ("l", lambda items: items[::-1]),
    "slice": ("lnn", lambda items, start, end: items[int(start) : int(end)]),
    "sort": ("l", lambda items: sorted(map(to_text, items))),
    "chunklist": ("ln", chunks),
    "zipmap": ("ll", lambda keys, values: dict(zip(map(to_text, keys), values, strict=True))),
    "sethaselement": ("la", lambda items, value: is_in(value, items)),
    "setsubtract": ("ll", set_subtract),
    "setintersection": ("ll", set_intersection),
    "setunion": ("l*", lambda *lists: set_of(item for items in lists for item in items)),
    "setsymmetricdifference": ("ll", set_difference),
    "setproduct": ("l*", product),
}
