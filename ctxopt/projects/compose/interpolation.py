"""``$X`` and ``${X:-default}`` in the values of a Compose file, as compose-go's ``template`` reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields, Text, line_of

Lookup = Callable[[str], str | None]

# Keys that are cast to booleans once their variables are replaced.
_FLAGS = frozenset(
    (
        "privileged",
        "read_only",
        "tty",
        "stdin_open",
        "init",
        "oom_kill_disable",
        "attach",
        "no_cache",
        "pull",
    )
)
_MAX_DEPTH = 30
_MAX_TEXT = 1 << 20

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-+?]")


class TemplateError(Exception):
    """A template that Compose refuses; the message says why."""


def substitute(template: str, lookup: Lookup) -> str:
    """Return ``template`` with its variables replaced; an unset one is empty.

    ``lookup`` returns None for what is not set. Raises TemplateError. Source: CG ``template/template.go``.
    """
    if "$" not in template:
        return template
    pieces: list[str] = []
    place = 0
    while (found := template.find("$", place)) >= 0:
        pieces.append(template[place:found])
        following = template[found + 1 : found + 2]
        name = _NAME.match(template, found + 1)
        if following == "$":
            pieces.append("$")
            place = found + 2
        elif following == "{":
            end = _closing(template, found + 1)
            pieces.append(_braced(template[found + 2 : end], lookup))
            place = end + 1
        elif name:
            pieces.append(lookup(name[0]) or "")
            place = name.end()
        else:
            pieces.append("$")
            place = found + 1
    pieces.append(template[place:])
    if sum(map(len, pieces)) > _MAX_TEXT:
        raise TemplateError("the value grows without end")
    return "".join(pieces)


def _closing(template: str, start: int) -> int:
    """The place of the brace that closes the one at ``start``: every brace counts, not only those of variables."""
    depth = 0
    for place in range(start, len(template)):
        if template[place] == "{":
            depth += 1
            if depth > _MAX_DEPTH:
                raise TemplateError(f"braces are nested more than {_MAX_DEPTH} deep")
        elif template[place] == "}":
            depth -= 1
            if depth == 0:
                return place
    raise TemplateError(f"invalid interpolation format: {template[start - 1 :]!r} is not closed")


def _braced(inside: str, lookup: Lookup) -> str:
    name = _NAME.match(inside)
    if not name or "\n" in inside:
        raise TemplateError(f"invalid interpolation format: ${{{inside}}}")
    value = lookup(name[0])
    rest = inside[name.end() :]
    if not rest:
        return value or ""
    operator = _OPERATOR.match(rest)
    if not operator:
        raise TemplateError(f"invalid interpolation format: ${{{inside}}}")
    argument = rest[operator.end() :]
    # As in a shell, the colon makes an empty value count as a missing one.
    missing = value is None or (operator[0][0] == ":" and value == "")
    if operator[0][-1] == "+":
        return "" if missing else substitute(argument, lookup)
    if not missing:
        return value or ""
    if operator[0][-1] == "-":
        return substitute(argument, lookup)
    reason = substitute(argument, lookup)
    raise TemplateError(f"required variable {name[0]} is missing a value: {reason}")


def _is_flag(at: tuple[str, ...]) -> bool:
    """Whether a path is one of a service or its build, where it has a fixed meaning."""
    return at[0] == "services" and (len(at) == 3 or (len(at) == 4 and at[2] == "build"))


def _flag(text: str) -> bool:
    """A boolean, as variables in its place may say it. CG ``loader/interpolate.go``."""
    known = {"true": True, "y": True, "yes": True, "on": True, "false": False, "n": False, "no": False, "off": False}  # fmt: skip
    if text.lower() not in known:
        raise TemplateError(f"failed to cast to expected type: invalid boolean: {text}")
    return known[text.lower()]


class _Budget:
    """How much text the values of one file may become together."""

    def __init__(self) -> None:
        self.left = 16 * _MAX_TEXT

    def take(self, text: str) -> str:
        self.left -= len(text)
        if self.left < 0:
            raise TemplateError("the values grow without end")
        return text


def interpolate(
    value: Any,
    lookup: Lookup,
    path: str,
    at: tuple[str, ...] = (),
    budget: _Budget | None = None,
) -> Any:
    """Return ``value`` with every string in it substituted; keys stay as they are.

    Raises ProjectError that names ``path``, the line, and where in the file it is.
    """
    budget = budget or _Budget()
    if isinstance(value, Text):
        try:
            text = budget.take(substitute(value, lookup))
            # Compose turns text into a truth value only where a variable stood in it.
            if "$" in value and at[-1:] and at[-1] in _FLAGS and _is_flag(at):
                return _flag(text)
            return type(value)(text, value.line)
        except TemplateError as problem:
            where = ".".join(at)
            raise ProjectError(
                f"error while interpolating {where}: {problem}", path=path, line=line_of(value)
            ) from problem
    if isinstance(value, Fields):
        made = value.shallow()
        for key, inner in value.items():
            made[key] = interpolate(inner, lookup, path, (*at, key), budget)
        return made
    if isinstance(value, list):
        return [interpolate(inner, lookup, path, (*at, "[]"), budget) for inner in value]
    return value
