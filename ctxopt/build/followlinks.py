"""Which paths BuildKit's client includes for the sources a build names, links followed.

Source: tonistiigi/fsutil followlinks.go FollowLinks, quirks kept: two sources through one linked
folder follow it once, and any link that a wildcard component meets includes the bare component.
"""

from __future__ import annotations

import os
from typing import Protocol

from ctxopt.languages.golang.paths import BadPatternError, clean, has_meta, match
from ctxopt.languages.golang.strings import clean_join
from ctxopt.paths import join

_MAX_STEPS = 100_000
"""Paths looked at before giving up on links that multiply; Docker has no limit and hangs."""


class Links(Protocol):
    """Where links are looked up; both raise OSError where there is nothing."""

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, in any order."""

    def target(self, path: str) -> str:
        """Return what a link points to; raises OSError for what is no link."""


class LinksOnDisk:
    """The links below the folder ``root``."""

    def __init__(self, root: str) -> None:
        self._root = root

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        return os.listdir(os.path.join(self._root, folder))

    def target(self, path: str) -> str:
        """Return what a link points to."""
        return os.readlink(os.path.join(self._root, path))


def follow_links(links: Links, paths: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the include patterns for ``paths``; None where there is no filter at all."""
    resolver = _Resolver(links)
    for path in paths:
        resolver.append(path)
    kept: list[str] = []
    for path in sorted(resolver.resolved, key=os.fsencode):
        if path == ".":
            return None
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return tuple(kept)


class _Resolver:
    def __init__(self, links: Links) -> None:
        self._links = links
        self.resolved: set[str] = set()
        self._steps = 0

    def append(self, path: str) -> None:
        """Resolve one path; the targets of links wait on a stack, in upstream's order."""
        waiting = [path]
        while waiting:
            targets, rest = self._resolve_one(clean(waiting.pop().lstrip("/") or "."))
            waiting += [clean_join(target, rest) for target in reversed(targets)]

    def _resolve_one(self, path: str) -> tuple[list[str], str]:
        """Walk down to the first link: its targets, and what of the path follows it."""
        current = ""
        while self._steps < _MAX_STEPS:
            self._steps += 1
            first, _, path = path.partition("/")
            current = join(current, first)
            targets = self._targets(current)
            if (not path or targets is not None) and current in self.resolved:
                break
            if targets is not None:
                self.resolved.add(current)
                return targets, path
            if not path:
                self.resolved.add(current)
                break
        return [], ""

    def _targets(self, path: str) -> list[str] | None:
        """The targets of the links that ``path`` names, rooted; None if it names no link."""
        folder, _, base = path.rpartition("/")
        if not has_meta(base):
            return self._target(path)
        try:
            names = sorted(self._links.names(folder), key=os.fsencode)
        except (OSError, ValueError):
            return None
        found: list[str] = []
        for name in names:
            try:
                if match(base, name):
                    found += self._target(join(folder, name)) or []
            # What matched before Go met the bad part of the pattern stays.
            except BadPatternError:
                break
        return found or None

    def _target(self, path: str) -> list[str] | None:
        try:
            link = clean(self._links.target(path))
        except (OSError, ValueError):
            return None
        if link.startswith("/"):
            return [link]
        return [clean_join("/", clean_join(path.rpartition("/")[0], link))]
