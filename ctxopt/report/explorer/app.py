"""The program in the terminal: keys to what the exploration answers, and its answers to the screen; decides nothing."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Input

from ctxopt.errors import CtxoptError
from ctxopt.fix.exploration import Exploration, Explored, Toggled, is_kept
from ctxopt.report.console import visible
from ctxopt.report.explorer import screen_text
from ctxopt.report.explorer.dialogs import Notice, Question
from ctxopt.report.explorer.outline import Outline, OutlineRow
from ctxopt.report.explorer.search import PathSearch
from ctxopt.report.explorer.widgets import TextLines, TreePane
from ctxopt.report.terminal import StyledText

_WIDE: Final = 120
"""Columns from which on the change of the ignore file stands beside the tree."""


class Explorer(App[None]):
    """The tree with totals above it, and below it what is under the cursor and the change of the ignore file."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    TreePane, #change {
        scrollbar-size-vertical: 1; scrollbar-color: ansi_bright_black; scrollbar-color-hover: ansi_bright_black;
        scrollbar-color-active: ansi_bright_black; scrollbar-background: ansi_default;
        scrollbar-background-hover: ansi_default; scrollbar-background-active: ansi_default;
    }
    #head { margin-bottom: 1; }
    #body { height: 1fr; layout: vertical; }
    #change { display: none; height: auto; max-height: 8; border-top: solid ansi_bright_black; }
    #change.-shown { display: block; }
    Screen.-wide #body { layout: horizontal; }
    Screen.-wide #change { width: 48; height: 1fr; max-height: 100%; border-top: none; border-left: solid ansi_bright_black; }
    #about { height: 3; border-top: solid ansi_bright_black; }
    #search { display: none; height: 1; border: none; padding: 0 1; background: ansi_default; }
    #search.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "turn_over", show=False),
        Binding("u", "undo", show=False),
        Binding("w", "write", show=False),
        Binding("slash", "search", show=False),
        Binding("n", "found(1)", show=False),
        Binding("N", "found(-1)", show=False),
        Binding("question_mark", "keys", show=False),
        Binding("q,ctrl+c,ctrl+q", "leave", show=False),
        Binding("escape", "close_search", show=False),
    ]

    def __init__(self, exploration: Exploration, title: str, undo: str) -> None:
        """``title`` says what the context is, ``undo`` is the command that takes a write back."""
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.failure: Exception | None = None
        """The error that has closed it; None where a key did."""
        self.written = ""
        """What was written last and how to take it back; empty where nothing was."""
        self._exploration = exploration
        self.now = exploration.start
        """The context with the decisions so far."""
        self._title = title
        self._undo_command = undo
        self._shown = exploration.start.facts.analysis.context.ignore_name
        self._search = PathSearch(exploration.start.facts.analysis.tree.folders)
        self._found: list[str] = []
        self._opened = frozenset[str]()
        self._place = 0
        self._is_busy = False
        self._said_at = 0
        self._tree = TreePane(Outline(self.now.sums), self._mark)
        self._head = TextLines(name="head")
        self._about = TextLines(name="about")
        self._message = TextLines(folds=True)
        self._change = TextLines()

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self._head
        with Container(id="body"):
            yield self._tree
            with VerticalScroll(id="change", can_focus=False):
                yield self._change
        yield self._about
        yield Input(id="search", placeholder="words of a path", compact=True)
        yield self._message
        yield TextLines([screen_text.keys_line()])

    def on_mount(self) -> None:
        """Show what there is."""
        self._tree.focus()
        self._redraw()

    def on_resize(self) -> None:
        """Fit what is above the tree."""
        self._redraw()

    def on_tree_pane_moved(self) -> None:
        """Say what is under the cursor."""
        self._about.show(screen_text.about(self.now, self._row))
        # A message that came with the move stays until the next one.
        if self._tree.cursor != self._said_at:
            self._say()

    def action_turn_over(self) -> None:
        """Keep back what is under the cursor, or bring it back."""
        row = self._row
        if row is not None and row.path is not None and not self._is_busy:
            self._is_busy = True
            self._say(StyledText(" …", "dim"))
            self.run_worker(self._toggle(row.path))

    def action_undo(self) -> None:
        """Undo the last decision."""
        if self.now.lines and not self._is_busy:
            self._is_busy = True
            self.run_worker(self._undo())

    def action_write(self) -> None:
        """Ask, and write the ignore file."""
        if self._is_busy:
            return
        lines = screen_text.change(self._exploration.present, self.now, self._shown)
        if not lines or not self._exploration.may_write(self.now):
            self._say(StyledText(f" nothing to write: {visible(self._shown)} is as it was", "dim"))
            return
        self.push_screen(
            Question(f"Write {visible(self._shown)}?", lines, "write", "leave it"), self._write
        )

    def action_search(self) -> None:
        """Let words of a path be typed."""
        self._opened = self._tree.outline.opened
        search = self.query_one("#search", Input)
        search.add_class("-shown")
        search.value = ""
        search.focus()

    def action_close_search(self) -> None:
        """Go back to the tree."""
        self.query_one("#search").remove_class("-shown")
        self._tree.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for the words, beside what is typed next."""
        self.run_worker(self._find(event.value), group="search", exclusive=True)

    def on_input_submitted(self) -> None:
        """Go back to the tree, and stay with what was found."""
        self.action_close_search()

    def action_found(self, step: int) -> None:
        """Go to the next path that was found, or to the one before."""
        if self._found:
            self._place = (self._place + step) % len(self._found)
            self._show_found()

    def action_keys(self) -> None:
        """Show the keys."""
        self.push_screen(Notice("Keys", screen_text.keys_help()))

    def action_leave(self) -> None:
        """Leave, after a question where something is not written."""
        if not self._exploration.may_write(self.now):
            self.exit()
            return
        lines = screen_text.change(self._exploration.present, self.now, self._shown)
        title = f"Leave without writing {visible(self._shown)}?"
        self.push_screen(Question(title, lines, "leave", "stay"), self._leave)

    def _handle_exception(self, error: Exception) -> None:
        """Close, and leave it to whoever started the program to tell of the error."""
        super()._handle_exception(error)
        self._exit_renderables.clear()
        # What goes wrong in a worker comes wrapped.
        self.failure = self.failure or getattr(error, "error", error)

    @property
    def _row(self) -> OutlineRow | None:
        rows = self._tree.outline.rows
        if not rows:
            return None
        return rows[self._tree.cursor]

    def _mark(self, path: str | None) -> str:
        """Return the sign of what was decided about a path; a space where nothing was."""
        for line in self.now.lines:
            if line.path == path and line.brings_back:
                return "+"
            if line.path == path:
                return "−"
        return " "

    async def _toggle(self, path: str) -> None:
        try:
            found = await asyncio.to_thread(self._exploration.toggle, self.now, path)
        except CtxoptError as error:
            found = error.message
        finally:
            self._is_busy = False
        if isinstance(found, str):
            self._say(StyledText(f" {visible(found)}", "yellow"))
        elif found.harm:
            self._say()
            self.push_screen(_question_about(found), partial(self._take_if, found))
        else:
            self._take(found)

    def _take_if(self, toggled: Toggled, is_meant: bool | None) -> None:
        if is_meant:
            self._take(toggled)

    def _take(self, toggled: Toggled) -> None:
        self._show(toggled.after)
        self._say(screen_text.told(toggled))

    async def _undo(self) -> None:
        try:
            self._show(await asyncio.to_thread(self._exploration.without_last, self.now))
        finally:
            self._is_busy = False

    def _write(self, is_meant: bool | None) -> None:
        if not is_meant:
            return
        try:
            done = self._exploration.write(self.now)
        except CtxoptError as error:
            self._say(StyledText(f" {visible(error.message)}", "red"))
            return
        undo = f"{self._undo_command} takes it back"
        if done.no_undo:
            undo = f"that cannot be undone: {done.no_undo}"
        self.written = f"wrote {self._shown}; {undo}"
        if done.has_other_link:
            self.written += "; another hard link to it still has the old content"
        self._redraw()
        self._say(StyledText(f" {visible(self.written)}", "green"))

    def _leave(self, is_meant: bool | None) -> None:
        if is_meant:
            self.exit()

    def _show(self, now: Explored) -> None:
        row = self._row
        self.now = now
        outline = self._tree.outline
        outline.show(now.sums)
        if row is not None and row.path is not None:
            self._tree.cursor = outline.place_of(row.path) or 0
        self._tree.rows_changed()
        self._redraw()

    def _redraw(self) -> None:
        self._head.show(
            screen_text.head(self._title, self._exploration.start, self.now, self.size.width)
        )
        self._about.show(screen_text.about(self.now, self._row))
        lines = screen_text.changed_lines(self._exploration.present, self.now, self._shown)
        self._change.show(lines)
        pane = self.query_one("#change", VerticalScroll)
        pane.set_class(bool(lines), "-shown")
        pane.scroll_end(animate=False)

    async def _find(self, words: str) -> None:
        """Go to the largest path with these words."""
        self._found = await asyncio.to_thread(self._search.find, words, self.now.sums)
        self._place = 0
        if words.strip():
            # What fewer letters have opened closes again.
            self._tree.outline.reopen(self._opened)
            self._tree.rows_changed()
            self._show_found()

    def _show_found(self) -> None:
        if not self._found:
            self._say(StyledText(" nothing found", "dim"))
            return
        self._tree.show_path(self._found[self._place])
        self._say(StyledText(f" {self._place + 1} of {len(self._found):,} found", "dim"))

    def _say(self, line: StyledText | None = None) -> None:
        """Show a message, which stays as long as the cursor does, or take the last one away."""
        self._said_at = self._tree.cursor
        self._message.show([line] if line is not None else [])


def _question_about(toggled: Toggled) -> Question:
    verb = "bring it back"
    if is_kept(toggled.after, toggled.path):
        verb = "keep it back"
    title = f"{verb.capitalize().replace(' it ', ' this ')}?"
    lines = screen_text.question(toggled)
    return Question(title, lines, yes=f"{verb} all the same", no="leave it")


__all__ = ["Explorer"]
