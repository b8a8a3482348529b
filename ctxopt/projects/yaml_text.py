"""YAML as Compose's parser reads it: libyaml's events, resolved by go-yaml's mixture of 1.1 and 1.2.

Values, lines and the tags ``!reset`` and ``!override`` come out; nothing is known of Compose's keys.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields, Text, Timestamp

MAX_BYTES = 4 << 20
MAX_DEPTH = 100
# What aliases expand to counts as often as it is used: this is where a "billion laughs" ends.
MAX_VALUES = 200_000

Path = tuple[str, ...]

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}  # fmt: skip
_NULLS = ("", "~", "null", "Null", "NULL")
_FLOATS = {".nan": "NaN", ".NaN": "NaN", ".NAN": "NaN", ".inf": "+Inf", ".Inf": "+Inf", ".INF": "+Inf", "+.inf": "+Inf", "-.inf": "-Inf"}  # fmt: skip
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?\Z")  # fmt: skip


class Document(NamedTuple):
    """One YAML document: its value, and the paths that ``!reset`` and ``!override`` mark."""

    value: Any
    marked: tuple[Path, ...]


class _Node:
    """A scalar (``value`` is text), a list or a map (``value`` is nodes, keys and values in turn)."""

    __slots__ = ("height", "kind", "line", "plain", "size", "tag", "value")

    def __init__(self, kind: str, tag: str | None, value: Any, line: int) -> None:
        self.kind = kind
        self.tag = tag
        self.value = value
        self.line = line
        self.plain = False
        self.size = 1
        self.height = 1


def read_documents(content: bytes, path: str) -> list[Document]:
    """Return the documents of a YAML text; raises ProjectError with the line of what is wrong.

    The depth, and what aliases expand to, are limited. Source: go-yaml v3's ``resolve.go``, ``decode.go``.
    """
    return [_Reader(path).document(root) for root in _Parser(path).parse(content)]


class _Parser:
    """Events to nodes, without recursion: libyaml says what is nested, a list keeps it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.anchors: dict[str, _Node] = {}
        self.open: list[_Node] = []
        self.roots: list[_Node] = []

    def parse(self, content: bytes) -> list[_Node]:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(content, Loader=loader):
                self.take(event, yaml)
        except yaml.MarkedYAMLError as problem:
            line = problem.problem_mark.line + 1 if problem.problem_mark else None
            raise self.refuse(f"not valid YAML: {problem.problem}", line) from problem
        except (yaml.YAMLError, UnicodeError) as problem:
            reason = getattr(problem, "reason", None) or str(problem).splitlines()[0]
            raise self.refuse(f"not valid YAML: {reason}", None) from problem
        return self.roots

    def take(self, event: Any, yaml: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.anchors = {}
        elif isinstance(event, yaml.AliasEvent):
            self.add(self.aliased(event.anchor, line))
        elif isinstance(event, yaml.ScalarEvent):
            node = _Node("scalar", event.tag, event.value, line)
            node.plain = event.style is None or event.style == ""
            self.anchor(event.anchor, node)
            self.add(node)
        elif isinstance(event, yaml.CollectionStartEvent):
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            node = _Node(kind, event.tag, [], line)
            self.anchor(event.anchor, node)
            self.open.append(node)
            if len(self.open) > MAX_DEPTH:
                raise self.refuse(f"is nested more than {MAX_DEPTH} deep", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.add(self.open.pop())

    def anchor(self, name: str | None, node: _Node) -> None:
        if name is not None:
            self.anchors[name] = node

    def aliased(self, name: str, line: int) -> _Node:
        node = self.anchors.get(name)
        if node is None:
            raise self.refuse(f"unknown anchor {name!r} referenced", line)
        if any(node is outer for outer in self.open):
            raise self.refuse(f"the alias *{name} stands inside of what it names", line)
        return node

    def add(self, node: _Node) -> None:
        if not self.open:
            self.roots.append(node)
            return
        outer = self.open[-1]
        outer.value.append(node)
        outer.size += node.size
        outer.height = max(outer.height, node.height + 1)
        if outer.size > MAX_VALUES:
            raise self.refuse(f"expands to more than {MAX_VALUES:,} values", node.line)
        if outer.height > MAX_DEPTH:
            raise self.refuse(f"is nested more than {MAX_DEPTH} deep", node.line)

    def refuse(self, reason: str, line: int | None) -> ProjectError:
        return ProjectError(reason, path=self.path, line=line)


class _Reader:
    """Nodes to values, with what go-yaml and Compose demand of keys."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.marked: list[Path] = []

    def document(self, root: _Node) -> Document:
        value = self.value(root, ())
        return Document(value, tuple(self.marked))

    def value(self, node: _Node, at: Path) -> Any:
        if node.tag == "!override":
            self.marked.append(at)
        if node.kind == "scalar":
            return resolve(node.value, node.tag, node.line, plain=node.plain)
        if node.kind == "list":
            items = (self.value(item, (*at, f"[{place}]")) for place, item in enumerate(node.value))
            return [
                item for item, one in zip(items, node.value, strict=True) if one.tag != "!reset"
            ]
        return self.fields(node, at)

    def fields(self, node: _Node, at: Path) -> Fields:
        made = Fields(line=node.line)
        merged: _Node | None = None
        seen: dict[tuple[str, str], int] = {}
        for key, inner in zip(node.value[::2], node.value[1::2], strict=True):
            self.check_twice(key, seen)
            if key.kind == "scalar" and key.value == "<<" and (key.plain or key.tag):
                merged = inner
                continue
            name = self.key(key, at)
            if inner.tag == "!reset":
                self.marked.append((*at, name))
                continue
            made.place(Text(name, key.line), self.value(inner, (*at, name)), key.line)
        if merged is not None:
            self.merge(made, merged, at)
        return made

    def check_twice(self, key: _Node, seen: dict[tuple[str, str], int]) -> None:
        if key.kind != "scalar":
            return
        mark = (key.value, "plain" if key.plain else "text")
        if key.plain and isinstance(resolve(key.value, key.tag, 0, plain=True), str):
            mark = (key.value, "text")
        if mark in seen:
            raise ProjectError(
                f"mapping key {key.value!r} already defined at line {seen[mark]}",
                path=self.path,
                line=key.line,
            )
        seen[mark] = key.line

    def key(self, node: _Node, at: Path) -> str:
        value = None
        if node.kind == "scalar":
            value = resolve(node.value, node.tag, node.line, plain=node.plain)
        if not isinstance(value, str) or isinstance(value, Timestamp):
            where = ".".join(at) or "the top level"
            shown = node.value if node.kind == "scalar" else f"a {node.kind}"
            raise ProjectError(f"non-string key in {where}: {shown}", path=self.path, line=node.line)  # fmt: skip
        return value

    def merge(self, made: Fields, merged: _Node, at: Path) -> None:
        sources = merged.value if merged.kind == "list" else [merged]
        for source in sources:
            if merged.kind == "scalar" or source.kind != "map":
                raise ProjectError(
                    "map merge requires map or sequence of maps as the value",
                    path=self.path,
                    line=source.line if merged.kind == "list" else merged.line,
                )
            base = self.fields(source, at)
            for key, value in base.items():
                # Own keys win wherever they stand, and of several sources the first one does.
                if key not in made:
                    made.place(key, value, base.lines[key])


def resolve(text: str, tag: str | None, line: int, *, plain: bool) -> Any:
    """Return what a scalar is: text, a number, a boolean, a date or nothing."""
    short = (tag or "").removeprefix("tag:yaml.org,2002:").removeprefix("!!")
    if short.startswith("!") and short != "!":
        # A tag of one's own makes a text of any scalar, of nothing as well.
        return Text(text, line)
    if short in ("str", "binary") or (not plain and short not in ("int", "float", "bool", "null")):
        return Text(text, line)
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    if text in _FLOATS:
        return float(_FLOATS[text])
    if text[0] in "0123456789+-.":
        number = _number(text.replace("_", ""))
        if number is not None:
            return number
    if _DATE.match(text):
        return Timestamp(text, line)
    return Text(text, line)


def _number(text: str) -> int | float | None:
    if len(text) > 400:
        return None
    if _INTEGER.match(text):
        digits = text.lstrip("+-")
        old_octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
        value = int(digits, 8 if old_octal else 0)
        if text[0] == "-":
            value = -value
        if -(1 << 63) <= value < 1 << 64:
            return value
        return float(value)
    if _FLOAT.match(text):
        return float(text)
    return None


def number_text(value: float) -> str:
    """Return a number as Go's ``%v`` prints it: shortest, with an exponent from 1e+06 on."""
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    if value == 0:
        return "0"
    sign, digits, point = _decimal(value)
    exponent = point - 1
    if -4 <= exponent < 6:
        return sign + _plain(digits, point)
    mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
    return f"{sign}{mantissa}e{exponent:+03d}"


def _decimal(value: float) -> tuple[str, str, int]:
    """The sign, the shortest digits and where the point stands among them."""
    from decimal import Decimal

    parts = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, parts.digits))
    point = len(digits) + int(parts.exponent)
    stripped = digits.rstrip("0") or "0"
    return ("-" if parts.sign else ""), stripped, point


def _plain(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]
