r"""A pattern that Docker refuses.

Most are refused before anything is sent. Some, as ``a*[`` or a range that runs backwards, fail only
once they are tried on a path, so the build breaks on the day such a path turns up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import place
from ctxopt.severity import Severity


@dataclass(frozen=True, slots=True)
class InvalidPattern:
    """One line that Docker refuses, and when."""

    line: int
    pattern: str
    reason: str
    fails_at_once: bool
    """Whether every build fails; else only one that tries the pattern on a path."""


def invalid_patterns(file: IgnoreFile) -> Iterator[InvalidPattern]:
    """Yield the lines that Docker refuses, those included that it would not reach."""
    for line, text in file.patterns():
        try:
            matcher = read_matcher([(line, text)], file.path)
        except IgnoreFileError as error:
            reason = error.reason.partition(": ")[0]
            yield InvalidPattern(line, text, reason, fails_at_once=True)
            continue
        if matcher.has_broken:
            reason = "syntax error in pattern"
            yield InvalidPattern(line, text, reason, fails_at_once=False)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such line of the ignore file in force."""
    file = facts.ignore_file
    for found in invalid_patterns(file) if file else ():
        plain = found.pattern.replace("\\[", "[").replace("[", "\\[")
        edit = replace_line(found.line, plain, "behind a backslash [ stands for itself")
        is_cured = "[" in found.pattern and "]" not in found.pattern
        edits = (edit,) if is_cured and try_edits(facts, [edit]) else ()
        when = "refuses" if found.fails_at_once else "fails as soon as it tries"
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity if found.fails_at_once else Severity.WARNING,
            message=f"Docker {when} {found.pattern}: {found.reason}",
            location=place(facts, found.line),
            subject=found.pattern,
            edits=edits,
            help=f"write {plain}" if edits else "correct the brackets or the escape",
        )


RULE = Rule("invalid-pattern", "Invalid pattern", Severity.ERROR, check, about="lines")
