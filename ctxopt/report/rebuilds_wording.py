"""Sentences about rebuilds that the formats for people share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ctxopt.report.console import printable
from ctxopt.units import count

if TYPE_CHECKING:
    from ctxopt.evidence.unread import UnreadKind
    from ctxopt.guard.rebuilds import Rebuilds

_KINDS: Final[Mapping[UnreadKind, str]] = {
    "documentation": "documentation",
    "ci": "CI files",
    "tests": "tests",
    "container": "Docker's own files",
    "editor": "editor files",
    "history": "git's own folder",
}
_SHORT: Final = 9


def headline(rebuilds: Rebuilds) -> str:
    """Say how many commits made steps run again, and how many of them for nothing."""
    if not rebuilds.instructions:
        return "No instruction of this build takes anything of the context: nothing runs again."
    commits = len(rebuilds.commits)
    if not commits and rebuilds.has_first:
        return "There is one commit and none before it: nothing to compare yet."
    if not commits:
        return "There is no commit between the two: nothing to compare."
    if not rebuilds.rebuilt:
        return f"Everything stayed cached in {count(commits, 'commit')}."
    said = f"{rebuilds.rebuilt} of {count(commits, 'commit')} made steps run again"
    if rebuilds.avoidable:
        return f"{said}, {rebuilds.avoidable} of them for nothing that the build reads."
    return f"{said}, each by something that the build may read."


def described_commits(rebuilds: Rebuilds) -> str:
    """Say which commits were counted, and with which files."""
    context = rebuilds.analysis.context
    files = [printable(context.dockerfile.path)]
    if context.ignore.path is not None:
        files.append(printable(context.ignore.path))
    ending = " as it is now"
    if len(files) > 1:
        ending = " as they are now"
    said = f"with {' and '.join(files)}{ending}"
    if not rebuilds.commits:
        return f"Asked {said}"
    first, last = rebuilds.commits[-1].id[:_SHORT], rebuilds.commits[0].id[:_SHORT]
    if first == last:
        return f"Counted in {last}, {said}"
    return f"Counted from {first} to {last}, {said}"


def described_kinds(kinds: Mapping[UnreadKind, int]) -> str:
    """Name kinds of files, each with its number of commits: ``documentation 7, CI files 4``."""
    return ", ".join(f"{_KINDS[kind]} {number}" for kind, number in kinds.items())


def kind_names(kinds: Iterable[UnreadKind]) -> str:
    """Name kinds of files."""
    return ", ".join(_KINDS[kind] for kind in kinds)


def notes(rebuilds: Rebuilds) -> Iterator[str]:
    """Yield what else has to be known of the figures, in a sentence each."""
    if rebuilds.sends_history:
        yield "Git's own folder is sent: every commit changes it, whatever else it changes."
    if rebuilds.is_cut:
        yield "This clone is shallow and ends there: git fetch --unshallow gets the rest."
    if rebuilds.without_dockerfile:
        commits = count(rebuilds.without_dockerfile, "commit")
        dockerfile = printable(rebuilds.analysis.context.dockerfile.path)
        verbs = ("have", "count")
        if rebuilds.without_dockerfile == 1:
            verbs = ("has", "counts")
        yield f"{commits} {verbs[0]} no {dockerfile} there and {verbs[1]} as if it had been."
