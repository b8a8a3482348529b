"""Values of files that declare builds, as Python's own, with the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ctxopt.errors import ProjectError


class Text(str):
    """A string of a file with its 1-based line; 0 where it comes from no file."""

    line: int

    def __new__(cls, text: str, line: int = 0) -> Text:
        """Return ``text`` as it stands on ``line``."""
        made = super().__new__(cls, text)
        made.line = line
        return made


class Timestamp(Text):
    """A plain scalar that YAML reads as a date."""


class Fields(dict[str, Any]):
    """A mapping that knows its own line and that of each key."""

    def __init__(self, items: Iterable[tuple[str, Any]] = (), *, line: int = 0) -> None:
        """Take the items; the lines of the keys are added by whoever knows them."""
        super().__init__(items)
        self.line = line
        self.lines: dict[str, int] = {}

    def place(self, key: str, value: Any, line: int) -> None:
        """Set a value and the line of its key."""
        self[key] = value
        self.lines[key] = line

    def line_of(self, key: str) -> int | None:
        """Return where ``key`` stands; None where that is not known."""
        return self.lines.get(key) or None

    def shallow(self) -> Fields:
        """Return a copy that shares the values."""
        other = Fields(self.items(), line=self.line)
        other.lines = dict(self.lines)
        return other


def line_of(value: object) -> int | None:
    """Return the line that a value knows of itself; None where it knows none."""
    return getattr(value, "line", 0) or None


STDIN = "-"


def read_limited(path: str, limit: int, stdin: bytes = b"") -> bytes:
    """Return the content of a file of at most ``limit`` bytes; raises ProjectError that says why not.

    What came in on standard input, ``stdin``, stands for the path ``-``.
    """
    if path == STDIN:
        if len(stdin) > limit:
            raise ProjectError(f"is larger than {limit >> 10} KiB and was not read", path=path)
        return stdin
    import os
    import stat

    from ctxopt.read_file import reason_of

    try:
        # Opening a FIFO would wait for a writer for ever, so the kind is asked for first.
        kept = os.stat(path)
        if not stat.S_ISREG(kept.st_mode):
            raise ProjectError("is not a regular file", path=path)
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as problem:
        raise ProjectError(reason_of(problem), path=path) from problem
    if len(content) > limit:
        raise ProjectError(f"is larger than {limit >> 10} KiB and was not read", path=path)
    return content
