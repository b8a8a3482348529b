"""What an expression, a block and a file of Bake's language consist of; nothing is evaluated here.

Data classes, as named tuples that hold each other keep type checkers busy for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a boolean or null."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """Text with parts to be filled in; one part alone keeps its type."""

    parts: tuple[TemplatePart, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """``%{ if }``."""

    condition: Expression
    then: Template
    otherwise: Template
    line: int


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """``%{ for }``."""

    names: tuple[str, ...]
    collection: Expression
    body: Template
    line: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A name."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Attr:
    """``object.name``."""

    object: Expression
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Index:
    """``object[key]``."""

    object: Expression
    key: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Splat:
    """``list[*]`` or ``list.*`` and the steps behind it: names, or expressions of indexes."""

    object: Expression
    steps: tuple[str | Expression, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; ``expands`` where ``...`` follows the last argument."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool
    line: int


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``!x``."""

    operator: str
    operand: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands with an operator between them."""

    operator: str
    left: Expression
    right: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Tuple:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Object:
    """``{ key = value }``."""

    items: tuple[tuple[Expression, Expression], ...]
    line: int


@dataclass(frozen=True, slots=True)
class For:
    """A ``for`` expression: of an object where there is a ``key``; ``grouped`` where ``...`` follows."""

    names: tuple[str, ...]
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    grouped: bool
    line: int


Expression: TypeAlias = (
    Literal
    | Template
    | Variable
    | Attr
    | Index
    | Splat
    | Call
    | Unary
    | Binary
    | Conditional
    | Tuple
    | Object
    | For
)
TemplatePart: TypeAlias = str | Expression | TemplateIf | TemplateFor


@dataclass(frozen=True, slots=True)
class HclBlock:
    """A block: its kind, its labels, what stands in it."""

    kind: str
    labels: tuple[str, ...]
    body: HclBody
    line: int


@dataclass(frozen=True, slots=True)
class HclBody:
    """Attributes by name, and blocks; ``path`` is the file that it is in."""

    attributes: dict[str, Expression]
    lines: dict[str, int]
    blocks: list[HclBlock]
    path: str
