"""A COPY of the whole context, and what rides along with it that no build needs.

``COPY . .`` is fine behind an ignore file that keeps waste out. It is told only where generated or
git-ignored content of some size is really copied, and no other instruction names it. The bytes of
paths that other rules report are theirs and are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.sources import SourceUse
from ctxopt.evidence.facts import Facts, is_read, is_waste
from ctxopt.evidence.reach import Reach
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import dockerfile_line, shown
from ctxopt.severity import Severity
from ctxopt.tree.model import DIR, FILE, Flag


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each stage that copies the whole context with waste in it."""
    uses = [use for use in facts.main_uses if "" in use.roots and use.source.mount is None]
    if not uses:
        return
    crumb = facts.config.noise_floor // 10
    needed = {item.path for item in facts.candidates.found if item.needed_because}
    waste = [item for item in _waste(facts) if item[1] >= crumb and item[0] not in needed]
    size = sum(item[1] for item in waste)
    if size < facts.config.noise_floor:
        return
    waste.sort(key=lambda item: (-item[1], item[0]))
    names = ", ".join(path for path, _, _ in waste[:3])
    claimed = {item.path for item in facts.candidates.found}
    own = [item for item in waste if not _overlaps(item[0], claimed)]
    for use in _one_each(uses):
        reach: Reach = "final" if use.reach == "final" else "builder"
        yield Finding(
            rule=RULE.id,
            severity=Severity.WARNING if reach == "final" else RULE.severity,
            message=f"{use.source.instruction} {' '.join(use.source.raw)} copies"
            f" {_number(len(waste))} that nothing is known to read: {names}",
            location=dockerfile_line(facts, use.source),
            subject=f"{use.stage} {' '.join(use.source.raw)}",
            paths=shown(path for path, _, _ in own),
            size=sum(item[1] for item in own),
            entries=sum(item[2] for item in own),
            reach=reach,
            help="exclude them, or copy the folders that the stage needs",
        )


def _overlaps(path: str, claimed: set[str]) -> bool:
    return any(
        path == other or path.startswith(other + "/") or other.startswith(path + "/")
        for other in claimed
    )


def _one_each(uses: list[SourceUse]) -> list[SourceUse]:
    return list({(use.source.line, use.stage): use for use in uses}.values())


def _number(count: int) -> str:
    return "a path" if count == 1 else f"{count:,} paths"


def _waste(facts: Facts) -> list[tuple[str, int, int]]:
    """The topmost paths that are sent, generated and named by nobody, with bytes and entries."""
    plan = facts.plan
    if plan is None:
        return []
    view = plan.main.transfer.view
    found: list[tuple[str, int, int]] = []
    stack = [""]
    while stack:
        folder = view.tree.folders.get(stack.pop())
        if folder is None:
            continue
        flags = view.flags(folder) or bytes(len(folder.kinds))
        sizes = folder.sizes
        for index, name in enumerate(folder.names):
            path, kind = folder.child(name), folder.kinds[index]
            total = view.totals.get(path) if kind == DIR else None
            if flags[index] & Flag.EXCLUDED and not (total and total.entries):
                continue
            if kind == DIR and not (total and total.bytes):
                continue
            if is_waste(facts, path, kind == DIR):
                if is_read(facts, path):
                    continue
                size = total.bytes if total else sizes[index] if kind == FILE else 0
                found.append((path, size, 1 + (total.entries if total else 0)))
            elif kind == DIR:
                stack.append(path)
    return found


RULE = Rule("broad-copy", "Broad COPY", Severity.INFO, check, about="sources")
