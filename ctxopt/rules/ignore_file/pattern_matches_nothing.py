"""Patterns that match nothing in this tree, and that nothing explains.

A clean checkout lacks what is built later, so most patterns without a match are right. Only those
are listed, in one finding, that name a place inside a folder which is gone itself, and that neither
the catalogue nor git knows as generated: they are left from something that was moved or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import find_hits

_WILD = frozenset("*?[\\|{}^#")


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for all such lines."""
    evidence = facts.evidence
    if evidence is None or not evidence.knows_tracked:
        return
    suspects = [item for item in written_patterns(facts) if _is_about_sources(facts, item)]
    if not suspects:
        return
    hits = find_hits(facts.view, [item.pattern for item in suspects])
    stale = [item for item, found in zip(suspects, hits, strict=True) if not found.count]
    if not stale:
        return
    names = ", ".join(f"{item.written} (line {item.line.number})" for item in stale[:5])
    more = f" and {len(stale) - 5} more" if len(stale) > 5 else ""
    yield Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"nothing here matches {names}{more}",
        location=place(facts, stale[0].line.number),
        subject="\n".join(item.written for item in stale),
        edits=tuple(remove_line(item.line.number, "nothing matches it") for item in stale),
        help="keep the lines that wait for files to come; fix leaves them unless asked to tidy up",
    )


def _is_about_sources(facts: Facts, item: WrittenPattern) -> bool:
    """Whether a line names one place in a folder of sources: what is generated has other names."""
    text = item.pattern.text
    parts = text.split("/")
    if len(parts) < 3 or any(part.startswith(".") for part in parts) or _WILD.intersection(text):
        return False
    if item.line.text != item.line.text.strip() or " " in text:
        return False
    evidence = facts.evidence
    # What is made later is mostly made in a folder that is there; this one is gone as well.
    known = (
        evidence is not None
        and evidence.has_tracked_below(parts[0])
        and "/".join(parts[:-1]) not in facts.analysis.tree.folders
        and facts.matcher.decide("/".join(parts[:-1])).index in (None, item.index)
    )
    paths = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    if not known or any(evidence and evidence.is_ignored(path) for path in paths):
        return False
    return not any(
        facts.catalog.match_path(path, is_dir) for path in paths for is_dir in (True, False)
    )


RULE = Rule(
    "pattern-matches-nothing", "Pattern that matches nothing", Severity.INFO, check, about="lines"
)
