"""A line that another line makes superfluous: a duplicate, a special case, or one that is undone.

Such lines do no harm by themselves; they hide what the file says. Only what follows from the lines
alone is reported, and only after removing the line was replayed, so a line that excludes what a
clean checkout lacks is never called superfluous for matching nothing today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile

from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.ignore_file.comment_trap import cure
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, written_patterns
from ctxopt.severity import Severity

_OPERATORS = frozenset("|^{}\\[]")


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line that another one makes superfluous."""
    # ``comment-trap`` tells of a line with a comment in it, whose pattern is not the one meant.
    patterns = [
        item for item in written_patterns(facts) if not cure(item.line.number, item.line.text)
    ]
    for at, item in enumerate(patterns):
        found = _covered(item, patterns[:at], patterns[at + 1 :])
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


def _covered(
    item: WrittenPattern, before: Sequence[WrittenPattern], after: Sequence[WrittenPattern]
) -> tuple[WrittenPattern, str] | None:
    """Return the line that makes another one superfluous, and why; None if there is none."""
    earlier = list(takewhile(lambda other: _is_like(other, item), reversed(before)))
    other = _first(earlier, lambda other: other.pattern.text == item.pattern.text)
    if other is not None:
        return other, "the same stands already"
    if item.pattern.exception:
        return None
    has_exception_before = any(other.pattern.exception for other in before)
    has_exception = has_exception_before or any(other.pattern.exception for other in after)
    # After an exception a pattern may have been skipped, and then it covers nothing.
    if not has_exception_before:
        other = _first(earlier, lambda other: _covers(other, item))
        if other is not None:
            return other, "it is excluded already by a pattern"
    if not has_exception:
        other = _first(after, lambda other: _covers(other, item))
        if other is not None:
            return other, "it is excluded as well by a pattern"
    other = _first(after, lambda other: _undoes(other, item))
    if other is not None:
        return other, "it is undone by an exception"
    return None


def _first(
    lines: Iterable[WrittenPattern], fits: Callable[[WrittenPattern], bool]
) -> WrittenPattern | None:
    return next(filter(fits, lines), None)


def _is_like(other: WrittenPattern, item: WrittenPattern) -> bool:
    """Whether both exclude or both are exceptions: what stands between two unlike lines counts."""
    return other.pattern.exception is item.pattern.exception


def _covers(other: WrittenPattern, item: WrittenPattern) -> bool:
    """Whether whatever ``item`` matches is matched by ``other``, or is in a folder that is."""
    wide, narrow = other.pattern.text, item.pattern.text
    if _OPERATORS.intersection(wide + narrow) or wide == narrow:
        return False
    if narrow.startswith(wide + "/") or wide in ("*", "**", "**/*"):
        return True
    name = wide.removeprefix("**/")
    if not wide.startswith("**/") or not name or name.startswith("**"):
        return False
    # Slashes around both let a name end only where a component does.
    return f"/{name}/" in f"/{narrow}/"


def _undoes(other: WrittenPattern, item: WrittenPattern) -> bool:
    """Whether ``other`` is an exception for all that ``item`` matches."""
    text = item.pattern.text
    return other.pattern.exception and other.pattern.text in (text, f"**/{text}")


RULE = Rule("redundant-pattern", "Redundant pattern", Severity.INFO, check, about="lines")
