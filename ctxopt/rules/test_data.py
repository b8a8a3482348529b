"""Tests, their data and their reports are sent, and no step of the build runs tests.

Reports are always superfluous. Tests and fixtures are sources, so this is only a hint unless git
does not track them; where a RUN step tests, they have to stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.facts import Facts, Rule
from ctxopt.finding import Finding, Severity
from ctxopt.groups import report


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of test data or report."""
    candidates = facts.candidates
    yield from report(
        facts, RULE.id, candidates.about("test-report"), "a report of an earlier test run"
    )
    if facts.needs.tests is None:
        # Nobody asks for what no instruction takes: sources may be left as they are.
        found = [
            candidate
            for candidate in candidates.about("test-data")
            if candidate.reach != "permitted" or facts.analysis.plan is None
        ]
        yield from report(facts, RULE.id, found, "tests, which no step of this build runs")


RULE = Rule("test-data", "Tests and test reports", Severity.INFO, check)
