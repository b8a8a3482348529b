"""What the screen is made of: lines of text, and the tree; draws pieces with their styles, and reads no markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ctxopt.report.explorer.outline import Outline
from ctxopt.report.explorer.row_text import row_text
from ctxopt.report.terminal import StyledText, fold

_CURSOR: Final = Style(reverse=True)


def strip_of(line: StyledText, width: int, over: Style | None = None) -> Strip:
    """Return a line as Textual draws it, ``width`` columns long; ``over`` takes the place of its own styles."""
    whole = _style(line.style)
    segments = [Segment(text, over or whole + _style(style)) for text, style in line.pieces if text]
    return Strip(segments).adjust_cell_length(width, over or Style.null())


@lru_cache(64)
def _style(text: str) -> Style:
    return Style.parse(text)


class TextLines(Widget, can_focus=False):
    """Lines of text, broken between words where they are too long for it."""

    DEFAULT_CSS = "TextLines { height: auto; width: 1fr; }"

    def __init__(
        self, lines: Sequence[StyledText] = (), *, folds: bool = False, name: str | None = None
    ) -> None:
        super().__init__(id=name)
        self._lines = list(lines)
        self._folds = folds

    def show(self, lines: Sequence[StyledText]) -> None:
        """Show other lines."""
        is_other_height = len(lines) != len(self._lines) or self._folds
        self._lines = list(lines)
        self.refresh(layout=is_other_height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines there are in ``width`` columns."""
        return len(self._folded(width))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        lines = self._folded(self.size.width)
        if y >= len(lines):
            return Strip.blank(self.size.width)
        return strip_of(lines[y], self.size.width)

    def _folded(self, width: int) -> list[StyledText]:
        if not self._folds:
            return self._lines
        return fold(self._lines, max(1, width))


class TreePane(ScrollView, can_focus=True):
    """The rows of an outline under a cursor; draws those alone that are seen."""

    DEFAULT_CSS = "TreePane { height: 1fr; width: 1fr; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "jump(0)", show=False),
        Binding("end,G", "jump(-1)", show=False),
        Binding("right,l", "open", show=False),
        Binding("left,h", "close", show=False),
        Binding("enter,space", "turn", show=False),
    ]

    class Moved(Message):
        """Another row is under the cursor."""

    def __init__(self, outline: Outline, mark: Callable[[str | None], str]) -> None:
        """``mark`` returns a character for a path, a space for most."""
        super().__init__(id="tree")
        self.outline = outline
        self._mark = mark
        self.cursor = 0
        """The row under the cursor."""

    def on_mount(self) -> None:
        """Tell how long the tree is."""
        self.rows_changed()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.rows_changed()

    def rows_changed(self) -> None:
        """Draw again, after rows came or went."""
        rows = len(self.outline.rows)
        self.cursor = max(0, min(self.cursor, rows - 1))
        self.virtual_size = Size(max(1, self.size.width), rows)
        self._keep_in_sight()
        self.refresh()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        rows = len(self.outline.rows)
        before, self.cursor = self.cursor, max(0, min(index, rows - 1))
        self._keep_in_sight()
        for row in {before, self.cursor}:
            self.refresh_lines(row - self.scroll_offset.y, 1)
        self.post_message(self.Moved())

    def show_path(self, path: str) -> None:
        """Put the cursor on a path, and open what it lies in."""
        index = self.outline.reveal(path)
        self.rows_changed()
        self.move_to(index)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the row that is ``y`` lines below the top."""
        width = self.size.width
        index = y + self.scroll_offset.y
        rows = self.outline.rows
        if index >= len(rows):
            return Strip.blank(width)
        row = rows[index]
        line = row_text(row, width, self.outline.largest, self._mark(row.path))
        return strip_of(line, width, _CURSOR if index == self.cursor else None)

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by as many rows as are seen."""
        self.move_to(self.cursor + step * max(1, self.size.height - 1))

    def action_jump(self, index: int) -> None:
        """Move the cursor to a row, counted from the end below zero."""
        if index < 0:
            index += len(self.outline.rows)
        self.move_to(index)

    def action_open(self) -> None:
        """Open the folder under the cursor; go into it where it is open."""
        if not self.outline.rows:
            return
        if self.outline.rows[self.cursor].is_open:
            self.move_to(self.cursor + 1)
            return
        self.outline.open(self.cursor)
        self._changed()

    def action_close(self) -> None:
        """Close the folder under the cursor; go to the one above it where there is nothing to close."""
        if not self.outline.rows:
            return
        if self.outline.rows[self.cursor].is_open:
            self.outline.close(self.cursor)
            self._changed()
            return
        above = self.outline.above(self.cursor)
        if above is not None:
            self.move_to(above)

    def action_turn(self) -> None:
        """Open what is closed, close what is open."""
        if self.outline.rows and self.outline.rows[self.cursor].is_open:
            self.action_close()
        else:
            self.action_open()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row that was clicked; a second click opens or closes it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self.outline.rows):
            return
        is_again = index == self.cursor and event.chain > 1
        self.move_to(index)
        if is_again:
            self.action_turn()

    def _changed(self) -> None:
        self.rows_changed()
        self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)


__all__ = ["TextLines", "TreePane", "strip_of"]
