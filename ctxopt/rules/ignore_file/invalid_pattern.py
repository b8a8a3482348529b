r"""A pattern that Docker refuses.

Most are refused before anything is sent. Some, as ``a*[`` or a range that runs backwards, fail only
once they are tried on a path, so the build breaks on the day such a path turns up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import hint_for, read_matcher, with_slashes
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import place
from ctxopt.severity import Severity


class InvalidPattern(NamedTuple):
    """One line that Docker refuses, and when."""

    line: int
    pattern: str
    reason: str
    fails_at_once: bool
    """Whether every build fails; else only one that tries the pattern on a path."""

    @property
    def help(self) -> str:
        """What may be done where no edit is known to be a cure."""
        return hint_for(self.pattern) or "correct the brackets or the escape"


def invalid_patterns(file: IgnoreFile) -> Iterator[InvalidPattern]:
    """Yield the lines that Docker refuses, those included that it would not reach."""
    for line, text in file.patterns():
        try:
            matcher = read_matcher([(line, text)], file.path, file.dialect)
        except IgnoreFileError as error:
            reason = error.reason.partition(": ")[0]
            yield InvalidPattern(line, text, reason, fails_at_once=True)
            continue
        if matcher.has_broken:
            reason = "syntax error in pattern"
            yield InvalidPattern(line, text, reason, fails_at_once=False)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such line of the ignore file in force."""
    if facts.ignore_file is None:
        return
    for found in invalid_patterns(facts.ignore_file):
        edits: tuple[Edit, ...] = ()
        advice = found.help
        edit = _escaped(facts, found) or _slashed(facts, found)
        if edit is not None:
            edits, advice = (edit,), f"write {edit.text}"
        severity, when = Severity.WARNING, "fails as soon as it tries"
        if found.fails_at_once:
            severity, when = RULE.severity, "refuses"
        yield Finding(
            rule=RULE.id,
            severity=severity,
            message=f"{facts.builder.brand} {when} {found.pattern}: {found.reason}",
            location=place(facts, found.line),
            subject=found.pattern,
            edits=edits,
            help=advice,
        )


def _escaped(facts: Facts, found: InvalidPattern) -> Edit | None:
    """Return the edit that makes each ``[`` a plain character; None where that is no cure."""
    # With a ] somewhere a class is meant, and only its author knows which.
    if "[" not in found.pattern or "]" in found.pattern:
        return None
    plain = found.pattern.replace("\\[", "[").replace("[", "\\[")
    edit = replace_line(found.line, plain, "behind a backslash [ stands for itself")
    if try_edits(facts, [edit]) is None:
        return None
    return edit


def _slashed(facts: Facts, found: InvalidPattern) -> Edit | None:
    """Return the edit that writes slashes for the backslashes of Windows; None where that is no cure."""
    plain = with_slashes(found.pattern)
    if plain == found.pattern:
        return None
    edit = replace_line(found.line, plain, "a backslash is no separator of folders")
    if try_edits(facts, [edit]) is None:
        return None
    return edit


RULE = Rule("invalid-pattern", "Invalid pattern", Severity.ERROR, check, about="lines")
