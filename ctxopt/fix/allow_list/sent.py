"""What either builder sends of a measured tree under another ignore file, as sets of paths. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.build.analysis import Analysis, matcher_for
from ctxopt.builder import Builder
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.tree.model import DIR
from ctxopt.tree.replay import replay


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
    files: set[str] = set()
    own: set[str] = set()
    empty: set[str] = set()
    folders: set[str] = set()
    for row in view.rows():
        if not row.is_sent:
            continue
        if not row.is_excluded:
            own.add(row.path)
        if row.kind == DIR:
            folders.add(row.path)
            continue
        files.add(row.path)
        if row.is_empty:
            empty.add(row.path)
    return Sent(frozenset(files | folders), frozenset(files), frozenset(own), frozenset(empty))


__all__ = ["Sent", "sent_under"]
