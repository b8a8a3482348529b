"""A comment that Docker reads as a pattern, or as part of one.

Only a line whose very first character is ``#`` is a comment. ``dist # output`` is a pattern for a
path of that name, an indented ``#`` starts a pattern, and so does ``//``. The intended pattern is
lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import BOM
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import NO_CHANGE, change_of, hidden_by, reach_of, try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.replay import Difference

_INLINE = r"(?s)(?P<pattern>\S.*?)\s+(?P<comment>(?:#|//).*)\Z"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each comment that is none."""
    found = list(_find(facts))
    hidden = hidden_by(facts, (_cured(edits) for _, edits in found))
    for item, edits in found:
        yield _finding_for(facts, item, edits, hidden.get(_cured(edits)))


def _find(facts: Facts) -> Iterator[tuple[WrittenPattern, list[Edit]]]:
    """Yield the lines with a trap that match nothing: what a line really hits, it may well mean."""
    suspects = [
        (item, edits)
        for item in written_patterns(facts)
        if (edits := cure(item.line.number, item.line.text))
    ]
    if not suspects:
        return
    hits = facts.hits([item.pattern for item, _ in suspects])
    for suspect, found in zip(suspects, hits, strict=True):
        if not found.count:
            yield suspect


def cure(line: int, text: str) -> list[Edit]:
    """Return the edits that make a comment of one; none for a line without a trap."""
    text = text.removeprefix(BOM)
    body = text.strip()
    if body.startswith("#") and not text.startswith("#"):
        return [replace_line(line, body, "a comment has to start in the first column")]
    if body.startswith("//"):
        note = body.lstrip("/").strip()
        return [replace_line(line, f"# {note}".rstrip(), "a comment starts with #")]
    inline = re.match(_INLINE, body)
    if inline is None or body.startswith("#"):
        return []
    note = "# " + inline["comment"].lstrip("#/").strip()
    reason = "a comment needs a line of its own"
    pattern = replace_line(line, inline["pattern"], reason)
    if note == "# ":
        return [pattern]
    return [Edit(EditKind.ADD, line, note, reason), pattern]


def _cured(edits: list[Edit]) -> str:
    """Return what the line becomes."""
    texts = (edit.text for edit in reversed(edits) if edit.kind is EditKind.REPLACE)
    return next(texts, None) or ""


def _finding_for(
    facts: Facts, item: WrittenPattern, edits: list[Edit], hidden: Difference | None
) -> Finding:
    """``hidden`` is what the cured line hides, None where that takes a trial."""
    cured = _cured(edits)
    is_comment = cured.startswith("#")
    change, is_cure = _effect(facts, item, edits, hidden)
    offered: tuple[Edit, ...] = ()
    if is_cure:
        offered = tuple(edits)
    what, advice = "is part of the pattern", f"write {cured} alone on its line"
    if is_comment:
        what, advice = "is read as a pattern", f"write {cured}"
    paths = change.lost or change.gained
    severity = RULE.severity
    # Where the whole line is a note, nothing is lost by Docker's reading of it.
    if is_comment and not paths:
        severity = Severity.INFO
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"the comment in {item.written!r} {what}; only # in the first column starts one",
        location=place(facts, item.line.number),
        subject=item.written,
        paths=shown(paths),
        size=change.lost_bytes,
        entries=change.lost_entries,
        edits=offered,
        reach=reach_of(facts, change),
        help=advice,
    )


def _effect(
    facts: Facts, item: WrittenPattern, edits: list[Edit], hidden: Difference | None
) -> tuple[Difference, bool]:
    """Return what the cure changes, and whether Docker would take the cured file."""
    if hidden is not None:
        return hidden, True
    # A pattern without a hit that becomes a comment changes nothing.
    if _cured(edits).startswith("#") and not item.pattern.exception:
        return NO_CHANGE, True
    trial = try_edits(facts, edits)
    return change_of(trial), trial is not None


RULE = Rule(
    "comment-trap",
    "Comment that is a pattern",
    Severity.WARNING,
    check,
    about="lines",
    below_floor="always",
)
