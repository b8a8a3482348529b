"""The history of a context as a table with bars, as JSON and as Markdown."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

from ctxopt.build.context import builder_named
from ctxopt.guard.history import History, Point
from ctxopt.report.check_wording import signed
from ctxopt.report.console import printable
from ctxopt.report.json_fields import VERSION
from ctxopt.report.markdown import plain, table
from ctxopt.report.terminal import StyledText, fold
from ctxopt.report.wording import cut_off
from ctxopt.units import format_size

_BAR = 12
_WIDE = 100
"""Columns from which on there is room for bars beside the subjects."""
_SUBJECT = 12
"""Columns that a subject has at least."""
_CUT = "The clone is shallow: what came before is not known."


def render_text(history: History, width: int) -> str:
    """Return the table in ``width`` columns, the newest commit first; jumps are named below it."""
    largest = max((point.bytes or 0 for point in history.points), default=0) or 1
    lines = [f"Context      {printable(history.root)}", ""]
    permitted, transferred = _views(history)
    head = f"  {permitted:>14}  {'change':>9}  {transferred:>8}"
    lines.append(f"  {'date':<10}  {'commit':<10}{head}")
    for point in history.points:
        lines += _point_lines(point, largest, width)
    lines.append("")
    jumps = [point for point in history.points if point.is_jump]
    jumps.sort(key=lambda point: -abs(point.change or 0))
    for point in jumps:
        subject = printable(point.subject)
        lines.append(f"{point.commit[:10]} changed it by {_change(point)}: {subject}")
    if not jumps:
        lines.append("No commit made it jump.")
    if history.is_cut:
        lines.append(_CUT)
    folded = fold([StyledText(line) for line in lines], width)
    return "".join(f"{line.plain}\n" for line in folded)


def _views(history: History) -> tuple[str, str]:
    """What the two columns of figures are called."""
    builder = builder_named(history.builder)
    return builder.words_for("permitted"), builder.words_for("transferred")


def _point_lines(point: Point, largest: int, width: int) -> list[str]:
    """One commit's row, and below it why it could not be measured."""
    mark = " "
    if point.is_jump:
        mark = "!"
    row = (
        f"{mark} {_date(point):<10}  {point.commit[:10]}  {_size(point):>14}  {_change(point):>9}"
        f"  {_transferred(point):>8}  "
    )
    if width >= _WIDE:
        bar = "█" * round((point.bytes or 0) / largest * _BAR)
        row += f"{bar:<{_BAR}}  "
    row += cut_off(printable(point.subject), max(_SUBJECT, width - len(row)))
    if not point.problem:
        return [row]
    return [row, f"    {printable(point.problem)}"]


def render_markdown(history: History) -> str:
    """Return the table for a summary or a comment."""
    permitted, transferred = _views(history)
    head = ["date", "commit", f"{permitted}:", "change:", f"{transferred}:", ""]
    lines = ["## Docker build context", "", *table(head, map(_cells, history.points))]
    if history.is_cut:
        lines += ["", _CUT]
    return "\n".join(lines) + "\n"


def _cells(point: Point) -> list[str]:
    change = _change(point)
    if point.is_jump:
        change = f"**{change}**"
    return [
        _date(point),
        f"`{point.commit[:10]}`",
        _size(point),
        change,
        _transferred(point),
        plain(printable(point.subject)),
    ]


def render_json(history: History) -> str:
    """Return the document."""
    document = {
        "version": VERSION,
        "context": history.root,
        "builder": history.builder,
        "complete": not history.is_cut,
        "commits": [
            {
                "commit": point.commit,
                "time": point.seconds,
                "subject": point.subject,
                "files": point.files,
                "bytes": point.bytes,
                "context_bytes": point.context_bytes,
                "change": point.change,
                "jump": point.is_jump,
                "transferred_bytes": point.transferred,
                "problem": point.problem or None,
            }
            for point in history.points
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _date(point: Point) -> str:
    # A commit may have no date, or one that no calendar has.
    with suppress(ValueError, OverflowError, OSError):
        if point.seconds is not None:
            return datetime.fromtimestamp(point.seconds, UTC).strftime("%Y-%m-%d")
    return "no date"


def _size(point: Point) -> str:
    if point.bytes is None:
        return "unknown"
    return format_size(point.bytes)


def _transferred(point: Point) -> str:
    if point.transferred is None:
        return ""
    return format_size(point.transferred)


def _change(point: Point) -> str:
    if point.change is None:
        return ""
    if point.change == 0:
        return "="
    return signed(point.change)
