"""What a source check means, in plain words; reporters and rules say it alike."""

from __future__ import annotations

from collections.abc import Callable

from ctxopt.build.sources import SourceCheck


def tell_check(
    check: SourceCheck, ignore_file: str | None, show: Callable[[str], str] = str
) -> str:
    """Return one sentence about a source, without its line; ``show`` makes a name fit for a format."""
    # One branch for each kind: a sentence is found by the words in it, and read whole.
    name = show(check.text)
    first = ""
    if check.paths:
        first = show(check.paths[0])
    lines = _pattern_places(check, show(ignore_file or "the ignore file"))
    if check.kind == "missing":
        return f"{name} does not exist, so the build fails"
    if check.kind == "ignored":
        return f"{name} is excluded by {lines}, so the build fails"
    if check.kind == "not-transferred":
        return f"{name} is not kept back, but Docker does not fetch it, so the build fails"
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
    if check.count <= 1:
        return first
    return f"{first} and {check.count - 1:,} more"


def _pattern_places(check: SourceCheck, file: str) -> str:
    places = [f"{file}:{item.line} ({item})" for item in check.patterns[:3]]
    more = len(check.patterns) - len(places)
    text = ", ".join(places)
    if more > 0:
        text += f" and {more} more"
    return text
