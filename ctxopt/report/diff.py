"""The difference of two contents: as a patch that ``git apply`` takes, and as data. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

_NO_NEWLINE = "\\ No newline at end of file\n"


def unified_diff(old: bytes | None, new: bytes, path: str) -> str:
    """Return the change as a patch that ``git apply`` takes; empty where there is none.

    ``old`` is None for a file that does not exist. ``path`` is relative. The text has surrogate
    escapes where the bytes are not UTF-8, and must be written without translating line endings.
    """
    if old == new:
        return ""
    # Loading it takes longer than measuring a small context.
    from difflib import unified_diff as diff_lines

    path = path.removeprefix("./")
    before, after = _quote(f"a/{path}"), _quote(f"b/{path}")
    parts = [f"diff --git {before} {after}\n"]
    if old is None:
        parts.append("new file mode 100644\n")
        before = "/dev/null"
    lines = list(diff_lines(_lines(old or b""), _lines(new), n=3))[2:]
    if lines:
        # Git ends a name with a tab where it holds a space.
        parts += [f"--- {before}{_tab(before)}\n", f"+++ {after}{_tab(after)}\n"]
    for line in lines:
        parts.append(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}")
    return "".join(parts)


class Hunk(NamedTuple):
    """Lines that take the place of others; texts without line endings, with surrogate escapes."""

    line: int
    """The first old line that goes, from 1; without such, the one before which new lines come."""
    old: tuple[str, ...]
    new: tuple[str, ...]


def hunks(old: bytes | None, new: bytes) -> list[Hunk]:
    """Return what makes ``new`` of ``old``, top to bottom; line numbers are those of ``old``."""
    from difflib import SequenceMatcher

    before, after = _lines(old or b""), _lines(new)
    return [
        Hunk(a + 1, tuple(map(_bare, before[a:b])), tuple(map(_bare, after[c:d])))
        for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if tag != "equal"
    ]


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _lines(content: bytes) -> list[str]:
    return list(_split(os.fsdecode(content)))


def _split(text: str) -> Iterator[str]:
    """Split after ``\\n`` alone: to git a lone ``\\r`` is a character like any other."""
    *whole, last = text.split("\n")
    yield from (line + "\n" for line in whole)
    if last:
        yield last


def _tab(name: str) -> str:
    return "\t" if " " in name and not name.startswith('"') else ""


def _quote(name: str) -> str:
    """Write a name as git does: in quotes with octal bytes if it holds anything that is special."""
    if name.isprintable() and '"' not in name and "\\" not in name:
        return name
    parts = []
    for byte in os.fsencode(name):
        char = chr(byte)
        if char in '"\\':
            parts.append("\\" + char)
        else:
            parts.append(char if 0x20 <= byte < 0x7F else f"\\{byte:03o}")
    return f'"{"".join(parts)}"'
