"""A COPY of the whole context, and what rides along with it that no build needs.

``COPY . .`` is fine behind an ignore file that keeps waste out. It is told only where generated or
git-ignored content of some size is really copied, and no other instruction names it. The bytes of
paths that other rules report are theirs and are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.sources import SourceUse
from ctxopt.evidence.facts import Facts, is_read, is_waste
from ctxopt.evidence.reach import Reach
from ctxopt.paths import overlaps
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import by_pattern
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import dockerfile_line, shown
from ctxopt.severity import Severity
from ctxopt.tree.model import DIR, FILE, Tally
from ctxopt.tree.view import View
from ctxopt.units import count

_NAMED = 3


_NOTHING: Final = Tally()


class _Waste(NamedTuple):
    """A topmost path that is sent and that evidence calls generated or foreign."""

    path: str
    size: int
    """Bytes that are sent of it."""
    entries: int


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each stage that copies the whole context with waste in it."""
    transfer = facts.transfer
    uses = [use for use in facts.main_uses if "" in use.roots and use.source.mount is None]
    if transfer is None or not uses:
        return
    floor = facts.config.noise_floor
    # What weighs more, with the others of its kind, is told by the rule about that kind.
    groups = by_pattern(facts, facts.candidates.found)
    claimed = [path for group in groups if group.bytes >= floor for path in group.paths]
    waste = [
        item
        for item in _waste_of_size(facts, transfer.view)
        if not any(overlaps(item.path, path) for path in claimed)
    ]
    if not waste or sum(item.size for item in waste) < floor:
        return
    # One instruction in one stage is one finding, however many of its sources are the root.
    for use in {(use.source.line, use.stage): use for use in uses}.values():
        yield _finding_for(facts, use, waste)


def _finding_for(facts: Facts, use: SourceUse, waste: Sequence[_Waste]) -> Finding:
    severity = RULE.severity
    reach: Reach = "builder"
    if use.reach == "final" or any(_stays(facts, use, item.path) for item in waste):
        severity, reach = Severity.WARNING, "final"
    sources = " ".join(use.source.raw)
    number = "a path"
    if len(waste) > 1:
        number = count(len(waste), "path")
    names = ", ".join(item.path for item in waste[:_NAMED])
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{use.source.instruction} {sources} copies"
        f" {number} that nothing is known to read: {names}",
        location=dockerfile_line(facts, use.source),
        subject=f"{use.stage} {sources}",
        paths=shown(item.path for item in waste),
        size=sum(item.size for item in waste),
        entries=sum(item.entries for item in waste),
        reach=reach,
        help="exclude them, or copy the folders that the stage needs",
    )


def _stays(facts: Facts, use: SourceUse, path: str) -> bool:
    """Whether a later stage takes on what ``use`` took, with no step between that would make it again."""
    reached = facts.reaches.of(path)
    return reached.use is use and reached.through != () and not reached.may_be_remade


def _waste_of_size(facts: Facts, view: View) -> list[_Waste]:
    """Return what weighs something and is not known to be needed, the heaviest first."""
    # Crumbs would fill the list of paths and are not worth a line each.
    crumb = facts.config.noise_floor // 10
    needed = {item.path for item in facts.candidates.found if item.needed_because}
    waste = [item for item in _waste(facts, view, crumb) if item.path not in needed]
    return sorted(waste, key=lambda item: (-item.size, item.path))


def _waste(facts: Facts, view: View, least: int) -> Iterator[_Waste]:
    """Yield the topmost paths of ``least`` bytes or more that are sent, generated and named by no instruction."""
    closed: set[str] = set()
    # A folder that weighs less holds nothing that weighs more: most of a tree is left out by its sums.
    for row in view.rows(enter=lambda row: row.path not in closed):
        below = _NOTHING
        size = 0
        if row.kind == DIR:
            below = view.totals.get(row.path, _NOTHING)
            size = below.bytes
        elif row.kind == FILE:
            size = row.size
        if not row.is_sent or size < least or (row.kind == DIR and not size):
            closed.add(row.path)
        elif is_waste(facts, row.path, row.kind == DIR):
            closed.add(row.path)
            if not is_read(facts, row.path):
                yield _Waste(row.path, size, 1 + below.entries)


RULE = Rule("broad-copy", "Broad COPY", Severity.INFO, check, about="sources")
