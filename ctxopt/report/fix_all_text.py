"""The ignore files of a whole repository for people: each change with its proof, then what every build sends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ctxopt.projects.location import shown_path
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import command_lines, wrapped
from ctxopt.report.fix_text import change_lines, other_link, proof_lines, remaining_lines
from ctxopt.report.scan_all_text import unmeasured_lines
from ctxopt.report.terminal import Look, StyledText, draw
from ctxopt.report.wording import cell_len, shortened
from ctxopt.units import and_more, format_size

if TYPE_CHECKING:
    from ctxopt.fix.plan import Fix
    from ctxopt.fix.repository import JudgedBuild
    from ctxopt.fix.run_all import FixedFile, FixedRepository

_NAMED = 6
_ROWS = 12
"""Names and rows in a list that -v has whole."""


def render_all(fixed: FixedRepository, look: Look, undo: str) -> str:
    """Return the report; ``undo`` is the command that takes the writes back."""
    lines: list[StyledText] = []
    for file in fixed.files:
        lines += _file(file, fixed.judged.root, look)
    lines += _declined(fixed, look) + _unchanged(fixed, look)
    lines += unmeasured_lines(fixed.judged, look)
    if fixed.judged.builds:
        lines += _build_rows(fixed, look)
    lines += _verdict(fixed, look, undo)
    # What comes first has no blank line above it.
    while lines and not lines[0].plain:
        lines.pop(0)
    return draw(lines, look)


def _file(file: FixedFile, root: str, look: Look) -> list[StyledText]:
    """One ignore file with the lines that are written to it, a blank line above."""
    outcome = file.outcome
    if outcome is None or outcome.fix.new_content is None:
        return []
    head = f"{_shown(outcome.fix, root)}, for {_listed(file.builds, look)}"
    lines = [StyledText(), *(StyledText(line, "bold") for line in wrapped(head, look.width, 0))]
    if file.own is not None:
        told = (
            f"A file of its own: with one for all, {format_size(file.own.saved)} more would be sent"
        )
        lines += map(StyledText, wrapped(told, look.width, 0))
    lines += change_lines(outcome, look)
    lines += remaining_lines(outcome.fix, look) + proof_lines(outcome, look)
    return lines


def _declined(fixed: FixedRepository, look: Look) -> list[StyledText]:
    """The Dockerfiles for which a second ignore file would do too little."""
    lines: list[StyledText] = []
    for context in fixed.judged.contexts:
        for own in context.split.declined:
            name = printable(shown_path(own.plan.path, fixed.judged.root))
            told = f"Not worth a second file: {name} would save {format_size(own.saved)} more"
            lines += map(StyledText, wrapped(told, look.width, 0, hang=2))
    if not lines:
        return lines
    return [StyledText(), *lines]


def _unchanged(fixed: FixedRepository, look: Look) -> list[StyledText]:
    """The builds whose ignore file says all that is known, and what is only possible there."""
    names: list[str] = []
    below: list[StyledText] = []
    for file in fixed.files:
        outcome = file.outcome
        if file.problem or (outcome is not None and outcome.fix.new_content is not None):
            continue
        names += file.builds
        if outcome is not None and (look.verbose or _is_worth_a_look(outcome.fix)):
            head = f"{_shown(outcome.fix, fixed.judged.root)}, unchanged"
            below += [StyledText(), StyledText(head, "bold")]
            below += remaining_lines(outcome.fix, look)
    if not names:
        return []
    what = "Nothing to do for"
    if any(_is_only_unproven(file) for file in fixed.files):
        what = "Nothing proven to do for"
    told = wrapped(f"{what} {_listed(names, look)}", look.width, 0, hang=2)
    return [StyledText(), *(StyledText(line, "bold") for line in told), *below]


def _is_worth_a_look(fix: Fix) -> bool:
    return bool(fix.possible or fix.errors or fix.has_unproven)


def _is_only_unproven(file: FixedFile) -> bool:
    return file.outcome is not None and file.outcome.fix.has_unproven


def _build_rows(fixed: FixedRepository, look: Look) -> list[StyledText]:
    """What each build sends before and after, the heaviest first, and all of them together."""
    builds = sorted(fixed.judged.builds, key=lambda build: -build.bytes)
    shown: Sequence[JudgedBuild] = builds
    if not look.verbose:
        shown = builds[:_ROWS]
    rows = [(printable(each.name), each.bytes, fixed.after[each.name]) for each in shown]
    total = sum(fixed.after[build.name] for build in builds)
    rest = builds[len(shown) :]
    if rest:
        left = sum(fixed.after[build.name] for build in rest)
        rows.append((and_more(len(rest)).strip(), sum(build.bytes for build in rest), left))
    if len(builds) > 1:
        rows.append(("in all", fixed.judged.bytes, total))
    cells = [(name, format_size(before), format_size(after)) for name, before, after in rows]
    sizes = max(len("before"), *(len(cell) for row in cells for cell in row[1:]))
    room = look.width - 2 * (sizes + 2)
    width = min(room, max(len("build"), *(cell_len(row[0]) for row in cells)))
    lines = [
        StyledText(),
        StyledText(f"{'build':{width}}  {'before':>{sizes}}  {'after':>{sizes}}", "dim"),
    ]
    for name, before, after in cells:
        fitted = shortened(name, width)
        gap = " " * (width - cell_len(fitted))
        lines.append(StyledText(f"{fitted}{gap}  {before:>{sizes}}  {after:>{sizes}}"))
    return lines


def _verdict(fixed: FixedRepository, look: Look, undo: str) -> list[StyledText]:
    """Which files were written and which were not, and how to take that back."""
    root = fixed.judged.root
    written = [each for each in fixed.outcomes if each.written]
    failed = {file.outcome.fix.path for file in fixed.failed if file.outcome is not None}
    left = [each for each in fixed.outcomes if not each.written and each.fix.path not in failed]
    lines: list[StyledText] = []
    for file in fixed.failed:
        told = f"Not written: {_ignore_file(file, root)}: {visible(file.problem)}"
        lines += [StyledText(line, "bold red") for line in wrapped(told, look.width, 0, hang=2)]
    if left:
        told = f"Not written: {_listed((_shown(each.fix, root) for each in left), look)}"
        lines += [StyledText(line, "bold yellow") for line in wrapped(told, look.width, 0, hang=2)]
    if written:
        told = f"Written to {_listed((_shown(each.fix, root) for each in written), look)}"
        lines += [StyledText(line, "bold green") for line in wrapped(told, look.width, 0, hang=2)]
        lines += _undo(fixed, look, undo)
    if not lines:
        return lines
    return [StyledText(), *lines]


def _undo(fixed: FixedRepository, look: Look, undo: str) -> list[StyledText]:
    lines: list[StyledText] = []
    can_undo = False
    for outcome in fixed.outcomes:
        shown = _shown(outcome.fix, fixed.judged.root)
        lines += other_link(outcome, shown, look)
        if not outcome.no_undo:
            can_undo = can_undo or outcome.written
            continue
        note = f"ctxopt cannot undo {shown}: {printable(outcome.no_undo)}"
        lines += [StyledText(line) for line in wrapped(note, look.width, 0, hang=2)]
    if not can_undo:
        return lines
    return lines + command_lines(printable(undo), "takes it back", look)


def _ignore_file(file: FixedFile, root: str) -> str:
    return printable(shown_path(file.path, root))


def _shown(fix: Fix, root: str) -> str:
    """The ignore file as seen from the repository."""
    return printable(shown_path(fix.path, root))


def _listed(names: Iterable[str], look: Look) -> str:
    """Name some of several, the verbose all of them."""
    several = [printable(name) for name in names]
    most = len(several) if look.verbose else _NAMED
    return ", ".join(several[:most]) + and_more(len(several) - most)
