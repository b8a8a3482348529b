"""The history of a context as a table with bars, as JSON and as Markdown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ctxopt.guard.history import History, Point
from ctxopt.report.check_wording import signed
from ctxopt.report.console import printable
from ctxopt.report.json_fields import VERSION
from ctxopt.report.markdown import plain, table
from ctxopt.units import format_size

_BAR = 12
_CUT = "The clone is shallow: what came before is not known."


def render_text(history: History) -> str:
    """Return the table, the newest commit first; jumps are named below it."""
    largest = max((point.bytes or 0 for point in history.points), default=0) or 1
    lines = [f"Context      {printable(history.root)}", ""]
    head = f"{'permitted':>10}  {'change':>9}  {'transferred':>11}"
    lines.append(f"  {'date':<10}  {'commit':<10}{head}")
    for point in history.points:
        size = "unknown" if point.bytes is None else format_size(point.bytes)
        bar = "█" * round((point.bytes or 0) / largest * _BAR)
        mark = "!" if point.is_jump else " "
        lines.append(
            f"{mark} {_date(point)}  {point.commit[:10]}  {size:>8}  {_change(point):>9}"
            f"  {_transferred(point):>11}  {bar:<{_BAR}}  {printable(point.subject)}"
        )
        if point.problem:
            lines.append(f"    {printable(point.problem)}")
    jumps = [point for point in history.points if point.is_jump]
    lines.append("")
    lines += [
        f"{point.commit[:10]} changed it by {_change(point)}: {printable(point.subject)}"
        for point in sorted(jumps, key=lambda point: -abs(point.change or 0))
    ] or ["No commit made it jump."]
    return "\n".join([*lines, *([_CUT] if history.is_cut else [])]) + "\n"


def render_markdown(history: History) -> str:
    """Return the table for a summary or a comment."""
    rows = [
        [
            _date(point),
            f"`{point.commit[:10]}`",
            "unknown" if point.bytes is None else format_size(point.bytes),
            f"**{_change(point)}**" if point.is_jump else _change(point),
            _transferred(point),
            plain(printable(point.subject)),
        ]
        for point in history.points
    ]
    lines = [
        "## Docker build context",
        "",
        *table(["date", "commit", "permitted:", "change:", "transferred:", ""], rows),
    ]
    return "\n".join([*lines, *(["", _CUT] if history.is_cut else [])]) + "\n"


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
    return datetime.fromtimestamp(point.seconds, UTC).strftime("%Y-%m-%d")


def _transferred(point: Point) -> str:
    return "" if point.transferred is None else format_size(point.transferred)


def _change(point: Point) -> str:
    if point.change is None:
        return ""
    return signed(point.change) if point.change else "="
