"""A line that another line makes superfluous: a duplicate, a special case, or one that is undone.

Such lines do no harm by themselves; they hide what the file says. Only what follows from the lines
alone is reported, and only after removing the line was replayed, so a line that excludes what a
clean checkout lacks is never called superfluous for matching nothing today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.pattern import PatternKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity

_OPERATORS = frozenset("|^{}\\[]")


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that another one makes superfluous."""
    patterns = [
        item for item in written_patterns(facts) if not cure(item.line.number, item.line.text)
    ]
    for place_of, item in enumerate(patterns):
        found = _covered(patterns, place_of)
        if found is None:
            continue
        other, why = found
        edit = remove_line(item.line.number, f"{why} in line {other.line.number}")
        trial = try_edits(facts, [edit])
        if trial is None or trial.difference or not trial.is_exact:
            continue
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{item.written} is superfluous: {why} in line {other.line.number}"
            f" ({other.written})",
            location=place(facts, item.line.number),
            subject=item.written,
            edits=(edit,),
            help="the line may go; fix leaves it unless it is asked to tidy up",
        )


def _covered(patterns: Sequence[WrittenPattern], at: int) -> tuple[WrittenPattern, str] | None:
    """The line that makes another one superfluous, and why; None if there is none."""
    item = patterns[at]
    sign = item.pattern.exception
    earlier = []
    for other in reversed(patterns[:at]):
        if other.pattern.exception is not sign:
            break
        earlier.append(other)
    for other in earlier:
        if other.pattern.text == item.pattern.text:
            return other, "the same stands already"
    if sign:
        return None
    # After an exception a pattern may have been skipped, and then it covers nothing.
    if not any(other.pattern.exception for other in patterns[:at]):
        for other in earlier:
            if _covers(other.pattern.text, item.pattern.text, other.pattern.kind):
                return other, "it is excluded already by a pattern"
    later = patterns[at + 1 :]
    if not any(other.pattern.exception for other in patterns):
        for other in later:
            if _covers(other.pattern.text, item.pattern.text, other.pattern.kind):
                return other, "it is excluded as well by a pattern"
    for other in later:
        if not other.pattern.exception:
            continue
        if _same_paths(other.pattern.text, item.pattern.text):
            return other, "it is undone by an exception"
    return None


def _covers(wide: str, narrow: str, kind: PatternKind) -> bool:
    """Whether whatever ``narrow`` matches is matched by ``wide``, or is in a folder that is."""
    if _OPERATORS.intersection(wide + narrow) or wide == narrow:
        return False
    if narrow.startswith(wide + "/"):
        return True
    if wide in ("*", "**", "**/*"):
        return True
    if kind is PatternKind.SUFFIX or wide.startswith("**/"):
        name = wide.removeprefix("**/")
        if wide.startswith("**/") and name and not name.startswith("**"):
            return f"/{narrow}/".find(f"/{name}/") >= 0
    return False


def _same_paths(one: str, two: str) -> bool:
    return one == two or one == "**/" + two


RULE = Rule("redundant-pattern", "Redundant pattern", Severity.INFO, check, about="lines")
