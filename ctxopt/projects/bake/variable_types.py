"""Types of variables, and the values that the environment gives them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake.conversion import (
    EvaluationError,
    kind_of,
    set_of,
    to_bool,
    to_list,
    to_map,
    to_number,
    to_text,
)
from ctxopt.projects.bake.functions.formats import json_decode

_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")
_FLOAT = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
_PRIMITIVES = ("string", "number", "bool")


class VariableType(NamedTuple):
    """``kind`` is a primitive, ``any``, or a collection of what is in ``inner``; objects and tuples have parts."""

    kind: str
    inner: tuple[VariableType, ...] = ()
    names: tuple[str, ...] = ()
    optional: tuple[bool, ...] = ()


def read_type(node: x.Expression) -> VariableType:
    """Return the type that an expression names; raises EvaluationError."""
    if isinstance(node, x.Variable) and node.name in (*_PRIMITIVES, "any"):
        return VariableType(node.name)
    # A type with types in it is written like a call: list(string), object({port = number}).
    if isinstance(node, x.Call) and len(node.arguments) == 1:
        argument = node.arguments[0]
        if node.name in ("list", "set", "map"):
            return VariableType(node.name, (read_type(argument),))
        if node.name == "tuple" and isinstance(argument, x.Tuple):
            return VariableType("tuple", tuple(read_type(item) for item in argument.items))
        if node.name == "object" and isinstance(argument, x.Object):
            return _object_type(argument)
    raise EvaluationError("this is no type")


def _object_type(node: x.Object) -> VariableType:
    names, inner, optional = [], [], []
    for key, value in node.items:
        may_miss = isinstance(value, x.Call) and value.name == "optional"
        if may_miss and isinstance(value, x.Call):
            if len(value.arguments) != 1:
                raise EvaluationError("optional takes one argument, the type")
            value = value.arguments[0]
        names.append("".join(map(str, key.parts)) if isinstance(key, x.Template) else "")
        inner.append(read_type(value))
        optional.append(may_miss)
    return VariableType("object", tuple(inner), tuple(names), tuple(optional))


def convert(value: Any, wanted: VariableType) -> Any:
    """Return ``value`` as ``wanted``; raises EvaluationError where it does not fit."""
    if value is None or wanted.kind == "any":
        return value
    # A type holds types: what is inside of a list or a map is converted one by one.
    match wanted.kind:
        case "string":
            return to_text(value)
        case "number":
            return to_number(value)
        case "bool":
            return to_bool(value)
        case "list":
            return [convert(item, wanted.inner[0]) for item in to_list(value)]
        case "set":
            return set_of(convert(item, wanted.inner[0]) for item in to_list(value))
        case "map":
            return {key: convert(item, wanted.inner[0]) for key, item in to_map(value).items()}
        case "tuple":
            items = to_list(value)
            if len(items) != len(wanted.inner):
                raise EvaluationError(f"a tuple of {len(wanted.inner)} is required")
            return [convert(item, one) for item, one in zip(items, wanted.inner, strict=True)]
        case _:
            return _converted_fields(value, wanted)


def _converted_fields(value: Any, wanted: VariableType) -> dict[str, Any]:
    fields = to_map(value)
    found = {}
    for name, inner, may_miss in zip(wanted.names, wanted.inner, wanted.optional, strict=True):
        if name not in fields and not may_miss:
            raise EvaluationError(f"attribute {name!r} is required")
        found[name] = convert(fields.get(name), inner)
    return found


def from_environment(
    name: str, wanted: VariableType | None, default: Any, variables: Mapping[str, str]
) -> tuple[bool, Any]:
    """Return whether the environment sets a variable, and to what; raises EvaluationError.

    Source: BX ``bake/hclparser/hclparser.go``, ``resolveValue``.
    """
    if wanted is not None and f"{name}_JSON" in variables:
        return True, convert(json_decode(variables[f"{name}_JSON"]), wanted)
    if name not in variables:
        return False, None
    text = variables[name]
    if wanted is not None:
        return True, _typed(name, text, wanted)
    kind = kind_of(default)
    if kind in (*_PRIMITIVES, "null"):
        return True, _primitive(name, text, kind)
    raise EvaluationError(f"unsupported type {kind} for variable {name}")


def _typed(name: str, text: str, wanted: VariableType) -> Any:
    if wanted.kind in _PRIMITIVES:
        return _primitive(name, text, wanted.kind)
    inner = {one.kind for one in wanted.inner}
    if wanted.kind not in ("list", "set", "tuple", "map") or not inner <= set(_PRIMITIVES):
        raise EvaluationError(f"unsupported type {wanted.kind} for variable {name}")
    # Bake reads a variable of the environment as one row of a CSV file.
    cells = next(csv.reader(io.StringIO(text)), [])
    if wanted.kind == "map":
        pairs = [cell.partition(":") for cell in cells]
        if not all(colon for _, colon, _ in pairs):
            raise EvaluationError(f"failed to parse {name}: key:value pairs are required")
        kind = wanted.inner[0].kind
        return {key.strip(): _primitive(name, value.strip(), kind) for key, _, value in pairs}
    kinds = [one.kind for one in wanted.inner]
    if wanted.kind != "tuple":
        kinds = kinds * len(cells)
    if len(kinds) != len(cells):
        raise EvaluationError(f"failed to parse {name}: {len(kinds)} values are required")
    values = [_primitive(name, cell, kind) for cell, kind in zip(cells, kinds, strict=True)]
    return set_of(values) if wanted.kind == "set" else values


def _primitive(name: str, text: str, kind: str) -> Any:
    if kind == "bool":
        if text not in _TRUE + _FALSE:
            raise EvaluationError(f"failed to parse {name} as bool: {text!r}")
        return text in _TRUE
    if kind == "number":
        # Go's own numbers may have underscores between their digits.
        plain = re.sub(r"(?<=\d)_(?=\d)", "", text)
        if not _FLOAT.match(plain) or len(text) > 400:
            raise EvaluationError(f"failed to parse {name} as number: {text!r}")
        return Decimal(plain)
    return text
