"""Code, tables and plain text in Markdown, whatever a name holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ctxopt.report.console import printable


def code(text: str) -> str:
    """Quote ``text`` so that nothing in it is Markdown, also inside a table."""
    shown = printable(text).replace("|", "\\|")
    # A fence longer than any run of backticks inside; a space keeps one at an end apart from it.
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    if shown.startswith("`") or shown.endswith("`"):
        shown = f" {shown} "
    return f"{fence}{shown}{fence}"


def code_or_nothing(text: str | None) -> str:
    """Quote ``text``; nothing where there is none, as two fences alone would be shown."""
    if not text:
        return ""
    return code(text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; columns named in ``head`` with a trailing ``:`` are numbers."""
    titles = [title.removesuffix(":") for title in head]
    # What stays of the colon behind the dashes is what aligns the column to the right.
    rules = ["---" + title.removeprefix(name) for title, name in zip(head, titles, strict=True)]
    return [f"| {' | '.join(row)} |" for row in (titles, rules, *rows)]


def plain(text: str) -> str:
    """Escape what Markdown would read in a sentence."""
    return re.sub(r"[\\`*_{}\[\]<>#|~!$]", r"\\\g<0>", text)
