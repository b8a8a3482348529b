"""Sentences that several formats share: what a source check means, in plain words."""

from __future__ import annotations

from ctxopt.console import printable
from ctxopt.dockerfile import Unknown
from ctxopt.sources import SourceCheck

_REACHES = {"final": "final image", "builder": "builder stage only", "mount": "mounted"}


def reach(name: str) -> str:
    """Say where an instruction's files end up."""
    return _REACHES[name]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: ``1 file``, ``1,234 files``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def describe_check(check: SourceCheck, ignore_file: str | None) -> str:
    """Return one sentence about a source, without its line."""
    name = printable(check.text)
    first = printable(check.paths[0]) if check.paths else ""
    lines = _pattern_places(check, ignore_file)
    if check.kind == "missing":
        return f"{name} does not exist, so the build fails"
    if check.kind == "ignored":
        return f"{name} is excluded by {lines}, so the build fails"
    if check.kind == "not-transferred":
        return f"{name} is permitted but Docker does not fetch it, so the build fails"
    if check.kind == "partly-ignored":
        return f"{name} arrives without {_some(check, first)}, excluded by {lines}"
    if check.kind == "empty-wildcard":
        if check.paths:
            return f"{name} copies nothing: {_some(check, first)} is excluded"
        return f"{name} matches nothing, and Docker says nothing about it"
    if check.kind == "link-widens":
        return f"{name} fetches far more than it copies: a link matches {first}"
    if check.kind == "whole-context":
        if check.paths:
            empty = ", ".join("$" + item for item in check.paths)
            return f"{empty} is empty, so the source is the whole context"
        return "a tmpfs mount makes Docker fetch the whole context"
    return f"{name}: {_some(check, first)} arrives empty"


def _some(check: SourceCheck, first: str) -> str:
    return first if check.count <= 1 else f"{first} and {check.count - 1:,} more"


def _pattern_places(check: SourceCheck, ignore_file: str | None) -> str:
    file = printable(ignore_file or "the ignore file")
    places = [f"{file}:{item.line} ({item})" for item in check.patterns[:3]]
    more = len(check.patterns) - len(places)
    return ", ".join(places) + (f" and {more} more" if more > 0 else "")


def describe_unknown(unknown: Unknown) -> str:
    """Return one sentence about something that the Dockerfile alone cannot tell."""
    text = printable(unknown.text)
    if unknown.kind == "frontend":
        return f"the frontend {text} reads this Dockerfile; it may read it differently"
    if unknown.kind == "base-env":
        return f"${text} may be set by the base image; it is taken as empty"
    if unknown.kind == "base-onbuild":
        return f"the base image {text} may have ONBUILD triggers that copy more"
    if unknown.kind == "base-workdir":
        return f"a mount's target depends on the working directory of {text}"
    return f"an instruction of a stage that is not built could not be read: {text}"
