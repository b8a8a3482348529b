"""Where Docker's client stops before it prints a figure: what it cannot ask for, name or read. Says nothing of cures.

Sources: google.golang.org/grpc internal/metadata (the values of a header), moby/buildkit session/filesync/filesync.go
encodeStringForHeader, google.golang.org/protobuf (a string has to be UTF-8), tonistiigi/fsutil walker.go, docker/cli
cli/command/image/build/context.go ValidateContextDirectory and AddDockerfileToBuildContext, archive/tar (a link has no content).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.transfer import TransferView
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.tree.model import DIR, SYMLINK, Flag, Folder
from ctxopt.tree.view import View

_IGNORE_FILE = ".dockerignore"

StopKind = Literal["ignore-pattern", "source", "name", "folder", "ignore-link"]


class Stop(NamedTuple):
    """One reason why no context arrives."""

    kind: StopKind
    said: str
    """Docker's own words."""
    subject: str
    """The pattern or source with a control character, or the path that cannot be sent or read."""
    line: int | None = None
    """The line of the ignore file, for a pattern."""


def find_stops(analysis: Analysis) -> Iterator[Stop]:
    """Yield what stops this build; without a Dockerfile, what stops a build that takes everything.

    Named contexts are not looked at.
    """
    plan = analysis.plan
    if plan is None or not analysis.context.builder.sends_context:
        yield from _stops_of_all(analysis)
    elif plan.main.transfer.loaded:
        yield from _refused_patterns(analysis.matcher)
        yield from _refused_sources(plan.main.transfer)
        yield from _unsendable(plan.main.transfer.view)


def permitted_stop(analysis: Analysis) -> Stop | None:
    """Return what stops a build that takes everything; None where the context arrives."""
    return next(_stops_of_all(analysis), None)


def transfer_stop(analysis: Analysis) -> Stop | None:
    """Return what stops this build first; None where what it takes arrives."""
    return next(find_stops(analysis), None)


def _stops_of_all(analysis: Analysis) -> Iterator[Stop]:
    builder = analysis.context.builder
    if not builder.sends_context:
        return
    if not builder.loads_on_demand:
        yield from _unreadable_to_check(analysis)
        yield from _linked_ignore_file(analysis)
        return
    yield from _refused_patterns(analysis.matcher)
    yield from _unsendable(analysis.permitted)


def has_control_character(text: str) -> bool:
    """Tell whether a header cannot hold ``text``."""
    return any(char < " " or char == "\x7f" for char in text)


def _refused_patterns(matcher: Matcher) -> Iterator[Stop]:
    patterns = matcher.patterns
    if _is_escaped(pattern.text for pattern in patterns):
        return
    for pattern in patterns:
        if has_control_character(pattern.text):
            yield Stop("ignore-pattern", _refusal("exclude-patterns"), str(pattern), pattern.line)


def _refused_sources(transfer: TransferView) -> Iterator[Stop]:
    if _is_escaped(transfer.paths):
        return
    for path in transfer.paths:
        if has_control_character(path):
            yield Stop("source", _refusal("followpaths"), path)


def _is_escaped(values: Iterable[str]) -> bool:
    """Whether one character beyond ASCII makes the client escape the whole list, control characters with it."""
    return not all(map(str.isascii, values))


def _refusal(key: str) -> str:
    return f'header key "{key}" contains value with non-printable ASCII characters'


def _unsendable(view: View) -> Iterator[Stop]:
    for folder in view.tree.folders.values():
        # Nearly all names are plain ASCII, which a text of them all knows without a look at each.
        if not folder.joined.isascii() or folder.links:
            for path in _not_unicode(folder, view.flags(folder)):
                yield Stop(
                    "name",
                    "grpc: error while marshaling: string field contains invalid UTF-8",
                    path,
                )
    for error in view.tree.errors:
        if error.path and error.reason == os.strerror(errno.EACCES):
            yield Stop(
                "folder", f"error from sender: open {error.path}: permission denied", error.path
            )


def _not_unicode(folder: Folder, flags: bytes | None) -> Iterator[str]:
    """Yield the paths in a folder that are sent and whose name or link target is not UTF-8."""
    links = folder.links or {}
    for place, name in enumerate(folder.names):
        if flags and flags[place] & Flag.EXCLUDED:
            continue
        if not _is_unicode(name) or not _is_unicode(links.get(name, "")):
            yield folder.child(name)


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unreadable_to_check(analysis: Analysis) -> Iterator[Stop]:
    """What the classic client's own check cannot open: it lists a folder before it asks whether to skip that."""
    view = analysis.permitted
    for folder in view.tree.folders.values():
        flags = view.flags(folder)
        if flags is None:
            continue
        for place, name in enumerate(folder.names):
            # An excluded folder was not entered, so nothing of the walk says whether it could be.
            if folder.kinds[place] == DIR and flags[place] & Flag.EXCLUDED:
                path = folder.child(name)
                if path not in view.tree.folders and not _can_list(analysis.tree.root, path):
                    yield _cannot_stat(path)
    for error in view.tree.errors:
        if error.path and error.reason == os.strerror(errno.EACCES):
            yield _cannot_stat(error.path)


def _linked_ignore_file(analysis: Analysis) -> Iterator[Stop]:
    """Yield the ignore file where the classic client cannot add a line to it, for a Dockerfile from elsewhere."""
    dockerfile = analysis.context.dockerfile
    if not dockerfile.found or dockerfile.inside is not None:
        return
    view = analysis.permitted
    top = view.tree.folders[""]
    if _IGNORE_FILE not in top.names:
        return
    # It is forced in whatever the patterns say. A second name of a file is a link in the tar, too.
    is_link = top.kinds[top.names.index(_IGNORE_FILE)] == SYMLINK
    if is_link or _IGNORE_FILE in view.hard_links:
        yield Stop("ignore-link", "archive/tar: write too long", _IGNORE_FILE)


def _cannot_stat(path: str) -> Stop:
    return Stop("folder", f"error checking context: can't stat '{path}'", path)


def _can_list(root: str, path: str) -> bool:
    # Docker's client opens it, which asks who runs it, not who started that.
    as_who_runs = os.access in os.supports_effective_ids
    return os.access(os.path.join(root, path), os.R_OK, effective_ids=as_who_runs)
