"""One row of the tree as a line of text: how large, what becomes of it, its name."""

from __future__ import annotations

from typing import Final

from ctxopt.build.fate_sums import FateSum, SizedEntry
from ctxopt.build.fates import FATES, Fate
from ctxopt.report.console import printable
from ctxopt.report.explorer.outline import OutlineRow
from ctxopt.report.terminal import StyledText
from ctxopt.report.wording import cut_off
from ctxopt.tree.model import DIR, FILE, KIND_NAMES
from ctxopt.units import count, format_size

FILLINGS: Final[dict[Fate, tuple[str, str]]] = {
    "final": ("█", "blue"),
    "stage": ("▓", "cyan"),
    "unused": ("▒", "yellow"),
    "sent": ("▓", "cyan"),
    "unasked": ("░", "magenta"),
    "kept": ("░", "dim"),
}
"""How a bar shows each fate: by its filling where there are no colours."""
TAGS: Final[dict[Fate, str]] = {
    "final": "image",
    "stage": "stage",
    "unused": "unused",
    "sent": "sent",
    "unasked": "unasked",
    "kept": "kept",
}
"""The word for each fate in a column."""

_SIZE: Final = 8
_TAG: Final = 8
_BAR: Final = 10
_ROOM_FOR_BAR: Final = 60
"""Columns from which on there is room for bars."""


def row_text(row: OutlineRow, width: int, largest: int, mark: str) -> StyledText:
    """Draw a row in ``width`` columns; ``largest`` is what a whole bar stands for, ``mark`` a decision about it."""
    tag = _tag(row.sum)
    is_kept = row.sum.fates == ("kept",) or (not row.sum.fates and _is_excluded(row.entry))
    text = StyledText(style="dim" if is_kept else "")
    text.append(format_size(row.sum.bytes).rjust(_SIZE) + " ")
    used = _SIZE + 1
    if width >= _ROOM_FOR_BAR:
        for piece, style in bar(row.sum, largest, _BAR):
            text.append(piece, style)
        text.append(" ")
        used += _BAR + 1
    style = ""
    if len(row.sum.fates) == 1:
        style = FILLINGS[row.sum.fates[0]][1]
    text.append(tag.ljust(_TAG), style)
    margin = mark + " " + "  " * row.depth
    text.append(mark, "bold").append(margin[1:])
    room = max(4, width - used - _TAG - len(margin))
    name_style = "bold" if row.is_folder and not is_kept else ""
    return text.append(cut_off(_name(row), room), name_style)


def bar(amounts: FateSum, largest: int, width: int) -> list[tuple[str, str]]:
    """Return the pieces of a bar of ``width`` columns for ``amounts``, where ``largest`` bytes fill it."""
    cells = 0
    if largest:
        # Rounded, so that what weighs next to nothing shows nothing.
        cells = (2 * amounts.bytes * width + largest) // (2 * largest)
    pieces = []
    done = seen = 0
    for fate, size in zip(FATES, amounts.by_bytes, strict=True):
        seen += size
        end = done
        if amounts.bytes:
            end = (2 * seen * cells + amounts.bytes) // (2 * amounts.bytes)
        if end > done:
            filling, style = FILLINGS[fate]
            pieces.append((filling * (end - done), style))
        done = max(done, end)
    pieces.append((" " * (width - done), ""))
    return pieces


def _tag(amounts: FateSum) -> str:
    if not amounts.fates:
        return ""
    if len(amounts.fates) > 1:
        return "mixed"
    return TAGS[amounts.fates[0]]


def _is_excluded(entry: SizedEntry | None) -> bool:
    return entry is not None and entry.is_excluded


def _name(row: OutlineRow) -> str:
    entry = row.entry
    if entry is None:
        return f"  … {count(row.more, 'smaller one')}: Enter shows more"
    shown = printable(entry.path.rpartition("/")[2])
    if entry.kind == DIR:
        return ("▾ " if row.is_open else "▸ ") + shown + "/"
    if entry.kind == FILE:
        return "  " + shown
    return f"  {shown} ({KIND_NAMES[entry.kind]})"


__all__ = ["FILLINGS", "TAGS", "bar", "row_text"]
