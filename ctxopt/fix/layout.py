"""Where the chosen lines go in the file: repairs in place, new lines at the end under a comment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ctxopt.fix.choose import edits_of
from ctxopt.fix.unit import Tried
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.rules.finding import SECRETS
from ctxopt.rules.paths.volatile_file import RULE as VOLATILE

_HEADS: Final = (
    "# Keys and passwords",
    "# Generated or local: not in a clean checkout",
    "# Nothing seen in the build reads these",
    "# Each edit of these would only make COPY and the steps after it run again",
    "# Chosen by hand",
)
_KEYS, _GENERATED, _UNREAD, _VOLATILE, _CHOSEN = range(len(_HEADS))
BY_HAND: Final = "by-hand"
"""Stands in for the rule of a line that no rule speaks for."""


def lay_out(file: IgnoreFile | None, chosen: Sequence[Tried]) -> tuple[Edit, ...]:
    """Return the edits in the order to make them: new lines at the end, each kind under a comment.

    Within a kind the order is that of ``chosen``, which is ``Tried.order``.
    """
    edits = edits_of(item for item in chosen if not item.unit.is_new)
    by_group: dict[int, list[Edit]] = {}
    for item in chosen:
        if not item.unit.is_new:
            continue
        # What belongs before a certain line would do something else at the end.
        edits += [edit for edit in item.unit.edits if edit.line is not None]
        at_end = [edit for edit in item.unit.edits if edit.line is None]
        by_group.setdefault(_group(item), []).extend(at_end)
    last = _last_group(file)
    is_empty = file is None or not file.lines
    # What an earlier run began goes on first: its comment is the last one in the file.
    for group in sorted(by_group, key=lambda group: (group != last, group)):
        lines = by_group[group]
        if lines and group != last:
            if not is_empty:
                edits.append(Edit(EditKind.ADD, None, "", "a blank line before a comment"))
            edits.append(Edit(EditKind.ADD, None, _HEADS[group], "why the lines below are there"))
        edits += lines
        is_empty = False
    return tuple(edits)


def _group(item: Tried) -> int:
    if item.unit.rule == SECRETS:
        return _KEYS
    if item.is_ignored:
        return _GENERATED
    if item.unit.rule == BY_HAND:
        return _CHOSEN
    if item.unit.rule == VOLATILE.id:
        return _VOLATILE
    return _UNREAD


def _last_group(file: IgnoreFile | None) -> int | None:
    """Return the group under whose comment the file ends; None where it ends under no such comment."""
    if file is None:
        return None
    for line in reversed(file.lines):
        if line.is_comment:
            return _HEADS.index(line.text) if line.text in _HEADS else None
        if line.pattern is None:
            return None
    return None


__all__ = ["BY_HAND", "lay_out"]
