"""Ignore files as text: lines in, lines out, byte for byte, and the patterns Docker reads in them.

Knows nothing of matching, and of files only their content.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.languages.golang.paths import clean, trim_space
from ctxopt.languages.ignore.dialect import DOCKER, Dialect

MAX_LINE = 65_535
"""Bytes of the longest line that Go's ``bufio.Scanner`` accepts, without its newline."""

BOM = "\ufeff"


_MARKS = {
    "UTF-32LE": codecs.BOM_UTF32_LE,
    "UTF-32BE": codecs.BOM_UTF32_BE,
    "UTF-16LE": codecs.BOM_UTF16_LE,
    "UTF-16BE": codecs.BOM_UTF16_BE,
}
"""The longer ones first: one starts with another."""
_SHOWN = 4
"""Bytes that show an encoding without a mark."""


class Line(NamedTuple):
    """One line: ``text`` without its ``ending`` (``"\\n"``, ``"\\r\\n"`` or ``""`` for a last line)."""

    number: int
    text: str
    ending: str
    pattern: str | None
    """What the builder reads here: cleaned, with its ``!``; None for comments and blank lines."""

    @property
    def is_comment(self) -> bool:
        """Whether the builder skips the line as a comment: ``#`` is its very first character."""
        text = self.text
        if self.number == 1:
            text = text.removeprefix(BOM)
        return self.pattern is None and text.startswith("#")


class IgnoreFile(NamedTuple):
    """An ignore file; ``path`` is its name in messages."""

    path: str
    lines: tuple[Line, ...]
    dialect: Dialect = DOCKER
    """Whose reading the lines' patterns are."""

    @property
    def ending(self) -> str:
        """The line ending of a new line: that of the first line which has one."""
        return next((line.ending for line in self.lines if line.ending), "\n")

    def render(self) -> bytes:
        """Return the file's bytes; for an unchanged file exactly those it was parsed from."""
        return os.fsencode("".join(line.text + line.ending for line in self.lines))

    def patterns(self) -> Iterator[tuple[int, str]]:
        """Yield (line number, cleaned pattern) for every line that holds a pattern."""
        for line in self.lines:
            if line.pattern is not None:
                yield line.number, line.pattern


def parse_ignore_file(content: bytes, path: str, dialect: Dialect = DOCKER) -> IgnoreFile:
    """Read ``content`` as a builder does; raises IgnoreFileError for a line over MAX_LINE bytes, as Docker.

    Sources: moby/patternmatcher ignorefile/ignorefile.go ReadAll; openshift/imagebuilder builder.go ParseIgnoreReader.
    """
    lines: list[Line] = []
    for number, raw in enumerate(content.split(b"\n"), 1):
        if len(raw) > MAX_LINE and not dialect.slashes_first:
            raise IgnoreFileError(
                "bufio.Scanner: token too long",
                path=path,
                line=number,
                hint=f"Docker reads lines of at most {MAX_LINE} bytes",
            )
        lines.append(_parse_line(number, os.fsdecode(raw), dialect))
    # Behind the last newline there is no line; without one, the last line has no ending.
    last = lines.pop()
    text = last.text + last.ending.removesuffix("\n")
    if text:
        lines.append(Line(last.number, text, "", last.pattern))
    return IgnoreFile(path, tuple(lines), dialect)


def _parse_line(number: int, raw: str, dialect: Dialect) -> Line:
    text = raw.removesuffix("\r")
    ending = "\n"
    if text != raw:
        ending = "\r\n"
    line = Line(number, text, ending, None)
    # To Podman a mark is no part of the file's start, but of its first line.
    if number == 1 and not dialect.slashes_first:
        text = text.removeprefix(BOM)
    if text.startswith("#"):
        return line
    return line._replace(pattern=clean_pattern(text, dialect))


def clean_pattern(text: str, dialect: Dialect = DOCKER) -> str | None:
    """Return the pattern a builder makes of a line that is no comment; None for a blank one."""
    if dialect.slashes_first:
        return _clean_without_slashes(text)
    pattern = trim_space(text)
    if not pattern:
        return None
    negated = pattern.startswith("!")
    if negated:
        pattern = trim_space(pattern[1:])
    if pattern:
        pattern = clean(pattern)
        if len(pattern) > 1 and pattern.startswith("/"):
            pattern = pattern[1:]
    if negated:
        # Also where nothing is left: Docker refuses such a line, it does not skip it.
        return "!" + pattern
    return pattern


def _clean_without_slashes(text: str) -> str | None:
    """Source: openshift/imagebuilder ParseIgnoreReader; containers/storage fileutils.go NewPatternMatcher."""
    pattern = trim_space(text.strip("/"))
    if not pattern:
        return None
    pattern = clean(pattern)
    if not pattern.startswith("!") or pattern == "!":
        return pattern
    # White space behind the mark stays, and one slash goes.
    return "!" + clean(pattern[1:]).removeprefix("/")


def foreign_encoding(file: IgnoreFile) -> str | None:
    """Return the name of the encoding a file is in that is not UTF-8, if its first bytes show one; else None."""
    start = os.fsencode(file.lines[0].text[:4]) if file.lines else b""
    for name, mark in _MARKS.items():
        if start.startswith(mark):
            return name
    # Without a mark every other byte of plain text is zero.
    if len(start) >= _SHOWN and not any(start[1:_SHOWN:2]) and all(start[0:_SHOWN:2]):
        return "UTF-16LE"
    if len(start) >= _SHOWN and not any(start[0:_SHOWN:2]) and all(start[1:_SHOWN:2]):
        return "UTF-16BE"
    return None
