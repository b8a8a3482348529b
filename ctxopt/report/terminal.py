"""What the reports for a terminal are drawn with: colours, tables, columns."""

from __future__ import annotations

import io
import re
from typing import NamedTuple

from ctxopt.report.console import make_console
from ctxopt.report.wording import cell_len
from ctxopt.units import and_more

_LABEL = 15
_HANG = 2
_MARGIN = rf"\s*(?:\d\. |\S.{{0,{_LABEL - 2}}}?\s{{2,}})?"
"""White space, and a number or a short label with a column of its own."""


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

    def cut(self, start: int, end: int) -> StyledText:
        """Return the characters from ``start`` up to ``end`` as a line of their own."""
        found = StyledText(style=self.style)
        at = 0
        for text, style in self._pieces:
            found.append(text[max(0, start - at) : max(0, end - at)], style)
            at += len(text)
        return found


def fold(lines: list[StyledText], width: int) -> list[StyledText]:
    """Break lines that are wider than ``width`` columns between words; what follows stands below their text."""
    return [part for line in lines for part in _folded(line, width)]


def _folded(line: StyledText, width: int) -> list[StyledText]:
    plain = line.plain
    if cell_len(plain) <= width:
        return [line]
    # A label at the start, and the white space around it, is a column of its own.
    label = re.match(_MARGIN, plain)
    margin = " " * ((label.end() if label else 0) or _HANG)
    cuts: list[tuple[int, int]] = []
    start = end = 0
    for word in re.finditer(r"\S+", plain):
        room = width - len(margin) * bool(cuts)
        if end and cell_len(plain[start : word.end()]) > room:
            cuts.append((start, end))
            start = word.start()
        end = word.end()
    first, *rest = [*cuts, (start, end)]
    below = [StyledText(margin, line.style).append_text(line.cut(*place)) for place in rest]
    return [line.cut(*first), *below]


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
