"""There is no ignore file, so every build may take the whole folder.

That is fine for a folder that holds nothing but sources. It is worth saying once the context
holds what no build needs, which the other rules then name one by one; not of a build that names what it takes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.analysis import Analysis
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.misnamed import misnamed_near
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_ENOUGH = 1_000_000
"""Bytes below which a missing ignore file costs nothing."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for a context of some size without an ignore file."""
    if facts.analysis.context.ignore.path is not None:
        return
    transfer = facts.transfer
    # What a build names it wants; what else is in the folders that it names the other rules tell.
    if transfer is not None and not transfer.is_whole:
        return
    total = facts.view.total
    if total.bytes < _ENOUGH or _is_told(facts.analysis):
        return
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message="there is no ignore file, so a build may take everything",
        size=total.bytes,
        entries=total.entries,
        help="ctxopt fix writes one",
    )


def _is_told(analysis: Analysis) -> bool:
    """Whether there is a file that was taken for one, which ``inactive-ignore-file`` tells."""
    context = analysis.context
    near = misnamed_near(analysis.tree, context.dockerfile.inside)
    return bool(context.inactive) or next(near, None) is not None


RULE = Rule("no-ignore-file", "No ignore file", Severity.WARNING, check, about="paths")
