"""Why one path is kept or excluded, and what would bring it back. Works for paths yet to come."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.builder import BUILDKIT, Builder
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import Decision, Matcher
from ctxopt.languages.ignore.pattern import Pattern


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
    parts = path.split("/")
    trail: list[tuple[str, Decision]] = []
    pruned_at = None
    for depth, name in enumerate(parts, 1):
        decision = scope.decide_one(name)
        here = "/".join(parts[:depth])
        trail.append((here, decision))
        if decision.excluded and depth < len(parts) and prunes(here):
            pruned_at = here
            break
        scope = scope.enter(name, decision)
    decision = trail[-1][1]
    pattern = None if decision.index is None else matcher.patterns[decision.index]
    return Explanation(
        path,
        decision.excluded,
        pattern,
        _origin(trail, decision.index),
        pruned_at,
        _exception(matcher, path) if decision.excluded else None,
    )


def _origin(trail: list[tuple[str, Decision]], index: int | None) -> str:
    """The highest path on the way whose match of the deciding pattern was handed down."""
    if index is None:
        return trail[-1][0]
    origin = trail[-1][0]
    for here, decision in reversed(trail):
        if not decision.matched >> index & 1:
            break
        origin = here
    return origin


def _exception(matcher: Matcher, path: str) -> str | None:
    """The exception that, appended, keeps ``path`` under the real walk; None if none does."""
    line = "!" + escape_pattern(path)
    trial = matcher.with_pattern(line)
    parts = path.split("/")
    scope = trial.root()
    for depth, name in enumerate(parts, 1):
        decision = scope.decide_one(name)
        if depth == len(parts):
            return None if decision.excluded else line
        if decision.excluded and trial.buildkit_prunes("/".join(parts[:depth])):
            return None
        scope = scope.enter(name, decision)
    return None
