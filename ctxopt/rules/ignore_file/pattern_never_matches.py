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
from ctxopt.rules.written import place, remove_line, written_patterns
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that nothing can ever match."""
    for item in written_patterns(facts):
        reason = why_never(item.pattern)
        if reason is None:
            continue
        line = item.line.number
        edit = remove_line(line, reason)
        plain = _plain(item.pattern)
        instead: Edit | None = None
        if plain is not None:
            instead = replace_line(line, plain, f"{plain} takes ^ for what it is")
            trial = try_edits(facts, [instead])
            instead = instead if trial is not None else None
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{item.written} can never match: {reason}",
            location=place(facts, line),
            subject=item.written,
            edits=(instead or edit,),
            help=f"write {plain}" if instead else "remove the line",
        )


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
    if "|" in text or "{" in text:
        return False
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
    return "!" + plain if pattern.exception else plain


RULE = Rule(
    "pattern-never-matches", "Pattern that never matches", Severity.WARNING, check, about="lines"
)
