"""A file that the build gets with no content, and without a word.

BuildKit's client lists a file by one reading of the patterns and opens it by another. They differ
where a line stands again behind an exception: the file is sent and arrives with 0 bytes. A file
that the user cannot read arrives empty as well, and stops the classic builder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ctxopt.builder import BUILDKIT
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.reach import Reach
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.rules.written import place, remove_line, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.model import EMPTY, FILE, Flag
from ctxopt.tree.view import View

_EMPTY = frozenset((Flag.REFUSED, Flag.UNREADABLE, EMPTY))
_MOST_TRIALS = 20


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for files refused because of the patterns, one for unreadable ones."""
    refused = list(_marked(facts.view, Flag.REFUSED))
    if refused and facts.builder is BUILDKIT:
        edits, line = _cure(facts, {path for path, _ in refused})
        yield Finding(
            rule=RULE.id,
            severity=_severity(facts, [path for path, _ in refused]),
            message="Docker lists these files and refuses to open them: they arrive empty",
            location=place(facts, line),
            subject="refused",
            paths=shown(path for path, _ in refused),
            size=sum(size for _, size in refused),
            entries=len(refused),
            edits=tuple(edits),
            reach=_furthest(facts, [path for path, _ in refused]),
            help=f"remove line {line}"
            if edits
            else "put the exception below every line it corrects",
        )
    unreadable = list(_marked(facts.view, Flag.UNREADABLE))
    if unreadable:
        paths = [path for path, _ in unreadable]
        if facts.builder.sends_unreadable_empty:
            severity = _severity(facts, paths)
            message = "these files cannot be read: they arrive empty"
        else:
            severity = Severity.ERROR
            message = "these files cannot be read, so the build stops"
        yield Finding(
            rule=RULE.id,
            severity=severity,
            message=message,
            subject="unreadable",
            paths=shown(paths),
            size=sum(size for _, size in unreadable),
            entries=len(unreadable),
            reach=_furthest(facts, paths),
            help="make them readable, or exclude them if no build needs them",
        )


def _marked(view: View, mark: int) -> Iterator[tuple[str, int]]:
    """The files with a flag that are sent, and the bytes they should have."""
    for folder in view.tree.folders.values():
        flags = view.flags(folder)
        if not flags or not _EMPTY.intersection(flags):
            continue
        sizes = folder.sizes
        for index, name in enumerate(folder.names):
            flag = flags[index]
            if flag & mark and not flag & Flag.EXCLUDED and folder.kinds[index] == FILE:
                yield folder.child(name), sizes[index]


def _cure(facts: Facts, refused: set[str]) -> tuple[list[Edit], int | None]:
    """The line whose removal changes nothing but that the files arrive whole, and its edit."""
    patterns = list(written_patterns(facts))
    first = next((item.index for item in patterns if item.pattern.exception), len(patterns))
    later = [item for item in patterns if item.index > first and not item.pattern.exception]
    guilty = None
    for item in later[-_MOST_TRIALS:]:
        reason = "the line stands behind an exception and keeps Docker from opening the files"
        edit = remove_line(item.line.number, reason)
        if not _has_part(item.pattern.matches, refused):
            continue
        guilty = guilty or item.line.number
        trial = try_edits(facts, [edit])
        if trial and trial.is_exact and not trial.difference and not _still(trial):
            return [edit], item.line.number
    return [], guilty


def _has_part(matches: Callable[[str], bool], paths: set[str]) -> bool:
    """Whether a pattern matches one of the paths or a folder above it."""
    return any(
        matches("/".join(parts[:depth]))
        for path in paths
        for parts in [path.split("/")]
        for depth in range(1, len(parts) + 1)
    )


def _still(trial: Trial) -> bool:
    return any(True for _ in _marked(trial.replay.view, Flag.REFUSED))


def _furthest(facts: Facts, paths: list[str]) -> Reach:
    order: tuple[Reach, ...] = ("final", "builder", "sent", "permitted")
    found = {facts.reach(path) for path in paths[:50]}
    return next(reach for reach in order if reach in found)


def _severity(facts: Facts, paths: list[str]) -> Severity:
    return Severity.ERROR if _furthest(facts, paths) in ("final", "builder") else Severity.WARNING


RULE = Rule("file-arrives-empty", "File that arrives empty", Severity.WARNING, check, about="paths")
