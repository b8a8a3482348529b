"""A pattern that can match no path at all, whatever the tree holds.

Docker compares paths below the context root: nothing outside (``..``), not the root itself (``.``,
``/``), and behind a wildcard an unescaped ``^`` asks for the start of the path in its middle. This
is proved from the line alone; a pattern that matches nothing just now is another rule's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern, PatternKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that nothing can ever match."""
    for item in written_patterns(facts):
        reason = why_never(item.pattern)
        if reason is None:
            continue
        edit, advice = remove_line(item.line.number, reason), "remove the line"
        instead = _escaped(facts, item)
        if instead is not None:
            edit, advice = instead, f"write {instead.text}"
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{item.written} can never match: {reason}",
            location=place(facts, item.line.number),
            subject=item.written,
            edits=(edit,),
            help=advice,
        )


def _escaped(facts: Facts, item: WrittenPattern) -> Edit | None:
    """Return the edit that takes each ``^`` for what it is; None where Docker would refuse it."""
    plain = _plain(item.pattern)
    if plain is None:
        return None
    edit = replace_line(item.line.number, plain, f"{plain} takes ^ for what it is")
    if try_edits(facts, [edit]) is None:
        return None
    return edit


def why_never(pattern: Pattern) -> str | None:
    """Return the proof that no path can match; None where one may."""
    text = pattern.text
    if text == ".." or text.startswith("../"):
        return "it is outside the context"
    if text in (".", "/"):
        return "the root of the context is no path in it"
    if pattern.kind is PatternKind.REGEXP and _has_anchor_inside(text):
        return "behind a wildcard ^ stands for the start of the path"
    return None


def _has_anchor_inside(text: str) -> bool:
    """Whether an unescaped ``^`` follows a character that any match must have."""
    # An alternative, or a repetition that may be none, makes anything before the ^ optional.
    if "|" in text or "{" in text:
        return False
    # A reader of one character at a time: as long as the states, no shorter for being cut.
    must = escaped = in_class = False
    for at, char in enumerate(text):
        if escaped:
            escaped, must = False, True
        elif char == "\\":
            escaped = True
        elif in_class:
            in_class = char != "]" or text[at - 1] == "["
        elif char == "[":
            in_class = must = True
        elif char == "^":
            if must:
                return True
        elif char == "/" and text[:at].endswith("**"):
            continue  # Docker makes the whole of **/ optional
        elif char != "*":
            must = True
    return False


def _plain(pattern: Pattern) -> str | None:
    text = pattern.text
    if "^" not in text or "[" in text:
        return None
    plain = text.replace("\\^", "^").replace("^", "\\^")
    if pattern.exception:
        return "!" + plain
    return plain


RULE = Rule(
    "pattern-never-matches", "Pattern that never matches", Severity.WARNING, check, about="lines"
)
