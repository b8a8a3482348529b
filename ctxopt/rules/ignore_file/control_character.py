"""A pattern with a control character in it, as a tab: BuildKit cannot send it, and every build stops.

One character beyond ASCII anywhere in the file makes the client escape all patterns, and then it works.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.stops import StopKind, find_stops, has_control_character
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import place
from ctxopt.severity import Severity

_KIND: StopKind = "ignore-pattern"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such line that stops this build."""
    for stop in find_stops(facts.analysis):
        if stop.kind != _KIND or stop.line is None:
            continue
        edits: tuple[Edit, ...] = ()
        advice = "take the control character out"
        if _has_comment(facts, stop.line):
            # ``comment-trap`` rewrites the line.
            advice = "put the comment on a line of its own"
        elif edit := _cure(facts, stop.line, stop.subject):
            edits, advice = (edit,), f"write {edit.text}"
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"Docker stops, because the pattern holds a control character: {stop.said}",
            location=place(facts, stop.line),
            subject=stop.subject,
            edits=edits,
            help=advice,
        )


def _has_comment(facts: Facts, line: int) -> bool:
    file = facts.ignore_file
    return file is not None and bool(cure(line, file.lines[line - 1].text))


def _cure(facts: Facts, line: int, pattern: str) -> Edit | None:
    """Return the edit that has any character in its place; None where that is no cure."""
    plain = "".join("?" if has_control_character(char) else char for char in pattern)
    edit = replace_line(line, plain, "? stands for any character, and can be sent")
    if try_edits(facts, [edit]) is None:
        return None
    return edit


RULE = Rule("control-character", "Control character", Severity.ERROR, check, about="lines")
