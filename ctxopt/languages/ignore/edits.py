"""Changes to an ignore file as data, and their application to its lines; judges none of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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
        if self.kind is not EditKind.ADD if self.line is None else self.line < 1:
            raise ValueError(f"{self.kind} at line {self.line}")


def apply_edits(file: IgnoreFile, edits: Iterable[Edit]) -> IgnoreFile:
    """Return ``file`` with the edits made; their line numbers are those of ``file``.

    Added lines keep the order of the edits. Line endings follow the file's first line.
    """
    ending = file.ending
    before: dict[int, list[str]] = {}
    instead: dict[int, str | None] = {}
    at_end: list[str] = []
    for edit in edits:
        if edit.kind is not EditKind.ADD:
            instead[edit.line or 0] = edit.text
        elif edit.line is None or edit.line > len(file.lines):
            at_end.append(edit.text or "")
        else:
            before.setdefault(edit.line, []).append(edit.text or "")
    out: list[str] = []
    for line in file.lines:
        out += [text + ending for text in before.get(line.number, ())]
        text = instead.get(line.number, line.text)
        if text is not None:
            out.append(text + line.ending)
    if at_end and out and not out[-1].endswith("\n"):
        out[-1] += "\n" if out[-1].endswith("\r") else ending
    out += [text + ending for text in at_end]
    is_gone = 1 in instead and instead[1] is None and 1 not in before
    if out and file.lines and file.lines[0].text.startswith(BOM) and not is_gone:
        # The mark belongs to the file, not to what was its first line.
        out = [BOM + out[0].removeprefix(BOM), *(text.removeprefix(BOM) for text in out[1:])]
    return parse_ignore_file("".join(out).encode("utf-8", "surrogateescape"), file.path)
