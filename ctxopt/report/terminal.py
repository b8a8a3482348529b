"""What the reports for a terminal are drawn with: colours, tables, columns."""

from __future__ import annotations

import io
from typing import NamedTuple

from ctxopt.report.console import make_console
from ctxopt.units import and_more

_LABEL = 13


class Look(NamedTuple):
    """How to draw: ``width`` in columns and whether colours may be used."""

    width: int
    color: bool
    verbose: bool = False
    """Whether to show notes, too: findings of the lowest severity."""


class StyledText:
    """A line for a terminal: pieces of text, a style each, above the style of the whole line.

    Styles are those of Rich, such as ``bold red``. Rich draws them; it is not loaded where nothing has a colour,
    because it takes longer to load than most reports take to write.
    """

    __slots__ = ("_pieces", "style")

    def __init__(self, text: str = "", style: str = "") -> None:
        self.style = style
        self._pieces: list[tuple[str, str]] = [(text, "")]

    @property
    def plain(self) -> str:
        """Return the text without its styles."""
        return "".join(text for text, _ in self._pieces)

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """Return the pieces in order, each with its own style."""
        return list(self._pieces)

    def append(self, text: str, style: str = "") -> StyledText:
        """Add a piece at the end; return this line."""
        self._pieces.append((text, style))
        return self

    def append_text(self, other: StyledText) -> StyledText:
        """Add another line's pieces at the end, in the style of that line; return this line."""
        self._pieces += [(text, f"{other.style} {style}".strip()) for text, style in other._pieces]
        return self

    def rstrip(self) -> None:
        """Take the white space at the end away."""
        while self._pieces:
            text, style = self._pieces.pop()
            if text.rstrip():
                self._pieces.append((text.rstrip(), style))
                return


def draw(lines: list[StyledText], look: Look) -> str:
    """Turn lines into text, with colour where that is wanted."""
    if not look.color:
        return "".join(f"{line.plain}\n" for line in lines)
    return _colored(lines, look)


def _colored(lines: list[StyledText], look: Look) -> str:
    from rich.text import Text as Colored

    stream = io.StringIO()
    console = make_console(stream, width=look.width)
    for line in lines:
        drawn = Colored(style=line.style)
        for text, style in line.pieces:
            drawn.append(text, style)
        console.print(drawn)
    return stream.getvalue()


def more(number: int) -> list[StyledText]:
    """Return the line that says how many a list leaves out; no line where it has all."""
    if number <= 0:
        return []
    return [StyledText(f" {and_more(number)}", "dim")]


def field(label: str, value: str, style: str = "") -> StyledText:
    """Return a line with a label, the value whole behind it."""
    return StyledText().append(label.ljust(_LABEL), "dim").append(value, style)
