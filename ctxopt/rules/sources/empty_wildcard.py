"""A source with a wildcard that matches nothing: Docker copies nothing and reports no error.

Often that is an option, as ``package-lock.jso[n]`` is. It is no option where files match on disk
and the ignore file hides every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import checks_of, dockerfile_line, source_message
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source, a warning where files are hidden."""
    for found in checks_of(facts, "empty-wildcard"):
        severity, advice = Severity.INFO, "correct the source, or drop it"
        if found.paths:
            severity, advice = RULE.severity, "let the ignore file keep them, or drop the source"
        # With another source beside it, the wildcard is an option.
        elif len(found.source.paths) > 1:
            continue
        yield Finding(
            rule=RULE.id,
            severity=severity,
            message=source_message(facts, found),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths,
            entries=found.count,
            help=advice,
        )


RULE = Rule("empty-wildcard", "Wildcard without a match", Severity.WARNING, check, about="sources")
