"""The build fetches the whole context, and the Dockerfile did not mean to ask for it.

A variable without a value turns ``COPY $DIR/app .`` into the root, a tmpfs mount asks for the root
whatever it mounts, and a wildcard that is not the last part of a source takes a whole level as soon
as a symbolic link matches it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.source_text import tell_check
from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import checks_of, dockerfile_line, is_main
from ctxopt.severity import Severity

_HEAVY = 100_000_000
"""Bytes from which on the accident is an error."""

_ASKED = ("explicit", "mount-without-source")

_HELP = {
    "whole-context": "give the variable a value, or name the source",
    "link-widens": "name the folder instead of the wildcard, or exclude the link",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each source that widens the transfer by accident."""
    plan = facts.plan
    if plan is None:
        return
    for found in checks_of(facts, "whole-context", "link-widens"):
        if not is_main(found) or _is_meant(facts, found):
            continue
        total = plan.main.transfer.view.total
        yield Finding(
            rule=RULE.id,
            severity=Severity.ERROR if total.bytes >= _HEAVY else RULE.severity,
            message=tell_check(found, facts.analysis.context.ignore.path),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths if found.kind == "link-widens" else (),
            size=total.bytes,
            entries=total.entries,
            reach="sent",
            help="a cache mount, or a folder made by the step, asks for nothing"
            if found.source.mount == "tmpfs"
            else _HELP[found.kind],
        )


def _is_meant(facts: Facts, found: SourceCheck) -> bool:
    """Whether another instruction asks for the whole context outright."""
    return any(
        "" in use.roots
        and use.source is not found.source
        and any(path.widens in _ASKED for path in use.source.paths)
        for use in facts.main_uses
    )


RULE = Rule(
    "whole-context-by-accident",
    "Whole context by accident",
    Severity.WARNING,
    check,
    about="sources",
)
