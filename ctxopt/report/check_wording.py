"""What the formats of ``check`` share: changes in words, and the lines that would stop growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.guard.budget import Figures
from ctxopt.guard.check import CheckedContext
from ctxopt.guard.growth import Growth
from ctxopt.tree.model import Tally
from ctxopt.units import count, format_percent, format_size

if TYPE_CHECKING:
    from ctxopt.rules.baseline import Findings


def signed(size: int) -> str:
    """Write a change in bytes: ``+35 MB``, ``-1.2 kB``."""
    return f"+{format_size(size)}" if size > 0 else format_size(size)


def percent(growth: Growth) -> str:
    """Write a growth as `` (+265%)``; nothing where there were no bytes before."""
    if not growth.bytes_before:
        return ""
    ppm = growth.bytes * 10**6 // growth.bytes_before
    shown = (ppm + 500) // 1000 * 1000 or ppm
    return f" ({'+' if shown > 0 else ''}{format_percent(shown)})"


def describe_side(figures: Figures) -> str:
    """Write ``48.2 MB in 1,863 files``."""
    least = "at least " if figures.at_least else ""
    return f"{least}{format_size(figures.size)} in {count(figures.files, 'file')}"


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


def describe_gone(findings: Findings) -> str:
    """Say that entries of the baseline can go."""
    number = len(findings.gone)
    what = count(number, "entry", "entries")
    verb = "is" if number == 1 else "are"
    return f"{what} of the baseline {verb} gone: --write-baseline takes them out"


def named_rows(context: CheckedContext) -> list[tuple[str, Tally | None, Tally]]:
    """Return name, sums before and sums after of every load of a named context, in order.

    The sums before are None where nothing was compared.
    """
    waiting: dict[str, list[Tally]] = {}
    for load in context.before.named if context.before else ():
        waiting.setdefault(load.name, []).append(load.transfer.view.total)
    rows = []
    for load in context.after.named:
        known = waiting.get(load.name)
        before = known.pop(0) if known else Tally() if context.before else None
        rows.append((load.name, before, load.transfer.view.total))
    rows += [(name, total, Tally()) for name, totals in waiting.items() for total in totals]
    return rows
