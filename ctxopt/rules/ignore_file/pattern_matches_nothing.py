"""Patterns that match nothing in this tree, and that nothing explains.

A clean checkout lacks what is built later, so most patterns without a match are right. Only those
are listed, in one finding, that name a place inside a folder which is gone itself, and that neither
the catalogue nor git knows as generated: they are left from something that was moved or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxopt.evidence.facts import Facts
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import parent, upwards
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity
from ctxopt.units import and_more

_WILD = frozenset("*?[\\|{}^#")
_NAMED = 5
_LEAST_DEPTH = 3


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all such lines."""
    evidence = facts.evidence
    if evidence is None or not evidence.knows_tracked:
        return
    suspects = [
        item for item in written_patterns(facts) if _is_about_sources(facts, evidence, item)
    ]
    if not suspects:
        return
    hits = facts.hits([item.pattern for item in suspects])
    stale = [item for item, found in zip(suspects, hits, strict=True) if not found.count]
    if stale:
        yield _finding_for(facts, stale)


def _finding_for(facts: Facts, stale: Sequence[WrittenPattern]) -> Finding:
    names = ", ".join(f"{item.written} (line {item.line.number})" for item in stale[:_NAMED])
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"nothing here matches {names}{and_more(len(stale) - _NAMED)}",
        location=place(facts, stale[0].line.number),
        subject="\n".join(item.written for item in stale),
        edits=tuple(remove_line(item.line.number, "nothing matches it") for item in stale),
        help="keep the lines that wait for files to come; fix leaves them unless asked to tidy up",
    )


def _is_about_sources(facts: Facts, evidence: GitEvidence, item: WrittenPattern) -> bool:
    """Whether a line names one place in a folder of sources: what is generated has other names."""
    text = item.pattern.text
    if not _names_one_place(item):
        return False
    ways = [way for way in upwards(text) if way]
    if not _is_gone(facts, evidence, item) or any(map(evidence.is_ignored, ways)):
        return False
    return not any(
        facts.catalog.match_path(way, is_dir) for way in ways for is_dir in (True, False)
    )


def _names_one_place(item: WrittenPattern) -> bool:
    """Whether a line is a plain path, deep enough to be about something in particular."""
    text = item.pattern.text
    parts = text.split("/")
    if len(parts) < _LEAST_DEPTH or _WILD.intersection(text) or " " in text:
        return False
    # What starts with a dot mostly belongs to a tool that makes it again.
    return item.line.text == item.line.text.strip() and not any(
        part.startswith(".") for part in parts
    )


def _is_gone(facts: Facts, evidence: GitEvidence, item: WrittenPattern) -> bool:
    """Whether the place was among sources and its folder is gone as well."""
    text = item.pattern.text
    folder = parent(text)
    # What is made later is mostly made in a folder that is there.
    if folder in facts.view.tree.folders:
        return False
    if not evidence.has_tracked_below(text.partition("/")[0]):
        return False
    # Below a folder that another line excludes the walk sees nothing, so nothing is known of it.
    return facts.matcher.decide(folder).index in (None, item.index)


RULE = Rule(
    "pattern-matches-nothing", "Pattern that matches nothing", Severity.INFO, check, about="lines"
)
