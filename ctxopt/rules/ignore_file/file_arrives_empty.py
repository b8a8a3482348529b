"""A file that the build gets with no content, and without a word.

BuildKit's client lists a file by one reading of the patterns and opens it by another. They differ
where a line stands again behind an exception: the file is sent and arrives with 0 bytes. A file
that the user cannot read arrives empty as well, and stops the classic builder. A socket arrives as an empty file, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile
from typing import Final, NamedTuple

from ctxopt.builder import BUILDKIT
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.reach import Reach
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import upwards
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.rules.written import WrittenPattern, place, remove_line, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.model import EMPTY, FILE, SOCKET, Flag
from ctxopt.tree.view import View

_EMPTY = frozenset((Flag.REFUSED, Flag.UNREADABLE, EMPTY))
_MOST_TRIALS = 20
_MOST_ASKED = 50
"""Files whose way is followed to say how far they all get."""

EVERY_SOCKET: Final = "**/*.sock"
"""What the catalogue calls them by."""
_FURTHEST_FIRST: tuple[Reach, ...] = ("final", "builder", "sent", "permitted")


class _Empty(NamedTuple):
    """A file that is sent and arrives without its content."""

    path: str
    size: int
    """Bytes that it should have."""


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for files refused because of the patterns, one for unreadable ones, and a note about sockets."""
    refused = list(_marked(facts.view, Flag.REFUSED))
    if refused and facts.builder is BUILDKIT:
        yield _refused_finding(facts, refused)
    unreadable = list(_marked(facts.view, Flag.UNREADABLE))
    if unreadable:
        yield _unreadable_finding(facts, unreadable)
    if facts.builder.sends_sockets:
        sockets = list(_sockets(facts))
        if sockets:
            yield _socket_finding(facts, sockets)


def _sockets(facts: Facts) -> Iterator[str]:
    """Yield the sockets that an instruction takes."""
    view = facts.view
    for folder in view.tree.folders.values():
        if SOCKET not in folder.kinds:
            continue
        flags = view.flags(folder)
        for index, name in enumerate(folder.names):
            if folder.kinds[index] != SOCKET or (flags and flags[index] & Flag.EXCLUDED):
                continue
            if facts.reach(folder.child(name)) in ("final", "builder"):
                yield folder.child(name)


def _socket_finding(facts: Facts, paths: list[str]) -> Finding:
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message="a socket arrives as an empty file, and is no socket any more",
        subject="socket",
        paths=shown(paths),
        entries=len(paths),
        reach=facts.reach(paths[0]),
        help=f"exclude it, as with {EVERY_SOCKET}; the classic builder leaves sockets out by itself",
    )


def _refused_finding(facts: Facts, files: list[_Empty]) -> Finding:
    reach = _furthest(facts, files)
    edit, line = _cure(facts, {file.path for file in files})
    edits: tuple[Edit, ...] = ()
    advice = "put the exception below every line it corrects"
    if edit is not None:
        edits, advice = (edit,), f"remove line {line}"
    return Finding(
        rule=RULE.id,
        severity=_severity(reach),
        message="Docker lists these files and refuses to open them: they arrive empty",
        location=place(facts, line),
        subject="refused",
        paths=shown(file.path for file in files),
        size=sum(file.size for file in files),
        entries=len(files),
        edits=edits,
        reach=reach,
        help=advice,
    )


def _unreadable_finding(facts: Facts, files: list[_Empty]) -> Finding:
    reach = _furthest(facts, files)
    severity = Severity.ERROR
    message = "these files cannot be read, so the build stops"
    if facts.builder.sends_unreadable_empty:
        severity = _severity(reach)
        message = "these files cannot be read: they arrive empty"
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        subject="unreadable",
        paths=shown(file.path for file in files),
        size=sum(file.size for file in files),
        entries=len(files),
        reach=reach,
        help="make them readable, or exclude them if no build needs them",
    )


def _marked(view: View, mark: int) -> Iterator[_Empty]:
    """Yield the files with a flag that are sent."""
    for folder in view.tree.folders.values():
        flags = view.flags(folder)
        # Of a large tree hardly a folder has such a file: looking at each entry would take seconds.
        if not flags or not _EMPTY.intersection(flags):
            continue
        sizes = folder.sizes
        for index, name in enumerate(folder.names):
            flag = flags[index]
            if flag & mark and not flag & Flag.EXCLUDED and folder.kinds[index] == FILE:
                yield _Empty(folder.child(name), sizes[index])


def _cure(facts: Facts, refused: set[str]) -> tuple[Edit | None, int | None]:
    """Return the edit that removes the one line to blame, and the line.

    Removing it must change nothing but that the files arrive whole. Where no line does that, the
    first that meets one of the files is named without an edit.
    """
    guilty = None
    for item in _behind_an_exception(facts)[-_MOST_TRIALS:]:
        if not _meets(item.pattern, refused):
            continue
        guilty = guilty or item.line.number
        reason = "the line stands behind an exception and keeps Docker from opening the files"
        edit = remove_line(item.line.number, reason)
        trial = try_edits(facts, [edit])
        if trial is not None and _only_fills(trial):
            return edit, item.line.number
    return None, guilty


def _behind_an_exception(facts: Facts) -> list[WrittenPattern]:
    patterns = dropwhile(lambda item: not item.pattern.exception, written_patterns(facts))
    return [item for item in patterns if not item.pattern.exception]


def _meets(pattern: Pattern, paths: set[str]) -> bool:
    """Whether a pattern matches one of the paths or a folder above it."""
    return any(pattern.matches(way) for path in paths for way in upwards(path) if way)


def _only_fills(trial: Trial) -> bool:
    """Whether the same files are sent, and Docker refuses to open none of them any more."""
    if not trial.is_exact or trial.difference:
        return False
    return next(_marked(trial.replay.view, Flag.REFUSED), None) is None


def _furthest(facts: Facts, files: list[_Empty]) -> Reach:
    found = {facts.reach(file.path) for file in files[:_MOST_ASKED]}
    return next(reach for reach in _FURTHEST_FIRST if reach in found)


def _severity(reach: Reach) -> Severity:
    # A stage that gets an empty file may build something wrong without a word.
    if reach in ("final", "builder"):
        return Severity.ERROR
    return Severity.WARNING


RULE = Rule("file-arrives-empty", "File that arrives empty", Severity.WARNING, check, about="paths")
