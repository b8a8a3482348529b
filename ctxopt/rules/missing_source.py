"""A source of a COPY, ADD or bind mount that is not there, so the build stops.

Docker says ``not found`` whether a file is missing, hidden or was not fetched. Here it is missing
on disk, or Docker's client does not fetch it though it may.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.facts import Facts, Rule
from ctxopt.finding import Finding, Severity
from ctxopt.sourcetext import tell_check
from ctxopt.trial import checks_of, dockerfile_line


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source."""
    for found in checks_of(facts, "missing", "not-transferred"):
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=tell_check(found, facts.analysis.context.ignore.path),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths,
            help="correct the source, or make the file before the build"
            if found.kind == "missing"
            else "name the path that the link leads to",
        )


RULE = Rule("missing-source", "Source that does not exist", Severity.ERROR, check)
