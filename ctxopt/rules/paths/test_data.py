"""Tests, their data and their reports are sent, and no step of the build runs tests.

Reports are always superfluous. Tests and fixtures are sources, so this is only a hint unless git
does not track them, or there is so much of it that the build waits for it; where a RUN step tests,
they have to stay. Without a Dockerfile it is not known whether one does. Go has no folder for tests: what is called so may be a package that others import.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.test_folders import holds_go_packages
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import is_heavy_part, report
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of test data or report."""
    candidates = facts.candidates
    yield from report(
        facts, RULE.id, candidates.about("test-report"), "a report of an earlier test run"
    )
    if facts.needs.tests is None:
        found = [item for item in candidates.about("test-data") if _is_superfluous(facts, item)]
        for finding in report(facts, RULE.id, found, "tests, which no step of this build runs"):
            yield replace(finding, severity=_severity(facts, finding))


def _severity(facts: Facts, finding: Finding) -> Severity:
    """Return how bad a finding is: many bytes of a context that could go are worth a warning."""
    # What nothing takes costs nothing, and without a line there is nothing to be done.
    if not finding.edits or finding.reach == "permitted":
        return finding.severity
    if is_heavy_part(facts, finding.size):
        return max(finding.severity, Severity.WARNING)
    return finding.severity


def _is_superfluous(facts: Facts, candidate: Candidate) -> bool:
    """Whether something takes it, or no checkout has it, and no Go code in it may be imported."""
    # Sources that no instruction takes cost nothing, and may be left as they are.
    is_taken = candidate.reach != "permitted"
    is_told = is_taken or _is_left_over(facts, candidate)
    return is_told and not holds_go_packages(facts.view, candidate.path)


def _is_left_over(facts: Facts, candidate: Candidate) -> bool:
    """Whether no checkout has it, which is all that is known without a Dockerfile."""
    return not facts.knows_build and candidate.state in ("ignored", "untracked")


RULE = Rule("test-data", "Tests and test reports", Severity.INFO, check, about="paths")
