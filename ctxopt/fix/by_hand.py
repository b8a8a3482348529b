"""What a person decides about single paths, as lines of the ignore file: where they go, so that each holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from ctxopt.fix.layout import BY_HAND, lay_out
from ctxopt.fix.unit import NOTHING, Tried, Unit
from ctxopt.languages.ignore.edits import Edit, apply_edits
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.severity import Severity


class HandLine(NamedTuple):
    """One decision, to keep a path back or to bring it back: the change of the file that does it."""

    path: str
    edit: Edit
    rule: str = BY_HAND
    """The rule that speaks for it: it decides about the comment that the line stands under."""
    is_ignored: bool = False
    """Whether git ignores the path, which decides about that, too."""

    @property
    def text(self) -> str | None:
        """The line that it writes; None where it removes one."""
        return self.edit.text

    @property
    def lets_in(self) -> bool:
        """Whether it writes an exception, which has to stand behind what it is an exception to."""
        return self.text is not None and self.text.startswith("!")

    @property
    def brings_back(self) -> bool:
        """Whether it brings its path back, by an exception or by one line less."""
        return self.text is None or self.lets_in


def laid_out(file: IgnoreFile, lines: Sequence[HandLine]) -> IgnoreFile:
    """Return ``file`` with the decisions, made in this order; the line numbers in them are those of ``file``."""
    first = list(takewhile(lambda line: not line.lets_in, lines))
    later = lines[len(first) :]
    # A line of the file may go whenever that was decided: what stands behind it does not depend on its place.
    removals = [line for line in later if line.text is None]
    edited = _with(file, [*first, *removals])
    # From the first exception on, a line holds only behind those that were decided before it.
    rest = [line for line in later if line.text is not None]
    return _with(edited, [line._replace(rule=BY_HAND, is_ignored=False) for line in rest])


def _with(file: IgnoreFile, lines: Sequence[HandLine]) -> IgnoreFile:
    return apply_edits(file, lay_out(file, [_tried(line) for line in lines]))


def _tried(line: HandLine) -> Tried:
    return Tried(
        unit=Unit((line.edit,), line.rule, Severity.INFO),
        lost=(),
        saving=NOTHING,
        confidence="possible",
        reason="",
        is_ignored=line.is_ignored,
    )


__all__ = ["HandLine", "laid_out"]
