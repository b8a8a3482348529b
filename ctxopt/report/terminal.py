"""What the reports for a terminal are drawn with: colours, tables, columns."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rich.text import Text

from ctxopt.report.console import make_console
from ctxopt.units import and_more

_LABEL = 13


@dataclass(frozen=True, slots=True)
class Look:
    """How to draw: ``width`` in columns and whether colours may be used."""

    width: int
    color: bool
    verbose: bool = False
    """Whether to show notes, too: findings of the lowest severity."""


def draw(lines: list[Text], look: Look) -> str:
    """Turn lines into text, with colour where that is wanted."""
    stream = io.StringIO()
    console = make_console(stream, color=look.color, width=look.width)
    for line in lines:
        console.print(line)
    return stream.getvalue()


def more(number: int) -> list[Text]:
    """Return the line that says how many a list leaves out; no line where it has all."""
    if number <= 0:
        return []
    return [Text(f" {and_more(number)}", "dim")]


def field(label: str, value: str, style: str = "") -> Text:
    """Return a line with a label, the value whole behind it."""
    return Text().append(label.ljust(_LABEL), "dim").append(value, style)
