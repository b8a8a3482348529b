"""One proposed line as a question in a terminal."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.evidence.past_rebuilds import COMMITS
from ctxopt.fix.proposal import ProposedLine
from ctxopt.report.console import printable
from ctxopt.report.fix_lines import changed, grounds
from ctxopt.report.terminal import Look, StyledText, draw
from ctxopt.rules.written import MOST_SHOWN
from ctxopt.units import count_entries, format_size

_PATHS = 3
_LABEL = 9
_KEYS = {
    "y": "take this line",
    "n": "leave it out",
    "a": "take this line and all that follow",
    "d": "done: leave out this line and all that follow",
    "q": "quit: leave the file as it is",
    "?": "show this help",
}


class LineQuestion(NamedTuple):
    """A line to decide on, after those that were taken."""

    line: ProposedLine
    number: int
    questions: int
    """So far and to come; what is declined may bring up new ones."""
    bytes: int
    """Of the context without any of the lines."""
    shown: str
    """The ignore file, as people name it."""

    @property
    def is_yes_usual(self) -> bool:
        """Whether Enter takes the line: only what is proven is taken without a word."""
        return self.line.confidence == "proven"


def render_question(question: LineQuestion, look: Look) -> str:
    """Return what the line does, why, what it saves and what is saved with it."""
    line, whole = question.line, question.bytes
    head = StyledText(f"{question.number}/{question.questions}", "bold")
    head.append(f"  {printable(question.shown)}", "not bold dim")
    lines = [StyledText(), head]
    lines += [StyledText("  ").append_text(text) for text in changed(line)]
    lines += grounds(line, look.width, 2)
    lines.append(_row("saves", _saved(line.bytes, line.entries), "bold"))
    if line.rebuilds:
        lines.append(_row("rebuilds", f"{line.rebuilds:,} fewer in the last {COMMITS} commits"))
    hidden = [printable(path) for path in line.paths[:_PATHS]]
    labels = ["hides", *[""] * _PATHS]
    lines += [_row(label, path) for label, path in zip(labels, hidden, strict=False)]
    if len(line.paths) >= MOST_SHOWN:
        # A list of that length was cut, so how many there are is not known.
        lines.append(_row("", "and more", "dim"))
    elif len(line.paths) > _PATHS:
        lines.append(_row("", f"and {len(line.paths) - _PATHS} more", "dim"))
    before = line.total_bytes - line.bytes
    lines.append(_row("so far", _saved(before, line.total_entries - line.entries)))
    change = f"{format_size(whole - before)} → {format_size(whole - line.total_bytes)}"
    lines.append(_row("context", change))
    return draw(lines, look)


def render_prompt(question: LineQuestion, look: Look) -> str:
    """Return the prompt; the answer that Enter gives is the capital letter."""
    keys = "/".join(_KEYS).replace(_usual(question), _usual(question).upper())
    return draw([StyledText(f"Take this line? [{keys}]", "bold")], look).rstrip("\n") + " "


def render_help(question: LineQuestion, look: Look) -> str:
    """Return what the keys mean."""
    lines = [StyledText(f"  {key:<7}").append(text, "dim") for key, text in _KEYS.items()]
    why = {
        "y": "y, as the line is proven",
        "n": f"n, as the line is only {question.line.confidence}",
    }
    return draw([*lines, StyledText("  Enter  ").append(why[_usual(question)], "dim")], look)


def _usual(question: LineQuestion) -> str:
    return "y" if question.is_yes_usual else "n"


def _saved(size: int, entries: int) -> str:
    if not entries:
        return "nothing"
    if entries == 1:
        return format_size(size)
    return f"{format_size(size)} in {count_entries(entries)}"


def _row(label: str, value: str, style: str = "") -> StyledText:
    return StyledText().append(f"  {label:<{_LABEL}}", "dim").append(value, style)
