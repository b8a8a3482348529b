"""Changes to an ignore file as data, and their application to its lines; judges none of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ctxopt.languages.ignore.text import BOM, IgnoreFile, parse_ignore_file


class EditKind(StrEnum):
    """What an edit does to the ignore file."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to an ignore file, in terms of its lines as they are.

    ``text`` is one line without its ending. Raises ValueError for a change that says too little
    or too much.
    """

    kind: EditKind
    line: int | None
    """1-based: the line to replace or remove, or the one to add in front of; None adds at the end."""
    text: str | None
    """The new line; None where one is removed."""
    reason: str

    def __post_init__(self) -> None:
        if (self.text is None) != (self.kind is EditKind.REMOVE):
            raise ValueError(f"{self.kind} with text {self.text!r}")
        if self.text is not None and "\n" in self.text:
            raise ValueError(f"more than one line: {self.text!r}")
        if self.line is not None and self.line < 1:
            raise ValueError(f"{self.kind} at line {self.line}")
        # Only a new line has a place without a number: the end.
        if self.line is None and self.kind is not EditKind.ADD:
            raise ValueError(f"{self.kind} at line None")


def apply_edits(file: IgnoreFile, edits: Iterable[Edit]) -> IgnoreFile:
    """Return ``file`` with the edits made; their line numbers are those of ``file``.

    Added lines keep the order of the edits. Line endings follow the file's first line.
    """
    changes = _sort_edits(edits, len(file.lines))
    ending = file.ending
    out: list[str] = []
    for line in file.lines:
        out += [text + ending for text in changes.before.get(line.number, ())]
        text = changes.instead.get(line.number, line.text)
        if text is not None:
            out.append(text + line.ending)
    if changes.at_end and out:
        out[-1] = _ended(out[-1], ending)
    out += [text + ending for text in changes.at_end]
    if file.lines and file.lines[0].text.startswith(BOM) and not changes.first_is_gone:
        out = _with_mark_first(out)
    content = "".join(out).encode("utf-8", "surrogateescape")
    return parse_ignore_file(content, file.path, file.dialect)


class _Changes(NamedTuple):
    """The edits by where they take effect; the keys are line numbers."""

    before: dict[int, list[str]]
    instead: dict[int, str | None]
    at_end: list[str]

    @property
    def first_is_gone(self) -> bool:
        """Whether the first line is removed and no other takes its place."""
        return 1 not in self.before and self.instead.get(1, "") is None


def _sort_edits(edits: Iterable[Edit], count: int) -> _Changes:
    found = _Changes({}, {}, [])
    for edit in edits:
        if edit.kind is not EditKind.ADD:
            found.instead[edit.line or 0] = edit.text
        elif edit.line is None or edit.line > count:
            found.at_end.append(edit.text or "")
        else:
            found.before.setdefault(edit.line, []).append(edit.text or "")
    return found


def _ended(line: str, ending: str) -> str:
    if line.endswith("\n"):
        return line
    # A last line that ends in CR alone: with the LF it becomes what Docker reads without either.
    if line.endswith("\r"):
        return line + "\n"
    return line + ending


def _with_mark_first(lines: list[str]) -> list[str]:
    """Put the byte order mark back in front: it belongs to the file, not to what was its first line."""
    bare = [line.removeprefix(BOM) for line in lines]
    return [BOM + line for line in bare[:1]] + bare[1:]
