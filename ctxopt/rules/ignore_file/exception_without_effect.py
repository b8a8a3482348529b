"""An exception that brings nothing back, though it looks as if it did.

Docker tries an exception on a path only if that path is excluded, and what it says of a folder is
not handed down where it was not tried. So ``**/*.md`` and ``!docs`` send no Markdown below
``docs``, while ``!docs/**`` does; an exception above the pattern that it corrects does nothing; and
``!README.md`` speaks of the root alone. A form that works is offered only after it was replayed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line, replace_line
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits, find_hits
from ctxopt.tree.model import DIR

_FORM = {
    "below": "the folder itself is not excluded, so the exception is never tried there",
    "order": "a later line excludes it again",
    "depth": "without a slash it speaks of the root only",
}

_UNWANTED = frozenset(
    ("dependencies", "cache", "build-output", "version-control", "secret", "editor", "os")
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each exception that decides about nothing here."""
    patterns = list(written_patterns(facts))
    exceptions = [item for item in patterns if item.pattern.exception]
    if not exceptions:
        return
    deep = [Pattern("**/" + item.pattern.text, True, None) for item in exceptions]
    view = facts.analysis.permitted
    hits = find_hits(view, [*(item.pattern for item in exceptions), *deep])
    excluding = [item.index for item in patterns if not item.pattern.exception]
    for place_of, item in enumerate(exceptions):
        found, below = hits[place_of], hits[place_of + len(exceptions)]
        if _decides(facts, item, found):
            continue
        if not excluding or item.index < excluding[0]:
            yield _first_of_all(facts, item, found, bool(excluding))
        else:
            yield from _judge(facts, item, found, below)


def _decides(facts: Facts, item: WrittenPattern, found: Hits) -> bool:
    """Whether the exception has the last word about anything that it matches by itself."""
    decide = facts.analysis.matcher.decide
    return found.count > len(found.shown) or any(
        decide(hit.path).index == item.index for hit in found.shown
    )


def _first_of_all(facts: Facts, item: WrittenPattern, found: Hits, is_above: bool) -> Finding:
    """No pattern stands above: whatever the tree holds, the exception is never tried."""
    line = item.line.number
    moved = [remove_line(line, "it is tried only on what a line above excludes")]
    moved.append(add_line(item.written, "an exception works below the lines that it corrects"))
    trial = try_edits(facts, moved) if is_above else None
    helps = _is_wanted(facts, trial, found)
    gained = trial.difference if trial and helps else None
    return Finding(
        rule=RULE.id,
        severity=Severity.WARNING if helps else Severity.INFO,
        message=f"{item.written} has no effect: no pattern above it excludes anything",
        location=place(facts, line),
        subject=item.written,
        paths=shown(gained.gained) if gained else (),
        size=gained.gained_bytes if gained else 0,
        entries=gained.gained_entries if gained else 0,
        edits=tuple(moved) if helps else (moved[0],),
        help="move it below" if helps else "remove the line",
    )


def _judge(facts: Facts, item: WrittenPattern, found: Hits, below: Hits) -> Iterator[Finding]:
    line = item.line.number
    for why, edits in _forms(facts, item, found, below):
        trial = try_edits(facts, edits)
        if trial is None or not trial.difference.gained or trial.difference.lost:
            continue
        if why == "depth" and _is_below_excluded(facts, trial):
            continue
        gained = trial.difference
        is_wanted = _is_wanted(facts, trial, found)
        text = edits[-1].text or ""
        yield Finding(
            rule=RULE.id,
            severity=Severity.WARNING if is_wanted else Severity.INFO,
            message=f"{item.written} has no effect: {_FORM[why]}",
            location=place(facts, line),
            subject=item.written,
            paths=shown(gained.gained),
            size=gained.gained_bytes,
            entries=gained.gained_entries,
            edits=tuple(edits) if is_wanted else (),
            help=(
                f"{text} below the others keeps what stays out"
                if why == "order"
                else f"{text} keeps what stays out"
            ),
        )
        return


def _forms(
    facts: Facts, item: WrittenPattern, found: Hits, below: Hits
) -> Iterator[tuple[str, list[Edit]]]:
    """The forms that the author may have meant, the likeliest first."""
    line, text = item.line.number, item.pattern.text
    if any(not hit.excluded and facts.total(hit.path).excluded for hit in found.shown):
        form = f"!{text.removesuffix('/**')}/**"
        yield "below", [replace_line(line, form, f"{form} is tried on what is in the folder")]
    if any(hit.excluded for hit in found.shown):
        reason = "an exception works below the lines that it corrects"
        yield "order", [remove_line(line, reason), add_line(item.written, reason)]
    is_out = any(hit.excluded for hit in below.shown)
    if (
        is_out
        and not found.count
        and "/" not in text
        and not item.written.startswith(("!/", "!./"))
    ):
        form = f"!**/{text}"
        yield "depth", [replace_line(line, form, f"{form} speaks of every depth")]


def _is_below_excluded(facts: Facts, trial: Trial) -> bool:
    """Whether an entry comes back whose folder is excluded as well: nobody meant that."""
    matcher = facts.analysis.matcher
    above = {path.rpartition("/")[0] for path in trial.difference.gained}
    return any(folder and matcher.decide(folder).excluded for folder in above)


def _is_wanted(facts: Facts, trial: Trial | None, found: Hits) -> bool:
    """Whether what comes back is all known, and no waste that the exception does not name."""
    if trial is None or not trial.difference.gained or trial.difference.lost:
        return False
    folders = facts.analysis.tree.folders
    if any(is_waste(facts, hit.path, hit.kind == DIR) for hit in found.shown):
        return trial.is_exact
    return trial.is_exact and not any(
        _is_unwanted(facts, part, path in folders or part != path)
        for path in trial.difference.gained
        for part in _ways(path)
    )


def _is_unwanted(facts: Facts, path: str, is_dir: bool) -> bool:
    """Whether nobody can have meant to bring ``path`` back: it is made again by a tool, or secret."""
    evidence = facts.evidence
    if evidence is not None and evidence.is_ignored(path):
        return True
    return is_waste(facts, path, is_dir) and any(
        entry.kind in _UNWANTED for entry in facts.catalog.match_path(path, is_dir)
    )


def _ways(path: str) -> Iterator[str]:
    """``path`` and every folder above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


RULE = Rule(
    "exception-without-effect", "Exception without effect", Severity.WARNING, check, about="lines"
)
