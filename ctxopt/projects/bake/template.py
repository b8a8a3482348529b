"""Templates: text with ``${}`` and ``%{}`` in it, from heredocs and JSON, or from the pieces of a quoted string."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x

_START = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_DIRECTIVE = re.compile(r"\s*(if|else|endif|for|endfor)\b\s*(.*)\Z", re.DOTALL)
_FOR = re.compile(r"([\w-]+)\s*(?:,\s*([\w-]+))?\s+in\b(.*)\Z", re.DOTALL)


class Mark(NamedTuple):
    """One ``${}`` or ``%{}``: which, the names and the expression in it, and which side is trimmed."""

    kind: str
    names: tuple[str, ...]
    expression: x.Expression | None
    trims_left: bool
    trims_right: bool


Piece: TypeAlias = str | Mark
# The text of an expression, its file and its line.
ReadExpression: TypeAlias = Callable[[str, str, int], x.Expression]


def read_template(text: str, path: str, line: int, read: ReadExpression) -> x.Expression:
    """Return the template ``text``, which starts on ``line`` of ``path``; ``read`` reads what is in the braces.

    Raises ProjectError.
    """
    pieces: list[Piece] = []
    place = 0
    while found := _START.search(text, place):
        pieces.append(text[place : found.start()])
        if len(found[0]) == 3:
            # ``$${`` and ``%%{`` stand for themselves, without the first sign.
            pieces.append(found[0][1:])
            place = found.end()
            continue
        here = line + text.count("\n", 0, found.start())
        end = _closing(text, found.end())
        if end < 0:
            raise ProjectError(f"{found[0]} is not closed", path=path, line=here)
        pieces.append(_mark(found[0], text[found.end() : end], path, here, read))
        place = end + 1
    pieces.append(text[place:])
    return assemble(pieces, path, line)


def without_trim_marks(text: str) -> str:
    """Return HCL with blanks for the ``~`` of ``${~ x ~}``, which python-hcl2 does not know; places stay."""
    if "${~" not in text and "~}" not in text:
        return text
    letters = list(text)
    for found in _START.finditer(text):
        if found[0] != "${":
            continue
        end = _closing(text, found.end())
        for place in (found.end(), end - 1):
            if 0 <= place < end and text[place] == "~":
                letters[place] = " "
    return "".join(letters)


def _closing(text: str, place: int) -> int:
    """Where the brace is that closes the one before ``place``; strings may hold braces."""
    depth = 1
    quoted = False
    while place < len(text):
        char = text[place]
        if quoted and char == "\\":
            place += 1
        elif char == '"':
            quoted = not quoted
        # A string may hold a template of its own, with strings in it.
        elif quoted and text.startswith(("${", "%{"), place):
            place = _closing(text, place + 2)
            if place < 0:
                return -1
        elif not quoted and char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return place
        place += 1
    return -1


def _mark(start: str, inside: str, path: str, line: int, read: ReadExpression) -> Mark:
    left, right = inside.startswith("~"), inside.endswith("~") and len(inside) > 1
    inside = inside[left : len(inside) - right]
    if start == "${":
        return Mark("interpolation", (), read(inside, path, line), left, right)
    found = _DIRECTIVE.match(inside)
    if not found:
        raise ProjectError(f"%{{{inside}}} is no directive", path=path, line=line)
    kind, rest = found[1], found[2]
    if kind == "if":
        return Mark(kind, (), read(rest, path, line), left, right)
    if kind != "for":
        return Mark(kind, (), None, left, right)
    loop = _FOR.match(rest)
    if not loop:
        raise ProjectError(f"%{{{inside}}} is no loop", path=path, line=line)
    names = tuple(name for name in loop.group(1, 2) if name)
    return Mark(kind, names, read(loop[3], path, line), left, right)


def assemble(pieces: list[Piece], path: str, line: int) -> x.Expression:
    """Return the pieces as one template, with what belongs into an ``if`` or a ``for`` in it."""
    queue = list(reversed(_trimmed(pieces)))
    parts, end = _sequence(queue, path, line)
    if end is not None:
        raise ProjectError(f"%{{ {end} }} without a beginning", path=path, line=line)
    return x.Template(tuple(parts), line)


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    trims = False
    for place, piece in enumerate(pieces):
        if isinstance(piece, Mark):
            trims = piece.trims_right
            kept.append(piece)
            continue
        if trims:
            first, end, rest = piece.partition("\n")
            # A whole line of blanks goes with its end; the indentation of the next one stays.
            piece = piece.lstrip(" \t") if first.strip() else rest
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        if isinstance(following, Mark) and following.trims_left:
            before, end, last = piece.rpartition("\n")
            piece = before + end + last.rstrip()
        trims = False
        kept.append(piece)
    return [piece for piece in kept if piece != ""]


def _sequence(queue: list[Piece], path: str, line: int) -> tuple[list[x.TemplatePart], str | None]:
    """The parts up to the end of the queue, or to a mark that ends an ``if`` or ``for``: that one's kind."""
    parts: list[x.TemplatePart] = []
    while queue:
        piece = queue.pop()
        if isinstance(piece, str):
            parts.append(piece)
        elif piece.expression is None:
            return parts, piece.kind
        elif piece.kind == "interpolation":
            parts.append(piece.expression)
        else:
            parts.append(_nested(piece, piece.expression, queue, path, line))
    return parts, None


def _nested(
    mark: Mark, expression: x.Expression, queue: list[Piece], path: str, line: int
) -> x.TemplatePart:
    body, end = _sequence(queue, path, line)
    then = x.Template(tuple(body), line)
    if mark.kind == "for" and end == "endfor":
        return x.TemplateFor(mark.names, expression, then, line)
    other: list[x.TemplatePart] = []
    if mark.kind == "if" and end == "else":
        other, end = _sequence(queue, path, line)
    if mark.kind == "if" and end == "endif":
        return x.TemplateIf(expression, then, x.Template(tuple(other), line), line)
    raise ProjectError(f"%{{ {mark.kind} }} is not closed", path=path, line=line)
