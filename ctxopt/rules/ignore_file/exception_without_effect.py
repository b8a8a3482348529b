"""An exception that brings nothing back, though it looks as if it did.

Docker tries an exception on a path only if that path is excluded, and what it says of a folder is
not handed down where it was not tried. So ``**/*.md`` and ``!docs`` send no Markdown below
``docs``, while ``!docs/**`` does; an exception above the pattern that it corrects does nothing; and
``!README.md`` speaks of the root alone. A form that works is offered only after it was replayed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import parent, upwards
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line, replace_line
from ctxopt.rules.trial import NO_CHANGE, Trial, try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits
from ctxopt.tree.model import DIR
from ctxopt.tree.replay import Difference

_BELOW = "the folder itself is not excluded, so the exception is never tried there"
_ORDER = "a later line excludes it again"
_DEPTH = "without a slash it speaks of the root only"

_UNWANTED = frozenset(
    ("dependencies", "cache", "build-output", "version-control", "secret", "editor", "os")
)


class _Idle(NamedTuple):
    """An exception that decides about nothing, and what it would match."""

    item: WrittenPattern
    found: Hits
    """What it matches as it is written."""
    below: Hits
    """What it would match if it spoke of every depth."""

    @property
    def line(self) -> int:
        return self.item.line.number


class _Form(NamedTuple):
    """Edits that the author may have meant."""

    why: str
    """Why the line has no effect as it is written."""
    edits: tuple[Edit, ...]
    help: str


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each exception that decides about nothing here."""
    patterns = list(written_patterns(facts))
    exceptions = [item for item in patterns if item.pattern.exception]
    if not exceptions:
        return
    excluding = [item.index for item in patterns if not item.pattern.exception]
    for idle in _find_idle(facts, exceptions):
        if not excluding or idle.item.index < excluding[0]:
            yield _finding_for_first(facts, idle, is_above=bool(excluding))
        else:
            finding = _finding_for(facts, idle)
            if finding is not None:
                yield finding


def _find_idle(facts: Facts, exceptions: list[WrittenPattern]) -> Iterator[_Idle]:
    deep = [Pattern("**/" + item.pattern.text, True, None) for item in exceptions]
    # One pass over the tree answers for all of them, in both forms.
    hits = facts.hits([*(item.pattern for item in exceptions), *deep])
    number = len(exceptions)
    for item, found, below in zip(exceptions, hits[:number], hits[number:], strict=True):
        if not _decides(facts, item, found):
            yield _Idle(item, found, below)


def _decides(facts: Facts, item: WrittenPattern, found: Hits) -> bool:
    """Whether the exception has the last word about anything that it matches by itself."""
    decide = facts.matcher.decide
    # Where not all hits are kept, one of the others may be what it decides about.
    return found.count > len(found.shown) or any(
        decide(hit.path).index == item.index for hit in found.shown
    )


def _finding_for_first(facts: Facts, idle: _Idle, *, is_above: bool) -> Finding:
    """Return the finding for an exception with no pattern above it: it is never tried on anything."""
    written = idle.item.written
    removed = remove_line(idle.line, "it is tried only on what a line above excludes")
    moved = add_line(written, "an exception works below the lines that it corrects")
    trial = None
    if is_above:
        trial = try_edits(facts, [removed, moved])
    why = "no pattern above it excludes anything"
    if trial is not None and _is_wanted(facts, trial, idle.found):
        form = _Form(why, (removed, moved), "move it below")
        return _report(facts, idle, form, Severity.WARNING, trial.difference)
    return _report(facts, idle, _Form(why, (removed,), "remove the line"), Severity.INFO, NO_CHANGE)


def _finding_for(facts: Facts, idle: _Idle) -> Finding | None:
    """Return the finding with the first form that brings something back; None if none does."""
    for form in _forms(facts, idle):
        trial = try_edits(facts, form.edits)
        if trial is None or not trial.difference.gained or trial.difference.lost:
            continue
        if form.why == _DEPTH and _is_below_excluded(facts, trial):
            continue
        if _is_wanted(facts, trial, idle.found):
            return _report(facts, idle, form, Severity.WARNING, trial.difference)
        return _report(facts, idle, form._replace(edits=()), Severity.INFO, trial.difference)
    return None


def _forms(facts: Facts, idle: _Idle) -> Iterator[_Form]:
    """Yield the forms that the author may have meant, the likeliest first."""
    line, text = idle.line, idle.item.pattern.text
    if any(not hit.excluded and facts.total(hit.path).excluded for hit in idle.found.shown):
        form = f"!{text.removesuffix('/**')}/**"
        edit = replace_line(line, form, f"{form} is tried on what is in the folder")
        yield _Form(_BELOW, (edit,), f"{form} keeps what stays out")
    if any(hit.excluded for hit in idle.found.shown):
        written = idle.item.written
        reason = "an exception works below the lines that it corrects"
        edits = (remove_line(line, reason), add_line(written, reason))
        yield _Form(_ORDER, edits, f"{written} below the others keeps what stays out")
    if _may_mean_every_depth(idle):
        form = f"!**/{text}"
        edit = replace_line(line, form, f"{form} speaks of every depth")
        yield _Form(_DEPTH, (edit,), f"{form} keeps what stays out")


def _may_mean_every_depth(idle: _Idle) -> bool:
    """Whether a name without a slash hits nothing at the root, and something excluded below it."""
    return (
        any(hit.excluded for hit in idle.below.shown)
        and not idle.found.count
        and "/" not in idle.item.pattern.text
        and not idle.item.written.startswith(("!/", "!./"))
    )


def _is_below_excluded(facts: Facts, trial: Trial) -> bool:
    """Whether an entry comes back whose folder is excluded as well, which no author means."""
    above = {parent(path) for path in trial.difference.gained}
    return any(folder and facts.matcher.decide(folder).excluded for folder in above)


def _is_wanted(facts: Facts, trial: Trial, found: Hits) -> bool:
    """Whether what comes back is all known, and no waste that the exception does not name."""
    change = trial.difference
    if not change.gained or change.lost or not trial.is_exact:
        return False
    # Who names waste itself in an exception wants it back.
    if any(is_waste(facts, hit.path, hit.kind == DIR) for hit in found.shown):
        return True
    folders = facts.view.tree.folders
    return not any(
        _is_unwanted(facts, part, path in folders or part != path)
        for path in change.gained
        for part in upwards(path)
        if part
    )


def _is_unwanted(facts: Facts, path: str, is_dir: bool) -> bool:
    """Whether no author can mean to bring ``path`` back: a tool makes it again, or it is secret."""
    evidence = facts.evidence
    if evidence is not None and evidence.is_ignored(path):
        return True
    return is_waste(facts, path, is_dir) and any(
        entry.kind in _UNWANTED for entry in facts.catalog.match_path(path, is_dir)
    )


def _report(
    facts: Facts, idle: _Idle, form: _Form, severity: Severity, change: Difference
) -> Finding:
    """Return the finding: ``change`` is what the form brings back."""
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{idle.item.written} has no effect: {form.why}",
        location=place(facts, idle.line),
        subject=idle.item.written,
        paths=shown(change.gained),
        size=change.gained_bytes,
        entries=change.gained_entries,
        edits=form.edits,
        help=form.help,
    )


RULE = Rule(
    "exception-without-effect",
    "Exception without effect",
    Severity.WARNING,
    check,
    about="lines",
)
