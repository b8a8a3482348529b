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
from ctxopt.rules.trial import hidden_by, try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import find_hits
from ctxopt.tree.replay import Difference

_INLINE = re.compile(r"(?P<pattern>\S.*?)\s+(?P<comment>(?:#|//).*)\Z", re.DOTALL)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each comment that is none."""
    suspects = [
        (item, cured)
        for item in written_patterns(facts)
        if (cured := cure(item.line.number, item.line.text))
    ]
    if not suspects:
        return
    hits = find_hits(facts.analysis.permitted, [item.pattern for item, _ in suspects])
    found = [pair for pair, hit in zip(suspects, hits, strict=True) if not hit.count]
    hidden = hidden_by(facts, (_cured(edits) for _, edits in found))
    for item, edits in found:
        yield _report(facts, item, edits, hidden.get(_cured(edits)))


def cure(line: int, text: str) -> list[Edit]:
    """Return the edits that make a comment of one; none for a line without a trap."""
    text = text.removeprefix(BOM)
    body = text.strip()
    if body.startswith("#") and not text.startswith("#"):
        return [replace_line(line, body, "a comment has to start in the first column")]
    if body.startswith("//"):
        note = body.lstrip("/").strip()
        return [replace_line(line, f"# {note}".rstrip(), "a comment starts with #")]
    inline = _INLINE.match(body)
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


def _report(
    facts: Facts, item: WrittenPattern, edits: list[Edit], found: Difference | None
) -> Finding:
    """``found`` is what the cured line hides, None where that takes a trial."""
    cured = _cured(edits)
    is_comment = cured.startswith("#")
    # A pattern without a hit that becomes a comment changes nothing.
    is_known = found is not None or (is_comment and not item.pattern.exception)
    trial = None if is_known else try_edits(facts, edits)
    if trial is not None:
        found = trial.difference
    what = "is read as a pattern" if is_comment else "is part of the pattern"
    paths = (found.lost or found.gained) if found else ()
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO if is_comment and not paths else RULE.severity,
        message=f"the comment in {item.written!r} {what}; only # in the first column starts one",
        location=place(facts, item.line.number),
        subject=item.written,
        paths=shown(paths),
        size=found.lost_bytes if found else 0,
        entries=found.lost_entries if found else 0,
        edits=tuple(edits) if is_known or trial else (),
        reach=facts.reach(found.lost[0]) if found and found.lost else None,
        help=f"write {cured}" if is_comment else f"write {cured} alone on its line",
    )


RULE = Rule(
    "comment-trap",
    "Comment that is a pattern",
    Severity.WARNING,
    check,
    about="lines",
    below_floor="always",
)
