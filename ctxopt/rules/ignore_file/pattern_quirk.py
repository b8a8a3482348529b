r"""A pattern in the language of a shell, of git or of regular expressions, which Docker reads otherwise.

Docker expands no braces, does not negate a class with ``!``, reads ``\d`` as a digit, ``\*`` as a star
and, next to a wildcard, ``|`` as "or" across the whole pattern. The finding says what Docker makes of it and gives
plain lines that do what was meant; their effect on this tree is replayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts, is_read
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern, PatternKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure as comment_cure
from ctxopt.rules.ignore_file.pattern_never_matches import why_never
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import change_of, reach_of, try_edits
from ctxopt.rules.written import (
    WrittenPattern,
    line_after,
    place,
    several_lines,
    shown,
    written_patterns,
)
from ctxopt.severity import Severity

_BRACES = r"\{([^{}]*,[^{}]*)\}"
_GROUP = r"\(([^()]*\|[^()]*)\)"
_NEGATED = r"(?<!\\)\[!"
_CLASSES = {"d": "[0-9]", "w": "[0-9A-Za-z_]", "D": "[^0-9/]", "s": "[ ]"}
_CLASS = r"\\([dwDs])(?![A-Za-z])"
_ESCAPED_STARS = r"\\\*\\\*|^\\\*\."
"""What formatters of Markdown make of ``**/`` and ``*.``; one such star inside a name may be meant."""
_LETTER = r"\\(?=[A-Za-z0-9_])"
BACKSLASH: Final = "a backslash is no separator of folders"
_MOST_LINES = 40
_NAMED = 3


class Quirk(NamedTuple):
    """What Docker makes of a line, and the lines that say what was meant; none where that is unclear."""

    reading: str
    plain: tuple[str, ...]


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that Docker reads otherwise than it looks."""
    suspects = list(_find(facts))
    if not suspects:
        return
    hits = facts.hits([item.pattern for item, _ in suspects])
    for (item, quirk), found in zip(suspects, hits, strict=True):
        # Where a file is really called that, the line says what it means.
        is_literal = item.pattern.kind is PatternKind.EXACT or _has_plain_reading(item.pattern.text)
        if not (quirk.plain and found.count and is_literal):
            yield _finding_for(facts, item, quirk)


def _find(facts: Facts) -> Iterator[tuple[WrittenPattern, Quirk]]:
    for item in written_patterns(facts):
        quirk = find_quirk(item.written, item.pattern)
        # ``comment-trap`` tells of such a line, and its cure is another one.
        if quirk is not None and not comment_cure(item.line.number, item.line.text):
            yield item, quirk


def _has_plain_reading(text: str) -> bool:
    """Whether a file may be called like the line, with its braces or stars."""
    return "{" in text or "\\*" in text


def find_quirk(written: str, pattern: Pattern) -> Quirk | None:
    """Return what is odd about a line as it is written; None for a plain one."""
    sign, body = "", written
    if written.startswith("!"):
        sign, body = "!", written[1:].strip()
    elif pattern.exception:
        return Quirk("the ! behind ./ or / makes it an exception", ())
    # That nothing can match it is told by ``pattern-never-matches``, and weighs more.
    if why_never(pattern) is not None:
        return None
    quirk = _spelled_out(body, is_expression=pattern.kind is PatternKind.REGEXP)
    if quirk is None:
        return None
    if len(quirk.plain) > _MOST_LINES or not all(text.strip("/ ") for text in quirk.plain):
        return Quirk(quirk.reading, ())
    return Quirk(quirk.reading, tuple(dict.fromkeys(sign + text for text in quirk.plain)))


def _spelled_out(body: str, *, is_expression: bool) -> Quirk | None:
    """Return the first thing about a line that means something else to Docker.

    The order is that of what is most surely meant: braces and alternatives have no other use, while
    a backslash may be an escape. So each test may count on those above having failed.
    """
    if re.search(_BRACES, body) and "\\{" not in body:
        return Quirk("Docker does not expand braces", _expand(body, _BRACES, ","))
    if "|" in body and "\\|" not in body:
        return _alternatives(body, is_expression=is_expression)
    # The classes of a shell, of git and of Perl mean other things to Go.
    if re.search(_NEGATED, body):
        return Quirk("Docker negates a class with ^, not with !", (re.sub(_NEGATED, "[^", body),))
    if body.startswith("^") and is_expression:
        return Quirk("^ stands for the start of the path", (body[1:],))
    if re.search(_ESCAPED_STARS, body):
        plain = body.replace("\\*", "*").replace("\\_", "_")
        return Quirk("a star behind a backslash is a plain character", (plain,))
    if re.search(_CLASS, body):
        classed = re.sub(_CLASS, lambda match: _CLASSES[match[1]], body)
        return Quirk("it is read as a class of characters", (classed,))
    if re.search(_LETTER, body):
        return Quirk(BACKSLASH, (re.sub(_LETTER, "/", body),))
    return None


def _alternatives(body: str, *, is_expression: bool) -> Quirk:
    if re.search(_GROUP, body):
        return Quirk("Docker takes the brackets literally", _expand(body, _GROUP, "|"))
    reading = "| is a plain character here"
    # Docker anchors the whole expression, so ^ belongs to the left side alone and $ to the right.
    if is_expression:
        reading = "it matches every path that starts with the left or ends with the right side"
    return Quirk(reading, tuple(part.strip() for part in body.split("|")))


def _expand(text: str, group: str, separator: str) -> tuple[str, ...]:
    """Write out every alternative; none where they are too many."""
    waiting = [text]
    found: list[str] = []
    # Each group multiplies the lines: without the bound one line could take all memory.
    while waiting and len(waiting) + len(found) <= _MOST_LINES:
        item = waiting.pop()
        match = re.search(group, item)
        if match is None:
            found.append(item)
            continue
        parts = match[1].split(separator)
        waiting += [item[: match.start()] + part + item[match.end() :] for part in reversed(parts)]
    if waiting:
        return ()
    return tuple(found)


def _finding_for(facts: Facts, item: WrittenPattern, quirk: Quirk) -> Finding:
    edits: tuple[Edit, ...] = ()
    trial = None
    advice = r"write ! in front for an exception, \! for a name that begins with it"
    if quirk.plain:
        edits = _plain_form(facts, item.line.number, quirk)
        trial = try_edits(facts, edits)
        advice = f"write {_named(quirk.plain)}"
    if len(quirk.plain) > 1:
        advice += " on lines of their own"
    change = change_of(trial)
    if trial is None or any(is_read(facts, path) for path in change.lost):
        edits = ()
    paths = change.lost or change.gained
    severity = Severity.INFO
    if paths:
        severity = RULE.severity
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{item.written} is not what it looks like: {quirk.reading}",
        location=place(facts, item.line.number),
        subject=item.written,
        paths=shown(paths),
        size=change.lost_bytes,
        entries=change.lost_entries or change.gained_entries,
        edits=edits,
        reach=reach_of(facts, change),
        help=advice,
    )


def _plain_form(facts: Facts, line: int, quirk: Quirk) -> tuple[Edit, ...]:
    reason = f"{quirk.reading}; {_named(quirk.plain)} says what is meant"
    return tuple(several_lines(line, quirk.plain, reason, line_after(facts, line)))


def _named(lines: Sequence[str]) -> str:
    names = " and ".join(lines[:_NAMED])
    if len(lines) > _NAMED:
        names += " and so on"
    return names


RULE = Rule(
    "pattern-quirk",
    "Pattern read otherwise",
    Severity.WARNING,
    check,
    about="lines",
    # What such a line was to keep out may come tomorrow.
    below_floor="always",
)
