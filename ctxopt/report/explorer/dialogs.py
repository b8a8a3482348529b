"""Questions and help above the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button

from ctxopt.report.explorer.widgets import TextLines
from ctxopt.report.terminal import StyledText

_CSS = """
%(name)s { align: center middle; background: transparent; }
%(name)s > VerticalScroll { width: 90%%; max-width: 90; height: auto; max-height: 90%%; border: round ansi_bright_black; padding: 0 1; background: ansi_default; }
%(name)s Horizontal { height: 1; margin-top: 1; }
%(name)s Button { margin-right: 2; min-width: 8; }
"""


class Question(ModalScreen[bool]):
    """Asks whether to go on; Escape and n leave all as it is."""

    CSS = _CSS % {"name": "Question"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[StyledText], yes: str, no: str) -> None:
        super().__init__()
        self._shown = [StyledText(title, "bold"), StyledText(), *lines]
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Lay out the text above two buttons."""
        with VerticalScroll(can_focus=False):
            yield TextLines(self._shown, folds=True)
            with Horizontal():
                yield Button(f"y {self._yes}", id="yes", compact=True)
                yield Button(f"n {self._no}", id="no", compact=True)

    def on_mount(self) -> None:
        """Let Enter leave all as it is."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with a button."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, is_yes: bool) -> None:
        """Answer with a key."""
        self.dismiss(is_yes)


class Notice(ModalScreen[None]):
    """Shows lines until a key is pressed."""

    CSS = _CSS % {"name": "Notice"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,space,question_mark", "leave", show=False)
    ]

    def __init__(self, title: str, lines: Sequence[StyledText]) -> None:
        super().__init__()
        self._shown = [StyledText(title, "bold"), StyledText(), *lines]

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll():
            yield TextLines(self._shown, folds=True)

    def on_click(self) -> None:
        """Leave."""
        self.action_leave()

    def action_leave(self) -> None:
        """Go back to the tree."""
        self.dismiss(None)


__all__ = ["Notice", "Question"]
