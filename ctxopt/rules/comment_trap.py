"""A comment that Docker reads as a pattern, or as part of one.

Only a line whose very first character is ``#`` is a comment. ``dist # output`` is a pattern for a
path of that name, an indented ``#`` starts a pattern, and so does ``//``. The intended pattern is
lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxopt.facts import Facts, Rule, replace_line
from ctxopt.finding import Edit, EditKind, Finding, Severity
from ctxopt.trial import WrittenPattern, place, shown, try_edits, written_patterns
from ctxopt.usage import find_hits

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
    for (item, edits), found in zip(suspects, hits, strict=True):
        if not found.count:
            yield _report(facts, item, edits)


def cure(line: int, text: str) -> list[Edit]:
    """Return the edits that make a comment of one; none for a line without a trap."""
    body = text.strip()
    if body.startswith("#") and not text.removeprefix("\ufeff").startswith("#"):
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


def _report(facts: Facts, item: WrittenPattern, edits: list[Edit]) -> Finding:
    trial = try_edits(facts, edits)
    found = trial.difference if trial else None
    cured = next((edit.text for edit in reversed(edits) if edit.kind is EditKind.REPLACE), "")
    is_comment = (cured or "").startswith("#")
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
        edits=tuple(edits) if trial else (),
        reach=facts.reach(found.lost[0]) if found and found.lost else None,
        help=f"write {cured}" if is_comment else f"write {cured} alone on its line",
    )


RULE = Rule("comment-trap", "Comment that is a pattern", Severity.WARNING, check)
