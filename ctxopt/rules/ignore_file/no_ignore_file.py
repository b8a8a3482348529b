"""There is no ignore file, so every build may take the whole folder.

That is fine for a folder that holds nothing but sources. It is worth saying once the context
holds what no build needs, which the other rules then name one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_ENOUGH = 1_000_000
"""Bytes below which a missing ignore file costs nobody anything."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for a context of some size without an ignore file."""
    analysis = facts.analysis
    if analysis.context.ignore.path is not None:
        return
    plan = analysis.plan
    # What a build names one by one it wants: only folders taken whole can hold more than that.
    is_whole = plan is None or plan.main.transfer.is_whole
    total = analysis.permitted.total if plan is None else plan.main.transfer.view.total
    if total.bytes < _ENOUGH:
        return
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity if is_whole else Severity.INFO,
        message="there is no ignore file, so a build may take everything"
        if is_whole
        else "there is no ignore file, so the folders that this build names are taken whole",
        size=total.bytes,
        entries=total.entries,
        help="ctxopt fix writes one",
    )


RULE = Rule("no-ignore-file", "No ignore file", Severity.WARNING, check, about="paths")
