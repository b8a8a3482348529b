"""A file that looks like the ignore file and that Docker never reads.

Docker takes ``<Dockerfile>.dockerignore`` beside the Dockerfile, else ``.dockerignore`` at the root
of the context, and never joins two. A ``.dockerignore`` beside a Dockerfile in a subfolder is not
read. That another file takes the place of the one at the root may be meant, so it is INFO.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such file."""
    context = facts.analysis.context
    advice = f"the one in force is {context.ignore.path}"
    if not context.ignore.path:
        advice = f"no ignore file is in force; {_proper(facts)} would be"
    for inactive in context.inactive:
        severity = RULE.severity
        # Another file in its place may be what is wanted for this one Dockerfile.
        if inactive.reason.endswith("is used instead"):
            severity = Severity.INFO
        yield Finding(
            rule=RULE.id,
            severity=severity,
            message=f"Docker does not read this ignore file: {inactive.reason}",
            location=Location(inactive.path),
            subject=inactive.path,
            help=advice,
        )


def _proper(facts: Facts) -> str:
    context = facts.analysis.context
    if not context.builder.reads_own_ignore_file or not context.dockerfile.found:
        return ".dockerignore"
    return f"{context.dockerfile.path.removeprefix('./')}.dockerignore"


RULE = Rule(
    "inactive-ignore-file", "Ignore file never read", Severity.WARNING, check, about="paths"
)
