"""The lines of ``ctxopt ls`` for people and for pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ctxopt.report.console import printable
from ctxopt.tree.model import Entry

_BATCH = 2_000
"""Entries written at a time: one write each would be most of the time of a long listing."""


def render_lines(entries: Iterator[Entry], *, long: bool, end: str, raw: bool) -> Iterator[str]:
    """Yield the listing in batches. ``raw`` writes names as they are, not as people can read them."""
    batch: list[str] = []
    show: Callable[[str], str] = printable
    if raw:
        show = str
    for entry in entries:
        line = show(entry.path)
        if long:
            line = f"{entry.type:<7} {entry.size:>12} {line}"
            if entry.type == "symlink":
                line += f" -> {show(entry.link)}"
        batch.append(line)
        if len(batch) >= _BATCH:
            yield end.join(batch) + end
            batch.clear()
    if batch:
        yield end.join(batch) + end
