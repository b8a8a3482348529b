"""Code, tables and plain text in Markdown, whatever a name holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxopt.report.console import printable


def code(text: str) -> str:
    """Quote ``text`` so that nothing in it is Markdown, also inside a table."""
    shown = printable(text).replace("|", "\\|")
    longest = max((len(run) for run in shown.split("`") if not run), default=0)
    fence = "`" * (longest + 2) if "`" in shown else "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; columns named in ``head`` with a trailing ``:`` are numbers."""
    titles = [title.removesuffix(":") for title in head]
    rules = ["---:" if title.endswith(":") else "---" for title in head]
    lines = ["| " + " | ".join(titles) + " |", "| " + " | ".join(rules) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def plain(text: str) -> str:
    """Escape what Markdown would read in a sentence."""
    return "".join("\\" + char if char in "\\`*_{}[]<>#|~!$" else char for char in text)
