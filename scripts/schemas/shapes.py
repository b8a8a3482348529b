"""Short names for the parts of a JSON schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
"""How many, or how many bytes."""
LINE: Schema = {"type": "integer", "minimum": 1}
CHANGE: Schema = {"type": "integer"}
"""A difference, which may be negative."""


def choice(names: Iterable[str]) -> Schema:
    """Return the schema of one of several texts."""
    return {"enum": list(names)}


def many(item: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def by_name(value: Schema) -> Schema:
    """Return the schema of an object whose keys are anything."""
    return {"type": "object", "additionalProperties": value}


def record(**fields: Schema) -> Schema:
    """Return the schema of an object that has all of these keys; a later version may add some."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def merged(*records: Schema) -> Schema:
    """Return the schema of an object that has the keys of all of these."""
    fields: dict[str, Schema] = {}
    for each in records:
        fields |= each["properties"]
    return record(**fields)
