"""A path, or a piece of one, written so that a builder reads it as nothing but itself; reads no ignore file."""

from __future__ import annotations

from ctxopt.languages.ignore.dialect import DOCKER, Dialect
from ctxopt.languages.ignore.text import BOM

_WILDCARDS = frozenset("*?[]\\")
_SPECIAL = _WILDCARDS | frozenset("^{}|")
"""What an expression must escape: with a wildcard anywhere, Docker reads the line as a regular expression."""
_BREAKS = frozenset("\n\r")
_FOREIGN = frozenset(map(chr, range(0xDC80, 0xDD00)))
"""Bytes that are not UTF-8, as Python has them in a path."""
_NOT_PLAIN = _WILDCARDS | _BREAKS | _FOREIGN
_OPERATORS = frozenset("+()^{}|")
"""What no dialect needs escaped in a line that it compares as text."""


def escape_pattern(path: str, dialect: Dialect = DOCKER) -> str:
    r"""Return a line that matches ``path`` alone, also as the first line of a file.

    Behind a backslash a special character is taken literally. White space at an end, which Docker
    cuts off, and a byte order mark at the start, which it drops from a first line, go into a class.
    A line break, which no line can hold, becomes ``?``, and a byte that is not UTF-8 a class of U+FFFD, which is any
    such byte: those lines match other names as well.
    What suits Podman's ``dialect``, to which every line is an expression, means the same to Docker.
    """
    if dialect.covers_below and not _OPERATORS.isdisjoint(path):
        return _escape_ends(path, [_escape(char, _special_to(dialect)) for char in path])
    has_edge = path[:1] in ("!", "#", BOM) or path != path.strip()
    if not has_edge and _NOT_PLAIN.isdisjoint(path):
        # Without a wildcard Docker compares the text as it is.
        return path
    return _escape_ends(path, [_escape(char) for char in path])


def fits_a_line(path: str) -> bool:
    """Tell whether a line can mean ``path`` alone: none holds a line break, and ``?`` in its place hits other names."""
    return _BREAKS.isdisjoint(path)


def _escape_ends(path: str, parts: list[str]) -> str:
    if path[0] in "!#":
        parts[0] = "\\" + path[0]
    for end in (0, -1):
        if path[end] == BOM or (path[end].isspace() and path[end] not in _BREAKS):
            parts[end] = f"[{path[end]}]"
    return "".join(parts)


def escape_folder(folder: str, dialect: Dialect = DOCKER) -> str:
    """Return ``folder`` and a slash as the start of a pattern that goes on with wildcards."""
    return escape_pattern(folder + "/*", dialect).removesuffix("\\*")


def escape_piece(text: str, dialect: Dialect = DOCKER) -> str:
    """Return ``text``, a part of a name, as it stands inside a pattern that has wildcards."""
    return "".join(_escape(char, _special_to(dialect)) for char in text)


def _special_to(dialect: Dialect) -> frozenset[str]:
    if not dialect.covers_below:
        return _SPECIAL
    return _OPERATORS.difference(dialect.escaped) | _SPECIAL


def _escape(char: str, special: frozenset[str] = _SPECIAL) -> str:
    if char in _BREAKS:
        return "?"
    if char in _FOREIGN:
        # BuildKit is sent patterns in UTF-8, and Go's expressions read such a byte as this character.
        return "[\ufffd]"
    if char in special:
        return "\\" + char
    return char
