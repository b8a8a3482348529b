"""What either builder sends of a measured tree under another ignore file, as sets of paths. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ctxopt.analysis import Analysis, matcher_for
from ctxopt.context import Builder
from ctxopt.errors import IgnoreFileError
from ctxopt.ignorefile import IgnoreFile
from ctxopt.replay import replay
from ctxopt.tree import DIR, EMPTY, Flag


class Sent(NamedTuple):
    """What one builder sends."""

    paths: frozenset[str]
    files: frozenset[str]
    """Those that are no folders."""
    own: frozenset[str]
    """Those that are not only the way to something."""
    empty: frozenset[str]
    """Those that arrive empty."""


def sent_under(analysis: Analysis, file: IgnoreFile, builder: Builder) -> Sent | None:
    """Return what a builder sends under ``file``; None where it fails with it."""
    try:
        matcher = matcher_for(analysis.context, file, builder)
        view = replay(analysis.tree, matcher, builder=builder).view
    except IgnoreFileError:
        return None
    paths, files, own, empty = set(), set(), set(), set()
    for folder, index, path in view.sent():
        paths.add(path)
        if folder.kinds[index] != DIR:
            files.add(path)
        flags = view.flags(folder)
        flag = flags[index] if flags else 0
        if not flag & Flag.EXCLUDED:
            own.add(path)
        if flag & EMPTY and folder.kinds[index] != DIR:
            empty.add(path)
    return Sent(frozenset(paths), frozenset(files), frozenset(own), frozenset(empty))


def is_below(path: str, roots: Collection[str]) -> bool:
    """Tell whether ``path`` is one of ``roots``, or below one."""
    while path:
        if path in roots:
            return True
        path = path.rpartition("/")[0]
    return False


def topmost_of(paths: Iterable[str]) -> list[str]:
    """Return the paths that are not below another one, sorted."""
    found: list[str] = []
    known: set[str] = set()
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        if not is_below(path, known):
            known.add(path)
            found.append(path)
    return sorted(found)


__all__ = ["Sent", "is_below", "sent_under", "topmost_of"]
