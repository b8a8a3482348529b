"""A name, folder or source with which Docker stops before the context has arrived.

BuildKit writes names and link targets into messages that hold UTF-8 alone, and sources into a header that holds no
control characters; both builders stop at a folder that they enter and cannot read. The classic one writes the name of
a Dockerfile from outside of the context, or from standard input, into the ignore file, and breaks off where that is a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ctxopt.build.stops import Stop, StopKind, find_stops, has_control_character
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import is_covered, parent
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import dockerfile_line, shown
from ctxopt.severity import Severity

_MOST_LINES = 10
"""Beyond so many paths a line for each is no cure."""

_MESSAGES: dict[StopKind, str] = {
    "source": "Docker stops, because a source holds a control character",
    "name": "Docker stops, because a name or the target of a link is not UTF-8",
    "folder": "Docker stops, because a folder cannot be read",
    "ignore-link": "Docker stops, because it cannot add the name of a Dockerfile from elsewhere to a link",
}
_ADVICE: dict[StopKind, str] = {
    "source": "copy the folder that it is in, or give the file another name",
    "name": "give it another name, or exclude it",
    "folder": "exclude it, or let the user who builds read it",
    "ignore-link": "put a copy in its place, or move the Dockerfile into the context",
}


_OTHER_EXCEPTION = (
    "begin the exception with the folder that it is about, or let the user who builds read it"
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of stop."""
    found: dict[StopKind, list[Stop]] = {}
    for stop in find_stops(facts.analysis):
        if stop.kind in _MESSAGES:
            found.setdefault(stop.kind, []).append(stop)
    for kind, stops in found.items():
        edits, advice = _cure(facts, kind, stops)
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=f"{_MESSAGES[kind]}: {stops[0].said}",
            location=_place(facts, kind, stops[0]),
            subject=stops[0].subject,
            paths=shown(stop.subject for stop in stops),
            entries=len(stops),
            edits=edits,
            help=advice,
        )


def _place(facts: Facts, kind: StopKind, stop: Stop) -> Location:
    """Return the instruction that names a source; what is met on the way has no line."""
    if kind == "source":
        for use in facts.main_uses:
            if any(path.text.lstrip("/") == stop.subject.lstrip("/") for path in use.source.paths):
                return dockerfile_line(facts, use.source)
    return Location(None, None)


def _cure(facts: Facts, kind: StopKind, stops: Sequence[Stop]) -> tuple[tuple[Edit, ...], str]:
    """Return the lines with which nothing of it is met any more, if there are any, and the advice."""
    if kind in ("source", "ignore-link") or len(stops) > _MOST_LINES:
        return (), _ADVICE[kind]
    if kind == "folder" and not facts.builder.loads_on_demand:
        return (), _advice_to_check(stops)
    edits = tuple(add_line(_pattern(stop.subject), _MESSAGES[kind]) for stop in stops)
    trial = try_edits(facts, edits)
    if trial is None or not all(trial.matcher.decide(stop.subject).excluded for stop in stops):
        return (), _ADVICE[kind]
    # A wildcard may hit names that have nothing wrong.
    stopping = {stop.subject for stop in stops}
    if not all(is_covered(path, stopping) for path in trial.difference.lost):
        return (), _ADVICE[kind]
    if kind == "folder":
        entered = _entering(facts, trial.matcher, stops)
        if entered:
            return (), f"{entered} makes Docker look into it: {_OTHER_EXCEPTION}"
    return edits, _ADVICE[kind]


def _entering(facts: Facts, matcher: Matcher, stops: Sequence[Stop]) -> str:
    """Return the exceptions for which the client enters a folder though it is excluded."""
    prunes = matcher.pruner(facts.builder)
    entered = [stop.subject for stop in stops if not prunes(stop.subject)]
    return ", ".join(
        str(pattern)
        for pattern in matcher.exceptions
        if not all(map(_alone(facts, pattern), entered))
    )


def _alone(facts: Facts, pattern: Pattern) -> Callable[[str], bool]:
    """Return the question whether a folder is skipped where this is the only exception."""
    return read_matcher([(None, "*"), (None, str(pattern))]).pruner(facts.builder)


def _advice_to_check(stops: Sequence[Stop]) -> str:
    """What helps with the classic client, which lists a folder before it asks whether to skip that."""
    above = sorted({parent(stop.subject) for stop in stops} - {""})
    if not above:
        return "let the user who builds read it: excluding it does not help this builder"
    return f"exclude the folder above, {', '.join(above)}, or let the user who builds read it"


def _pattern(path: str) -> str:
    # What a line cannot hold, any character stands for.
    return "".join("?" if has_control_character(char) else char for char in escape_pattern(path))


RULE = Rule(
    "build-stops",
    "What stops the build",
    Severity.ERROR,
    check,
    about="sources",
    below_floor="even-empty",
)
