"""The build fetches the whole context, and the Dockerfile did not mean to ask for it.

A variable without a value turns ``COPY $DIR/app .`` into the root, a tmpfs mount asks for the root
whatever it mounts, and a wildcard that is not the last part of a source takes a whole level as soon
as a symbolic link matches it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.unset_argument import unset_arguments
from ctxopt.rules.written import checks_of, dockerfile_line, is_main, source_message
from ctxopt.severity import Severity
from ctxopt.tree.model import Tally

_HEAVY = 100_000_000
"""Bytes from which on the accident is an error."""

_ASKED = ("explicit", "mount-without-source")

_HELP = {
    "whole-context": "give the variable a value, or name the source",
    "link-widens": "name the folder instead of the wildcard, or exclude the link",
}


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each source that widens the transfer by accident."""
    transfer = facts.transfer
    if transfer is None:
        return
    for found in checks_of(facts, "whole-context", "link-widens"):
        if is_main(found) and not _is_meant(facts, found):
            yield _finding_for(facts, found, transfer.view.total)


def _finding_for(facts: Facts, found: SourceCheck, total: Tally) -> Finding:
    """Return the finding about a source that makes the build fetch ``total``."""
    severity, advice = RULE.severity, _HELP[found.kind]
    unset = unset_arguments(facts, found)
    if unset is not None:
        advice = f"{unset.help}, or name the source"
    if total.bytes >= _HEAVY:
        severity = Severity.ERROR
    if found.source.mount == "tmpfs":
        advice = "a cache mount, or a folder made by the step, asks for nothing"
    paths: tuple[str, ...] = ()
    # Only a link is a path to look at; otherwise it is the source itself.
    if found.kind == "link-widens":
        paths = found.paths
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=source_message(facts, found),
        location=dockerfile_line(facts, found.source),
        subject=found.text,
        paths=paths,
        size=total.bytes,
        entries=total.entries,
        reach="sent",
        help=advice,
    )


def _is_meant(facts: Facts, found: SourceCheck) -> bool:
    """Whether another instruction asks for the whole context outright."""
    # Then the accident costs nothing: all of it would be fetched anyway.
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
