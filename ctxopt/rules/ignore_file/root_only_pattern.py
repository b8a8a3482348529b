"""A pattern without a slash, meant as in ``.gitignore``, matches only at the root of the context.

``node_modules`` leaves out ``./node_modules`` and sends ``packages/web/node_modules``; git would
ignore both. The cure is ``**/node_modules``. A name alone does not say that the nested ones are
meant, so a plain name is reported only where git ignores them or the catalogue knows them. What
git tracks below is never hidden with them: ``*.js`` at the root spares ``assets/js`` on purpose.
``*/node_modules`` is the same mistake one level down. In a clean tree, where nothing is sent yet, a name that is made
in every folder of sources is a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts, is_read, is_waste
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import is_covered
from ctxopt.rules.finding import Finding
from ctxopt.rules.made_below import made_below
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits
from ctxopt.tree.model import DIR
from ctxopt.tree.replay import Difference

_WILD = frozenset("*?[")
_QUIRKS = frozenset("|{}^\\ #")
_ONE_LEVEL: Final = "*/"


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
    forms = read_matcher((None, "**/" + _name_of(item)) for item in suspects)
    hits = facts.hits(forms.patterns)
    found: list[_Told] = []
    for item, hit in zip(suspects, hits, strict=True):
        nested = _try_every_depth(facts, item, hit)
        if nested is not None:
            found.append(_Told(item, nested, _finding_for(facts, item, nested)))
    yield from _joined(found)
    if not found:
        yield from _before_it_is_made(facts, suspects)


def _name_of(item: WrittenPattern) -> str:
    """Return what a line says without the level that it says it for."""
    return item.pattern.text.removeprefix(_ONE_LEVEL)


class _Told(NamedTuple):
    """A line with what it misses, and the finding about it."""

    item: WrittenPattern
    nested: _Nested
    finding: Finding


def _joined(found: Sequence[_Told]) -> Iterator[Finding]:
    """Yield the findings; a line whose bytes another one tells already is said with that."""
    told: list[tuple[_Told, list[_Told]]] = []
    # The one with the most bytes speaks for the others.
    for each in sorted(found, key=lambda one: -one.nested.change.lost_entries):
        for first, more in told:
            paths = set(first.nested.change.lost)
            is_part = all(is_covered(path, paths) for path in each.nested.change.lost)
            if is_part and bool(first.finding.edits) == bool(each.finding.edits):
                more.append(each)
                break
        else:
            told.append((each, []))
    told.sort(key=lambda one: one[0].item.line.number)
    yield from (_with_lines(first, more) for first, more in told)


def _with_lines(first: _Told, more: Sequence[_Told]) -> Finding:
    """Return the finding about a line with ``more`` lines that are about the same bytes: its cure is enough."""
    if not more:
        return first.finding
    lines = ", ".join(f"{each.item.written} (line {each.item.line.number})" for each in more)
    return replace(
        first.finding,
        message=f"{first.finding.message}; {lines} is about the same",
    )


def _before_it_is_made(facts: Facts, suspects: Iterable[WrittenPattern]) -> Iterator[Finding]:
    """Yield a note on the lines whose names will come up below the root."""
    lines = made_below(facts, suspects)
    if not lines:
        return
    names = ", ".join(f"{item.written} (line {item.line.number})" for item in lines)
    forms = ", ".join(f"**/{item.written}" for item in lines)
    yield Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message=f"git ignores {names} at every depth, Docker only at the root",
        location=place(facts, lines[0].line.number),
        subject="\n".join(item.written for item in lines),
        help=f"write {forms}; nothing of the kind is there yet",
    )


def _may_mean_every_depth(item: WrittenPattern) -> bool:
    """A leading slash says that only the root is meant; ``*`` takes everything anyway."""
    text = _name_of(item)
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
    is_deeper = item.pattern.text.startswith(_ONE_LEVEL)
    unread = [
        hit
        for hit in found.kept()
        if (is_deeper or "/" in hit.path) and not is_read(facts, hit.path)
    ]
    is_certain = any(is_waste(facts, hit.path, hit.kind == DIR) for hit in unread)
    if not unread or not (is_certain or (not is_deeper and _is_loose(item, found))):
        return None
    text = f"**/{item.written.removeprefix(_ONE_LEVEL)}"
    reason = f"{item.written} matches only {_where(item)}, {text} at every depth"
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


def _where(item: WrittenPattern) -> str:
    if item.pattern.text.startswith(_ONE_LEVEL):
        return "one level below the root of the context"
    return "at the root of the context"


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
    severity = Severity.INFO
    edits: tuple[Edit, ...] = ()
    advice = _why_not(facts, nested)
    if not advice:
        advice = f"write {nested.edit.text}"
        edits = (nested.edit,)
        if nested.is_certain and _is_sent(facts, change.lost):
            severity = RULE.severity
    message = f"{item.written} matches only at the root; the same is still sent from below"
    if item.pattern.text.startswith(_ONE_LEVEL):
        message = f"{item.written} matches only one level below the root; the same is still sent"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        location=place(facts, item.line.number),
        subject=item.written,
        paths=shown(sorted(told, key=lambda path: -facts.total(path).bytes)),
        size=change.lost_bytes - sum(facts.total(path).bytes for path in sources),
        entries=change.lost_entries - sum(facts.total(path).entries + 1 for path in sources),
        edits=edits,
        reach=facts.reach(change.lost[0]),
        help=advice,
    )


def _is_sent(facts: Facts, paths: Iterable[str]) -> bool:
    """Whether this build, where it is known, fetches any of it."""
    return not facts.knows_build or any(facts.reach(path) != "permitted" for path in paths)


def _why_not(facts: Facts, nested: _Nested) -> str:
    """Return what the line for every depth would hide and must not, with its reader; nothing where it may be written."""
    text = nested.edit.text
    for path in (*nested.sources, *nested.change.lost):
        reason = facts.needs.why(path) or facts.kept.why(path)
        uses = facts.named_by(path)
        if reason is None and uses:
            reason = f"named in line {uses[0].source.line} of the Dockerfile"
        if reason is not None:
            return f"{text} would hide {path}: {reason}"
    for path in nested.sources:
        if any(_holds_tracked(facts, (path,))):
            return f"{text} would hide {path}, which git tracks"
    if nested.sources:
        return f"{text} would hide {nested.sources[0]} as well"
    return ""


RULE = Rule(
    "root-only-pattern", "Pattern for the root only", Severity.WARNING, check, about="lines"
)
