"""An exception with a wildcard makes Docker look into every excluded folder.

With literal exceptions BuildKit's client skips an excluded folder unless an exception begins with
its path. One ``!**/*.md`` is enough to make it walk all of ``node_modules``. Where the exceptions
bring back a few paths only, naming them keeps the pruning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.dialect import dialect_of
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import (
    WrittenPattern,
    line_after,
    line_of,
    place,
    several_lines,
    shown,
    written_patterns,
)
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits, topmost
from ctxopt.tree.model import DIR, Flag
from ctxopt.tree.view import View

_ENOUGH = 20_000
"""Entries walked in vain below which it takes no noticeable time."""

_MOST_LINES = 12
_NAMED = 3


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding at the first such exception; they switch pruning off together."""
    if not dialect_of(facts.builder).prunes_locally:
        return
    wild = [item for item in written_patterns(facts) if _has_wildcard(item.pattern)]
    if not wild:
        return
    view = facts.view
    literal = Matcher(item for item in facts.matcher.patterns if not _has_wildcard(item))
    wasted, folders = count_walked(view, literal.buildkit_prunes)
    if wasted < _ENOUGH:
        return
    yield _finding_for(facts, wild, wasted, folders)


def _finding_for(
    facts: Facts, wild: Sequence[WrittenPattern], wasted: int, folders: list[str]
) -> Finding:
    edits = _literal_form(facts, wild)
    advice = "an exception without wildcards, or with /** at its end only, lets Docker skip folders"
    if edits:
        advice = "name the paths without wildcards"
    names = ", ".join(item.written for item in wild[:_NAMED])
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"because of {names} Docker walks through excluded folders",
        location=place(facts, wild[0].line.number),
        subject="\n".join(item.written for item in wild),
        paths=shown(folders),
        entries=wasted,
        edits=tuple(edits),
        help=advice,
    )


def _has_wildcard(pattern: Pattern) -> bool:
    # A path that begins with \0 exists nowhere, so only a wildcard keeps Docker from skipping it.
    return pattern.exception and not Matcher((pattern,)).buildkit_prunes("\0")


def count_walked(view: View, prunes: Callable[[str], bool]) -> tuple[int, list[str]]:
    """Count the entries in excluded folders that would be skipped; name the largest such folders.

    The branches are those of one loop that is measured: it sees every folder of the tree.
    """
    counts: dict[str, int] = {}
    stack: list[tuple[str, str]] = [("", "")]
    while stack:
        path, skipped = stack.pop()
        folder = view.tree.folders.get(path)
        if folder is None:
            continue
        if skipped:
            counts[skipped] = counts.get(skipped, 0) + len(folder.kinds)
        flags = view.flags(folder)
        # Only folders matter, and bytes.find is several times quicker than a row for each entry.
        index = folder.kinds.find(DIR)
        names = folder.names if index >= 0 else []
        while index >= 0:
            below = folder.child(names[index])
            top = skipped
            if not top and flags and flags[index] & Flag.EXCLUDED and prunes(below):
                top = below
            stack.append((below, top))
            index = folder.kinds.find(DIR, index + 1)
    # A folder that something comes back from is walked for a reason: name others if there are any.
    idle = {path: count for path, count in counts.items() if not view.sends_below(path)}
    return sum(counts.values()), sorted(idle or counts, key=lambda path: (-counts[path], path))


def _literal_form(facts: Facts, wild: Sequence[WrittenPattern]) -> list[Edit]:
    """Edits that name what the exceptions bring back; none where that is much or changes a thing."""
    hits = facts.hits([item.pattern for item in wild])
    edits: list[Edit] = []
    for item, found in zip(wild, hits, strict=True):
        named = _names_of(facts, item, found)
        if not named:
            return []
        line = item.line.number
        reason = "an exception without wildcards lets Docker skip excluded folders"
        edits += several_lines(line, named, reason, line_after(facts, line))
    trial = try_edits(facts, edits)
    if trial is None or trial.difference:
        return []
    wasted, _ = count_walked(facts.view, trial.matcher.buildkit_prunes)
    if wasted < _ENOUGH:
        return []
    return edits


def _names_of(facts: Facts, item: WrittenPattern, found: Hits) -> list[str]:
    """Return a literal exception for each path that this one brings back; none where they are many."""
    decide = facts.matcher.decide
    back = topmost(hit for hit in found.shown if decide(hit.path).index == item.index)
    if len(back) > _MOST_LINES or found.count > len(found.shown):
        return []
    return ["!" + line_of(facts, hit.path) for hit in back]


RULE = Rule(
    "exception-stops-pruning", "Exception that stops pruning", Severity.INFO, check, about="lines"
)
