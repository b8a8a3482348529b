"""What the formats of ``check`` share: changes in words, and the lines that would stop growth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ctxopt.guard.budget import Figures
from ctxopt.guard.check import CheckedContext
from ctxopt.guard.growth import Growth, PathChange
from ctxopt.report.wording import LEAST, cut_off
from ctxopt.tree.model import Tally
from ctxopt.units import and_more, count, format_percent, format_size

if TYPE_CHECKING:
    from ctxopt.config.keys import BudgetView
    from ctxopt.guard.side import Side
    from ctxopt.guard.staged_edit import NeedlessSteps
    from ctxopt.rules.baseline import Findings


_NAMED = 2
_COMMAND = 40
"""Paths and lines in a sentence; columns of a command in it."""


WITHOUT_HISTORY = "Not measured: .git, which nothing keeps back; --working-tree counts it"
"""Said where git's own folder is let through: no state of git holds it."""


class ChangeList(NamedTuple):
    """One of the lists of changes that every format has."""

    title: str
    key: str
    """Its name in documents, and the field of ``Growth``."""
    has_cures: bool = False
    """Whether an ignore line can stop what is in it."""

    def of(self, growth: Growth) -> tuple[PathChange, ...]:
        """Return what ``growth`` has for this list, the largest first."""
        changes: tuple[PathChange, ...] = getattr(growth, self.key)
        return changes


CHANGE_LISTS = (
    ChangeList("Grew", "growers", has_cures=True),
    ChangeList("Shrank", "shrinkers"),
    ChangeList("Sent now because a rule changed", "entered"),
    ChangeList("Not sent any more because a rule changed", "left"),
)


def view_name(view: BudgetView, side: Side) -> str:
    """Return what reports call a view, in the words of the builder of ``side``."""
    return side.analysis.context.builder.words_for(view)


def change_name(change: PathChange) -> str:
    """Return the path, with a slash behind a folder that stands for all that changed in it."""
    if change.is_folder:
        return change.path + "/"
    return change.path


def signed(size: int) -> str:
    """Write a change in bytes: ``+35 MB``, ``-1.2 kB``."""
    if size > 0:
        return f"+{format_size(size)}"
    return format_size(size)


def percent(growth: Growth) -> str:
    """Write a growth as `` (+265%)``; nothing where there were no bytes before."""
    if not growth.bytes_before:
        return ""
    ppm = growth.bytes * 10**6 // growth.bytes_before
    # Tenths of a percent are enough, unless that leaves nothing.
    shown = format_percent((ppm + 500) // 1000 * 1000 or ppm)
    if ppm > 0:
        shown = f"+{shown}"
    return f" ({shown})"


def describe_side(figures: Figures) -> str:
    """Write ``48.2 MB in 1,863 files``."""
    amount = f"{format_size(figures.size)} in {count(figures.files, 'file')}"
    if figures.at_least:
        return LEAST + amount
    return amount


def describe_needless(needless: NeedlessSteps) -> str:
    """Write ``this edit of README.md rebuilds 6 steps, npm ci among them; README.md as an ignore line keeps them``."""
    edited = ", ".join(needless.paths[:_NAMED]) + and_more(len(needless.paths) - _NAMED)
    told = f"this edit of {edited} rebuilds {count(needless.steps, 'step')} for nothing"
    if needless.costly:
        told += f", {cut_off(needless.costly, _COMMAND)} among them"
    lines = ", ".join(needless.lines[:_NAMED]) + and_more(len(needless.lines) - _NAMED)
    return f"{told}; ignore {lines}"


def describe_findings(findings: Findings) -> str:
    """Write ``1 new at or over warning, 3 new below it, 12 known in FILE``."""
    if findings.unjudged:
        return f"not judged: {findings.unjudged}"
    new = sum(len(item.judged.reported) for item in findings.contexts)
    failing = len(findings.failing)
    parts = [f"{new} new"]
    if findings.level is not None:
        parts = [f"{failing} new at or over {findings.level.label}", f"{new - failing} below it"]
    if findings.baseline is not None:
        parts.append(f"{findings.known} known in {findings.baseline}")
    return ", ".join(parts)


def named_rows(context: CheckedContext) -> list[tuple[str, Tally | None, Tally]]:
    """Return name, sums before and sums after of every load of a named context, in order.

    The sums before are None where nothing was compared.
    """
    # A name may stand for several loads, so the sums before wait in a queue for each name.
    waiting: dict[str, list[Tally]] = {}
    missing: Tally | None = None
    if context.before is not None:
        missing = Tally()
        for load in context.before.named:
            waiting.setdefault(load.name, []).append(load.transfer.view.total)
    rows = []
    for load in context.after.named:
        before = missing
        if waiting.get(load.name):
            before = waiting[load.name].pop(0)
        rows.append((load.name, before, load.transfer.view.total))
    rows += [(name, total, Tally()) for name, totals in waiting.items() for total in totals]
    return rows
