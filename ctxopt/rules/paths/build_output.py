"""What an earlier build made is sent: target, dist, bin and obj, .next, compiled objects.

The image builds it again, and stale output of another machine in a stage is a source of errors.
Shared names such as ``build`` count only where a manifest or git says that they are output.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import report
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of build output."""
    found = facts.candidates.about("build-output")
    yield from report(
        facts, RULE.id, found, "output of an earlier build, which the image makes again"
    )


RULE = Rule(
    "build-output",
    "Build output",
    Severity.WARNING,
    check,
    about="paths",
)
