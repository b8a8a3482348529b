"""Whose cache key changes between two states of a context, told from the paths in which these differ. Pure.

The answer is that of two whole keys, which are compared only where their parts may have changed places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from ctxopt.build.cache_key import (
    Entries,
    Follow,
    KeyPart,
    KeySource,
    changed_folders,
    sent_paths,
)
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.matcher import Matcher


class KeyState(NamedTuple):
    """One state of a context; ``entries`` are its files and links."""

    entries: Entries
    follow: Follow
    is_folder: Callable[[str], bool]
    """Whether there is a folder at a path."""
    links: Callable[[], Collection[str]]
    """Gives the links; only called for instructions that list what they take."""

    def has(self, path: str) -> bool:
        """Tell whether there is anything at ``path``."""
        return path in self.entries or self.is_folder(path)


class KeyChange(NamedTuple):
    """An instruction whose key is another one."""

    source: Source
    paths: tuple[str, ...]
    """What made it another, sorted: files and links, and folders that came or went."""


_Starts: TypeAlias = tuple[str | None, ...]


def changed_keys(
    sources: Sequence[KeySource],
    matcher: Matcher,
    before: KeyState,
    after: KeyState,
    changed: Collection[str],
) -> tuple[KeyChange, ...]:
    """Return those of ``sources`` whose key is not the same in both states, in their order.

    ``changed`` are the files and links in which the states differ: no other paths are asked about, but for links.
    """
    if not changed:
        return ()
    compared = _Compared(matcher, before, after, changed)
    found = ((source, compared.paths_of(source)) for source in sources)
    return tuple(KeyChange(source.source, tuple(sorted(paths))) for source, paths in found if paths)


class _Compared:
    """Two states, asked which paths made the key of an instruction another one."""

    def __init__(
        self, matcher: Matcher, before: KeyState, after: KeyState, changed: Collection[str]
    ) -> None:
        self._matcher = matcher
        self._before = before
        self._after = after
        self._changed = changed
        self._differing = self._sent(
            {*changed, *changed_folders(changed, before.is_folder, after.is_folder)}
        )
        self._links: Collection[str] | None = None

    def paths_of(self, source: KeySource) -> Collection[str]:
        starts, now = source.starts(self._before.follow), source.starts(self._after.follow)
        if starts != now:
            return self._retargeted(source)
        asked = self._differing
        if source.is_listed:
            # What is listed takes what is behind a link, which may lie anywhere.
            asked = asked.union(self._sent_links())
        old = _parts(source, self._before, asked, starts)
        new = _parts(source, self._after, asked, starts)
        paths = {path for path in asked if old.get(path) != new.get(path)}
        if _counted(old, paths) != _counted(new, paths):
            return paths
        # The same parts at other paths: whether their order is another one shows in the whole.
        if paths and self._differs(source):
            return paths
        return ()

    def _retargeted(self, source: KeySource) -> Collection[str]:
        """Return the paths where a link on the way to what is named leads to another place."""
        if not self._differs(source):
            return ()
        return self._changed

    def _differs(self, source: KeySource) -> bool:
        return self._whole(source, self._before) != self._whole(source, self._after)

    def _whole(self, source: KeySource, state: KeyState) -> tuple[KeyPart, ...]:
        return source.key(state.entries, sent_paths(self._matcher, state.entries), state.follow)

    def _sent(self, paths: Collection[str]) -> frozenset[str]:
        return sent_paths(self._matcher, paths).intersection(paths)

    def _sent_links(self) -> Collection[str]:
        if self._links is None:
            self._links = self._sent({*self._before.links(), *self._after.links()})
        return self._links


def _parts(
    source: KeySource, state: KeyState, paths: Iterable[str], starts: _Starts
) -> dict[str, tuple[KeyPart, ...]]:
    """Return what of the key each of ``paths`` makes that is there and taken."""
    found = {}
    for path in paths:
        parts = source.parts(path, state.entries, starts, state.follow)
        if parts and state.has(path):
            found[path] = parts
    return found


def _counted(parts: dict[str, tuple[KeyPart, ...]], paths: Iterable[str]) -> Counter[KeyPart]:
    return Counter(part for path in paths for part in parts.get(path, ()))


__all__ = ["KeyChange", "KeyState", "changed_keys"]
