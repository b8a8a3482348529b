"""Tests, their data and their reports are sent, and no step of the build runs tests.

Reports are always superfluous. Tests and fixtures are sources, so this is only a hint unless git
does not track them; where a RUN step tests, they have to stay. Without a Dockerfile nobody knows
whether one does. Go has no folder for tests: what is called so may be a package that others import.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import report
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity
from ctxopt.tree.model import DIR


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
            if (candidate.reach != "permitted" or _is_left_over(facts, candidate))
            and not _holds_go_packages(facts, candidate.path)
        ]
        yield from report(facts, RULE.id, found, "tests, which no step of this build runs")


def _is_left_over(facts: Facts, candidate: Candidate) -> bool:
    """Whether no checkout has it, which is all that is known without a Dockerfile."""
    return facts.plan is None and candidate.state in ("ignored", "untracked")


def _holds_go_packages(facts: Facts, path: str) -> bool:
    """Whether there is Go code below ``path`` that is no test; the tool itself skips ``testdata``."""
    folders = facts.analysis.tree.folders
    stack = [path]
    while stack:
        folder = folders.get(stack.pop())
        if folder is None or folder.path.rpartition("/")[2] == "testdata":
            continue
        for name, kind in zip(folder.names, folder.kinds, strict=True):
            if kind == DIR:
                stack.append(folder.child(name))
            elif name.endswith(".go") and not name.endswith("_test.go"):
                return True
    return False


RULE = Rule("test-data", "Tests and test reports", Severity.INFO, check, about="paths")
