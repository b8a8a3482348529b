"""A source with a wildcard that matches nothing: Docker copies nothing and reports no error.

Often that is an option, as ``package-lock.jso[n]`` is. It is no option where files match on disk
and the ignore file hides every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.source_text import tell_check
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import checks_of, dockerfile_line
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source, a warning where files are hidden."""
    for found in checks_of(facts, "empty-wildcard"):
        is_alone = len(found.source.paths) == 1
        if not found.paths and not is_alone:
            continue  # with another source beside it, the wildcard is an option
        yield Finding(
            rule=RULE.id,
            severity=Severity.WARNING if found.paths else Severity.INFO,
            message=tell_check(found, facts.analysis.context.ignore.path),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths,
            entries=found.count,
            help="let the ignore file keep them, or drop the source"
            if found.paths
            else "correct the source, or drop it",
        )


RULE = Rule("empty-wildcard", "Wildcard without a match", Severity.WARNING, check, about="sources")
