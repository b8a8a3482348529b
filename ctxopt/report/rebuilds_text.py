"""The report of ``rebuilds`` for people: the verdict, a strip of commits for each instruction, the lines that would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ctxopt.report.console import visible
from ctxopt.report.finding_text import wrapped
from ctxopt.report.rebuilds_wording import (
    described_commits,
    described_kinds,
    headline,
    kind_names,
    notes,
)
from ctxopt.report.terminal import Look, StyledText, draw, more
from ctxopt.report.wording import cell_len, cut_off
from ctxopt.units import count

if TYPE_CHECKING:
    from ctxopt.guard.rebuilds import InstructionRebuilds, Rebuilds, StepAgain
    from ctxopt.guard.saving_lines import SavingLine

_STRIP: Final = 50
_EXPENSIVE: Final = 3
_LINES: Final = 10
_CELLS: Final = {"changed": ("█", "cyan"), "avoidable": ("░", "yellow"), "kept": ("·", "dim")}
_THEN: Final = "  then "
_SAVED: Final = "Ignore lines, and how many of these commits they would have saved"
_FIX: Final = (
    "ctxopt fix tries them, and writes those that save two commits or more, or enough bytes"
)
_LEGEND: Final = "█ changed   ░ by nothing that the build reads   · cached"


def render_rebuilds(rebuilds: Rebuilds, look: Look) -> str:
    """Return the report."""
    lines = _plain(headline(rebuilds), look, "bold")
    lines += _plain(described_commits(rebuilds), look, "dim")
    if rebuilds.commits:
        items = rebuilds.by_changes()
        for item in items:
            if item.changes:
                lines += _instruction(item, rebuilds, look)
        lines += _cached([item for item in items if not item.changes], look)
        lines += _lines(rebuilds.lines, look)
    if rebuilds.rebuilt:
        lines += [StyledText(), *_plain(_LEGEND, look, "dim")]
    for note in notes(rebuilds):
        lines += _plain(note, look, "yellow")
    return draw(lines, look)


def _plain(text: str, look: Look, style: str, indent: int = 0) -> list[StyledText]:
    return [StyledText(line, style) for line in wrapped(text, look.width, indent)]


def _instruction(item: InstructionRebuilds, rebuilds: Rebuilds, look: Look) -> list[StyledText]:
    place = f"line {item.source.line}"
    if item.source.mount is not None:
        place += ", its mount"
    room = look.width - len(place) - 2
    head = StyledText(_cut(item.text, room), "bold").append(f"  {place}", "not bold dim")
    changed = f"{len(item.changes)} of {count(len(rebuilds.commits), 'commit')}"
    strip = _strip(item, rebuilds, min(_STRIP, look.width - 2))
    lines = [StyledText(), head, strip]
    sentence = f"changed by {changed}"
    if item.avoidable:
        sentence += f", {item.avoidable} of them for nothing: {described_kinds(item.kinds)}"
    lines += _plain(sentence, look, "", 2)
    return lines + _steps(item, look)


def _cached(items: Sequence[InstructionRebuilds], look: Look) -> list[StyledText]:
    """Name what never changed: one by its text, several by their lines."""
    if not items:
        return []
    places = ", ".join(str(line) for line in dict.fromkeys(item.source.line for item in items))
    if len(items) > 1:
        return [StyledText(), *_plain(f"Lines {places}: their files never changed", look, "")]
    place = f"line {places}: its files never changed"
    text = _cut(items[0].text, look.width - len(place) - 2)
    return [StyledText(), StyledText(text, "bold").append(f"  {place}", "not bold dim")]


def _strip(item: InstructionRebuilds, rebuilds: Rebuilds, room: int) -> StyledText:
    """A cell for each commit, the newest on the right; several share one where there is no room."""
    said = {change.commit.id: change.is_avoidable for change in item.changes}
    states = []
    for commit in reversed(rebuilds.commits):
        avoidable = said.get(commit.id)
        state = "kept"
        if avoidable is not None:
            state = "avoidable" if avoidable else "changed"
        states.append(state)
    size = -(-len(states) // room)
    line = StyledText("  ")
    for start in range(0, len(states), size):
        shared = states[start : start + size]
        # The worst of them: what changed for a reason hides what did not.
        state = next(name for name in _CELLS if name in shared)
        line.append(*_CELLS[state])
    return line


def _steps(item: InstructionRebuilds, look: Look) -> list[StyledText]:
    """The expensive steps that run again, and how many others."""
    if not item.after:
        return _plain("nothing runs again after it", look, "dim", 2)
    lines = []
    # A mount is a part of its step, whose text stands above already.
    own = [again for again in item.after if again.step.line == item.source.line]
    for again in own:
        if again.cost is not None:
            lines += _plain(f"the step itself {again.cost}", look, "dim", 2)
    later = [again for again in item.after if again not in own]
    shown = [again for again in later if again.cost is not None][:_EXPENSIVE]
    for again in shown:
        place = f"line {again.step.line} {again.cost}"
        if not again.step.is_certain:
            place += ", perhaps"
        room = look.width - len(place) - len(_THEN) - 2
        line = StyledText(_THEN, "dim")
        line.append(_cut(again.text, room), "not dim").append(f"  {place}", "dim")
        lines.append(line)
    others = [again for again in later if again not in shown]
    if others:
        noun = "more step" if shown else "step"
        number = count(len(others), noun)
        lines += _plain(f"then {number}{_condition(others)}", look, "dim", 2)
    return lines


def _condition(steps: Sequence[StepAgain]) -> str:
    """Say how many of the steps depend on what a step before them makes."""
    number = sum(not again.step.is_certain for again in steps)
    if not number:
        return ""
    which = ""
    if number < len(steps):
        which = f" {number} of them"
    return f",{which} if what is copied from another stage changed"


def _lines(found: Sequence[SavingLine], look: Look) -> list[StyledText]:
    if not found:
        return []
    shown = found[:_LINES]
    widest = max(cell_len(visible(line.pattern)) for line in shown)
    lines = [StyledText(), *_plain(_SAVED, look, "bold"), StyledText("  alone  together", "dim")]
    for item in shown:
        pattern = visible(item.pattern)
        line = StyledText(f"  {item.alone:>5}  {item.together:>8}  ").append(pattern, "green")
        kinds = kind_names(item.kinds)
        if 19 + widest + 2 + len(kinds) <= look.width:
            line.append(" " * (widest - cell_len(pattern)) + f"  {kinds}", "dim")
        lines.append(line)
    lines += more(len(found) - len(shown))
    return lines + _plain(_FIX, look, "dim", 2)


def _cut(text: str, room: int) -> str:
    """Return an instruction on one line, cut where it is longer than ``room`` columns."""
    return cut_off(visible(" ".join(text.split())), room)
