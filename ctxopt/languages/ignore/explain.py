"""Why one path is kept or excluded, and what would bring it back. Works for paths yet to come."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.builder import BUILDKIT, Builder
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import Decision, Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import name, upwards


class Explanation(NamedTuple):
    """The decision about one path. ``path`` is relative to the context root."""

    path: str
    excluded: bool
    pattern: Pattern | None
    """The pattern that decided; None where no pattern matches."""
    decided_at: str
    """The path that the pattern matched: ``path`` itself or a folder above it."""
    pruned_at: str | None
    """The folder that the client skips, so that nothing below it is even looked at."""
    exception: str | None
    """The line that would bring an excluded path back at the end of the ignore file."""


def explain(matcher: Matcher, path: str, *, builder: Builder = BUILDKIT) -> Explanation:
    """Decide ``path`` as the walk of ``builder`` would; raises IgnoreFileError as that does."""
    prunes = matcher.pruner(builder)
    scope = matcher.root()
    trail: list[tuple[str, Decision]] = []
    pruned_at = None
    for here in _downwards(path):
        decision = scope.decide_one(name(here))
        trail.append((here, decision))
        # Below a skipped folder no pattern is tried, whatever it would say.
        if decision.excluded and here != path and prunes(here):
            pruned_at = here
            break
        scope = scope.enter(name(here), decision)
    decision = trail[-1][1]
    pattern = None
    if decision.index is not None:
        pattern = matcher.patterns[decision.index]
    exception = None
    if decision.excluded:
        exception = _exception(matcher, path, builder)
    return Explanation(
        path=path,
        excluded=decision.excluded,
        pattern=pattern,
        decided_at=_origin(trail, decision.index),
        pruned_at=pruned_at,
        exception=exception,
    )


def _downwards(path: str) -> list[str]:
    """Return the folders above ``path``, the highest first, and ``path`` itself."""
    *found, _root = upwards(path)
    return found[::-1]


def _origin(trail: list[tuple[str, Decision]], index: int | None) -> str:
    """Return the highest path on the way whose match of the deciding pattern was handed down."""
    if index is None:
        return trail[-1][0]
    origin = trail[-1][0]
    for here, decision in reversed(trail):
        if not decision.matched >> index & 1:
            break
        origin = here
    return origin


def _exception(matcher: Matcher, path: str, builder: Builder) -> str | None:
    """Return the exception that, appended, makes ``builder`` keep ``path``; None if none does."""
    line = "!" + escape_pattern(path, matcher.dialect)
    trial = matcher.with_pattern(line)
    prunes = trial.pruner(builder)
    scope = trial.root()
    excluded = False
    for here in _downwards(path):
        decision = scope.decide_one(name(here))
        excluded = decision.excluded
        # An exception below a folder that is skipped all the same would be advice that fails.
        if excluded and here != path and prunes(here):
            return None
        scope = scope.enter(name(here), decision)
    if excluded:
        return None
    return line
