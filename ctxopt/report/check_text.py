"""The ``check`` report for people: limits first, then what changed, names last on their line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.config.keys import BudgetView
from ctxopt.guard.budget import Verdict
from ctxopt.guard.check import Checked, CheckedContext
from ctxopt.guard.cures import cures
from ctxopt.guard.growth import Growth, PathChange
from ctxopt.guard.side import VIEWS
from ctxopt.report.check_wording import (
    CHANGE_LISTS,
    WITHOUT_HISTORY,
    change_name,
    describe_findings,
    describe_needless,
    describe_side,
    named_rows,
    percent,
    signed,
    view_name,
)
from ctxopt.report.console import printable, visible
from ctxopt.report.finding_text import render_finding
from ctxopt.report.places import placed_in
from ctxopt.report.terminal import Look, StyledText, draw, field, fold, more
from ctxopt.report.wording import NOTHING_SENT, describe_gone
from ctxopt.units import and_more, count, format_size

if TYPE_CHECKING:
    from ctxopt.rules.baseline import Findings


_LABEL = 15
_SIZE = 10
_NAMED = 6
_NO_LIMITS = "No limits are set: ctxopt check --init writes some"
_VERDICTS = {
    Verdict.PASS: ("ok", "green"),
    Verdict.FAIL: ("over", "bold red"),
    Verdict.SKIP: ("unknown", "yellow"),
}


def render_check(checked: Checked, look: Look, *, top: int) -> str:
    """Return the report; ``top`` is how many lines a list has."""
    lines: list[StyledText] = []
    for context in checked.contexts:
        if lines:
            lines.append(StyledText())
        lines += _context(context, top, is_only=len(checked.contexts) == 1)
    if checked.findings is not None:
        title = "Findings"
        if checked.against:
            # Limits speak of states of git; findings need files, which only the checkout has.
            title = "Findings in the working tree"
        lines += _findings(title, checked.findings, top, look.width)
    if len(checked.contexts) > 1:
        lines += _summary(checked)
    return draw(fold(lines, look.width), look)


def _summary(checked: Checked) -> list[StyledText]:
    """How many limits hold in all contexts, and where they do not."""
    if not checked.results:
        return [StyledText(), StyledText(_NO_LIMITS, "dim")]
    head = f"{count(len(checked.contexts), 'context')}, {count(len(checked.results), 'limit')}: "
    told, style = "every limit holds", "bold green"
    parts = []
    for what, verdict in (("broken", Verdict.FAIL), ("unknown", Verdict.SKIP)):
        names = [
            printable(context.name)
            for context in checked.contexts
            for result in context.results
            if result.verdict is verdict
        ]
        if names:
            several = list(dict.fromkeys(names))
            listed = ", ".join(several[:_NAMED]) + and_more(len(several) - _NAMED)
            parts.append(f"{len(names)} {what}, in {listed}")
    if parts:
        told, style = "; ".join(parts), "bold red"
    without = sum(not context.results for context in checked.contexts)
    if without:
        told += f"; {count(without, 'context')} without one"
    return [StyledText(), StyledText(head + told, style)]


def _findings(title: str, findings: Findings, top: int, width: int) -> list[StyledText]:
    head = StyledText(f"{title}: ", "bold").append(visible(describe_findings(findings)), "not bold")
    lines = [StyledText(), head]
    failing = findings.failing
    for item, finding in failing[:top]:
        lines += render_finding(placed_in(finding, item.folder), width)
    lines += more(len(failing) - top)
    if findings.gone and findings.baseline is not None:
        gone = describe_gone(len(findings.gone), findings.baseline)
        lines.append(StyledText(f"  {gone}", "dim"))
    return lines


def _context(context: CheckedContext, top: int, *, is_only: bool) -> list[StyledText]:
    lines = [field("Context", printable(context.name))]
    measured = context.after.name
    if context.before is not None:
        measured += f", compared with {printable(context.before.name)}"
    lines += [field("Measured", measured), StyledText()]
    for view in VIEWS:
        lines += _figures(context, view)
    for name, before, after in named_rows(context):
        line = StyledText(f"Named {printable(name)}".ljust(_LABEL - 1) + " ", "dim")
        line.append(f"{format_size(after.bytes)} in {count(after.files, 'file')}", "not dim")
        if before is not None:
            line.append(f", {_grown(after.bytes - before.bytes)}", "not dim")
        lines.append(line)
    lines += _limits(context, is_only=is_only)
    growth = context.growths.get(context.lead)
    if growth is not None:
        lines += _changes(context, growth, top)
    return lines + _notes(context)


def _figures(context: CheckedContext, view: BudgetView) -> list[StyledText]:
    side, growth = context.after, context.growths.get(view)
    builder = side.analysis.context.builder
    label = view_name(view, side).capitalize()
    figures = side.figures(view)
    if figures is None:
        told = f"not measured in {side.name}: {printable(side.unknown)}"
        if not side.analysis.context.dockerfile.found:
            told += "; -f names one, --all takes those of declared builds"
        return [field(label, told)]
    if view == "transferred" and not builder.loads_on_demand:
        return []
    line = field(label, describe_side(figures), "bold")
    printed = f"Docker prints {builder.printed(side.context_bytes(view))}"
    if growth is not None:
        line.append(f", {_grown(growth.bytes)}")
        if growth.bytes:
            line.append(percent(growth))
        printed += f", before {builder.printed(growth.context_bytes_before)}"
    elif context.before is not None:
        line.append(f", not measured in {printable(context.before.name)}")
    if builder.sends_context:
        return [line, field("", printed)]
    if view == "permitted":
        return [line, field("", NOTHING_SENT)]
    return [line]


def _grown(size: int) -> str:
    if not size:
        return "unchanged"
    return signed(size)


def _limits(context: CheckedContext, *, is_only: bool) -> list[StyledText]:
    if not context.results and is_only:
        return [StyledText(), StyledText(_NO_LIMITS, "dim")]
    if not context.results:
        return []
    lines = [StyledText(), StyledText("Limits", "bold")]
    for result in context.results:
        word, style = _VERDICTS[result.verdict]
        lines.append(
            StyledText(f"  {word:<8}", style).append(printable(result.message), "not bold")
        )
    return lines


def _changes(context: CheckedContext, growth: Growth, top: int) -> list[StyledText]:
    lines: list[StyledText] = []
    stopping = cures(context, top)
    for changed in CHANGE_LISTS:
        changes = changed.of(growth)
        if not changes:
            continue
        lines += [StyledText(), StyledText(changed.title, "bold")]
        for change in changes[:top]:
            lines.append(_change(change))
            cure = stopping.get(change.path)
            if changed.has_cures and cure is not None:
                label = StyledText(" " * (_SIZE + 4) + "to keep it out: ", "dim")
                lines.append(label.append(printable(cure), "not dim cyan"))
        lines += more(len(changes) - top)
    if growth.renames:
        lines += [StyledText(), StyledText("Renamed", "bold")]
        lines += [
            StyledText(
                f"  {format_size(item.size):>{_SIZE}}"
                f"  {printable(item.before)} -> {printable(item.after)}"
            )
            for item in growth.renames[:top]
        ]
        lines += more(len(growth.renames) - top)
    return lines


def _change(change: PathChange) -> StyledText:
    line = StyledText(f"  {signed(change.growth):>{_SIZE}}", "bold")
    # The slash stands behind the quotes of an odd name: it is no part of the name.
    slash = change_name(change).removeprefix(change.path)
    line.append(f"  {printable(change.path)}{slash}", "not bold")
    what = f"{format_size(change.before)} -> {format_size(change.after)}"
    if change.is_folder:
        what = f"{count(len(change.files), 'file')}, {what}"
    return line.append(f"  ({what})", "not bold dim")


def _notes(context: CheckedContext) -> list[StyledText]:
    lines = []
    if context.needless is not None:
        told = visible(describe_needless(context.needless))
        lines.append(StyledText(f"Rebuilds: {told}", "yellow"))
    if context.after.submodules:
        named = ", ".join(printable(path) for path in context.after.submodules)
        lines.append(StyledText(f"Not measured: the submodules {named}", "yellow"))
    if context.after.lacks_history:
        lines.append(StyledText(WITHOUT_HISTORY, "dim"))
    if context.after.pointers:
        number = count(len(context.after.pointers), "file")
        lines.append(StyledText(f"Git LFS: {number} counted with the size the pointer stands for"))
    unread = len(context.after.analysis.tree.errors) - len(context.after.submodules)
    if unread > 0:
        what = count(unread, "path")
        lines.append(StyledText(f"Unreadable: {what}; the figures are lower bounds", "bold red"))
    if not lines:
        return []
    return [StyledText(), *lines]
