"""A pattern without a slash, meant as in ``.gitignore``, matches only at the root of the context.

``node_modules`` leaves out ``./node_modules`` and sends ``packages/web/node_modules``; git would
ignore both. The cure is ``**/node_modules``. A name alone does not say that the nested ones are
meant, so a plain name is reported only where git ignores them or the catalogue knows them. What
git tracks below is never hidden with them: ``*.js`` at the root spares ``assets/js`` on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.evidence.facts import Facts, is_read, is_waste
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits, find_hits
from ctxopt.tree.model import DIR
from ctxopt.tree.replay import Difference

_WILD = frozenset("*?[")
_QUIRKS = frozenset("|{}^\\ #")


class _Nested(NamedTuple):
    """What a line would hide below the root if it were written for every depth."""

    edit: Edit
    change: Difference
    is_certain: bool
    """Whether evidence calls some of it waste."""
    sources: tuple[str, ...]
    """What would go with it although no evidence calls it waste."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line whose nested matches are still sent."""
    suspects = [item for item in written_patterns(facts) if _may_mean_every_depth(item)]
    if not suspects:
        return
    forms = read_matcher((None, "**/" + item.pattern.text) for item in suspects)
    hits = find_hits(facts.view, forms.patterns)
    for item, found in zip(suspects, hits, strict=True):
        nested = _try_every_depth(facts, item, found)
        if nested is not None:
            yield _finding_for(facts, item, nested)


def _may_mean_every_depth(item: WrittenPattern) -> bool:
    """A leading slash says that only the root is meant; ``*`` takes everything anyway."""
    text = item.pattern.text
    return (
        not item.pattern.exception
        and not item.written.startswith(("/", "./"))
        and "/" not in text
        and "**" not in text
        and text.strip("*?.") != ""
        and not _QUIRKS.intersection(text)
    )


def _try_every_depth(facts: Facts, item: WrittenPattern, found: Hits) -> _Nested | None:
    """Return what the line misses below the root; None where that is not worth a word."""
    unread = [hit for hit in found.kept() if "/" in hit.path and not is_read(facts, hit.path)]
    is_certain = any(is_waste(facts, hit.path, hit.kind == DIR) for hit in unread)
    if not unread or not (is_certain or _is_loose(item, found)):
        return None
    text = f"**/{item.written}"
    reason = f"{item.written} matches only at the root of the context, {text} at every depth"
    edit = replace_line(item.line.number, text, reason)
    trial = try_edits(facts, [edit])
    if trial is None or not trial.difference.lost or trial.difference.gained:
        return None
    change = trial.difference
    if is_certain:
        return _Nested(edit, change, is_certain, tuple(_sources(facts, change.lost)))
    # Without evidence it is the weight alone that speaks for a word, and it says nothing where git
    # tracks what would go: whoever wrote the line has seen those files arrive.
    if change.lost_bytes < facts.config.noise_floor or any(_holds_tracked(facts, change.lost)):
        return None
    return _Nested(edit, change, is_certain, ())


def _is_loose(item: WrittenPattern, found: Hits) -> bool:
    """Whether the form of the line suggests every depth, and what is nested looks like the rest."""
    has_loose_form = bool(_WILD.intersection(item.pattern.text)) or item.written.endswith("/")
    return has_loose_form and _is_alike(item, found)


def _is_alike(item: WrittenPattern, found: Hits) -> bool:
    """Whether the nested matches are what the pattern excludes at the root: a file, or a folder."""
    kinds = {hit.kind for hit in found.shown if "/" not in hit.path}
    return item.pattern.text.startswith("*.") or any(hit.kind in kinds for hit in found.kept())


def _sources(facts: Facts, paths: tuple[str, ...]) -> Iterator[str]:
    # A folder of sources may well be called like one that is generated, and has to stay then.
    folders = facts.view.tree.folders
    return (path for path in paths if not is_waste(facts, path, path in folders))


def _holds_tracked(facts: Facts, paths: tuple[str, ...]) -> Iterator[bool]:
    """Yield of each path whether git tracks it, or something below it."""
    evidence = facts.evidence
    if evidence is None:
        return
    yield from (evidence.is_tracked(path) or evidence.has_tracked_below(path) for path in paths)


def _finding_for(facts: Facts, item: WrittenPattern, nested: _Nested) -> Finding:
    change, sources = nested.change, nested.sources
    told = [path for path in change.lost if path not in sources]
    text = nested.edit.text
    severity = Severity.INFO
    if nested.is_certain:
        severity = RULE.severity
    edits: tuple[Edit, ...] = ()
    advice = f"{text} would hide something that the build reads"
    if any(_holds_tracked(facts, sources)):
        advice = f"{text} would hide something that git tracks"
    if not sources and not any(is_read(facts, path) for path in change.lost):
        edits = (nested.edit,)
        advice = f"write {text}"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{item.written} matches only at the root; the same is still sent from below",
        location=place(facts, item.line.number),
        subject=item.written,
        paths=shown(sorted(told, key=lambda path: -facts.total(path).bytes)),
        size=change.lost_bytes - sum(facts.total(path).bytes for path in sources),
        entries=change.lost_entries - sum(facts.total(path).entries + 1 for path in sources),
        edits=edits,
        reach=facts.reach(change.lost[0]),
        help=advice,
    )


RULE = Rule(
    "root-only-pattern", "Pattern for the root only", Severity.WARNING, check, about="lines"
)
