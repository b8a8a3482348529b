"""What ``check`` found wrong as findings: broken limits and new findings, for readers of findings."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.config.keys import LIMITS
from ctxopt.guard.budget import LimitResult, Verdict
from ctxopt.guard.check import Checked
from ctxopt.report.places import placed_in
from ctxopt.rules.finding import Finding, Location
from ctxopt.severity import Severity


class LimitRule(NamedTuple):
    """A limit as code hosts list it among rules."""

    id: str
    title: str
    page: str = "docs/ci.md#limits"
    severity: Severity = Severity.ERROR


LIMIT_RULES = tuple(
    LimitRule(key, f"Limit {key} of the build context") for key in LIMITS if key != "growth-floor"
)


def limit_findings(checked: Checked, place: str) -> list[Finding]:
    """Return the limits that do not hold; ``place`` is the file that sets them."""
    return [
        limit_finding(result, place)
        for result in checked.results
        if result.verdict is not Verdict.PASS
    ]


def limit_finding(result: LimitResult, place: str) -> Finding:
    """Return a limit that does not hold, or that cannot be judged."""
    severity = Severity.WARNING
    if result.verdict is Verdict.FAIL:
        severity = Severity.ERROR
    return Finding(
        rule=result.limit,
        severity=severity,
        message=f"{result.context}: {result.message}",
        location=Location(place),
        subject=f"{result.context} {result.view}",
    )


def new_findings(checked: Checked) -> list[Finding]:
    """Return the findings that no baseline knows, with places from the root that was asked about."""
    if not checked.findings:
        return []
    return [
        placed_in(finding, item.folder)
        for item in checked.findings.contexts
        for finding in item.judged.reported
    ]
