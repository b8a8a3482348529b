r"""A pattern in the language of a shell, of git or of regular expressions, which Docker reads otherwise.

Docker expands no braces, does not negate a class with ``!``, reads ``\d`` as a digit and, next to a
wildcard, ``|`` as "or" across the whole pattern. The finding says what Docker makes of it and gives
plain lines that do what was meant; their effect on this tree is replayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ctxopt.evidence.facts import Facts, is_read
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern, PatternKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure as comment_cure
from ctxopt.rules.ignore_file.pattern_never_matches import why_never
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import (
    WrittenPattern,
    line_after,
    place,
    several_lines,
    shown,
    written_patterns,
)
from ctxopt.severity import Severity
from ctxopt.tree.hits import find_hits

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_GROUP = re.compile(r"\(([^()]*\|[^()]*)\)")
_NEGATED = re.compile(r"(?<!\\)\[!")
_CLASSES = {"d": "[0-9]", "w": "[0-9A-Za-z_]", "D": "[^0-9/]", "s": "[ ]"}
_CLASS = re.compile(r"\\([dwDs])(?![A-Za-z])")
_LETTER = re.compile(r"\\(?=[A-Za-z0-9_])")
_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Quirk:
    """What Docker makes of a line, and the lines that say what was meant; none where that is unclear."""

    reading: str
    plain: tuple[str, ...]


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that Docker reads otherwise than it looks."""
    suspects = [
        (item, quirk)
        for item in written_patterns(facts)
        if (quirk := find_quirk(item.written, item.pattern))
        and not comment_cure(item.line.number, item.line.text)
    ]
    if not suspects:
        return
    hits = find_hits(facts.analysis.permitted, [item.pattern for item, _ in suspects])
    for (item, quirk), found in zip(suspects, hits, strict=True):
        # Where a file is really called that, the line says what it means.
        is_literal = item.pattern.kind is PatternKind.EXACT or "{" in item.pattern.text
        if not (quirk.plain and found.count and is_literal):
            yield _report(facts, item, quirk)


def find_quirk(written: str, pattern: Pattern) -> Quirk | None:
    """Return what is odd about a line as it is written; None for a plain one."""
    sign, body = ("!", written[1:].strip()) if written.startswith("!") else ("", written)
    if not sign and pattern.exception:
        return Quirk("the ! behind ./ or / makes it an exception", ())
    if why_never(pattern) is not None:
        return None
    found = _spelled_out(body, pattern.kind is PatternKind.REGEXP)
    if found is None:
        return None
    reading, plain = found
    if not plain or len(plain) > _MOST_LINES or any(not text.strip("/ ") for text in plain):
        return Quirk(reading, ())
    return Quirk(reading, tuple(dict.fromkeys(sign + text for text in plain)))


def _spelled_out(body: str, is_expression: bool) -> tuple[str, list[str]] | None:
    if _BRACES.search(body) and "\\{" not in body:
        return "Docker does not expand braces", _expand(body, _BRACES, ",")
    if "|" in body and "\\|" not in body:
        if _GROUP.search(body):
            return "Docker takes the brackets literally", _expand(body, _GROUP, "|")
        reading = "| is a plain character here"
        if is_expression:
            reading = "it hits all that begins like the one side or ends like the other"
        return reading, [part.strip() for part in body.split("|")]
    if _NEGATED.search(body):
        return "Docker negates a class with ^, not with !", [_NEGATED.sub("[^", body)]
    if body.startswith("^") and is_expression:
        return "^ stands for the start of the path", [body[1:]]
    if _CLASS.search(body):
        classed = _CLASS.sub(lambda match: _CLASSES[match[1]], body)
        return "it is read as a class of characters", [classed]
    if _LETTER.search(body):
        return "a backslash is no separator of folders", [_LETTER.sub("/", body)]
    return None


def _expand(text: str, group: re.Pattern[str], separator: str) -> list[str]:
    """Write out every alternative."""
    waiting = [text]
    found: list[str] = []
    while waiting and len(waiting) + len(found) <= _MOST_LINES:
        item = waiting.pop()
        match = group.search(item)
        if match is None:
            found.append(item)
            continue
        parts = match[1].split(separator)
        waiting += [item[: match.start()] + part + item[match.end() :] for part in reversed(parts)]
    return [] if waiting else found


def _report(facts: Facts, item: WrittenPattern, quirk: Quirk) -> Finding:
    line = item.line.number
    what = " and ".join(quirk.plain[:3]) + (" and so on" if len(quirk.plain) > 3 else "")
    edits: tuple[Edit, ...] = ()
    trial = None
    if quirk.plain:
        reason = f"{quirk.reading}; {what} says what is meant"
        edits = tuple(several_lines(line, quirk.plain, reason, line_after(facts, line)))
        trial = try_edits(facts, edits)
    found = trial.difference if trial else None
    is_safe = found is not None and not any(is_read(facts, path) for path in found.lost)
    paths = (found.lost or found.gained) if found else ()
    return Finding(
        rule=RULE.id,
        severity=Severity.WARNING if paths else Severity.INFO,
        message=f"{item.written} is not what it looks like: {quirk.reading}",
        location=place(facts, line),
        subject=item.written,
        paths=shown(paths),
        size=found.lost_bytes if found else 0,
        entries=(found.lost_entries or found.gained_entries) if found else 0,
        edits=edits if is_safe else (),
        reach=facts.reach(found.lost[0]) if found and found.lost else None,
        help=f"write {what}" + (" on lines of their own" if len(quirk.plain) > 1 else "")
        if quirk.plain
        else r"write ! in front for an exception, \! for a name that begins with it",
    )


RULE = Rule("pattern-quirk", "Pattern read otherwise", Severity.WARNING, check, about="lines")
