"""One commit as the state of a context whose cache keys are compared: looked up in git's trees, path by path."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from ctxopt.build.cache_key import ContextEntry, follower
from ctxopt.build.key_change import KeyState
from ctxopt.git.folder import HISTORY
from ctxopt.git.listing import TREE
from ctxopt.git.state import file_mode
from ctxopt.git.tree_objects import TreeEntry, TreeObjects
from ctxopt.paths import name, parent

_LINK: Final = stat.S_IFLNK | 0o777


class CommitStates:
    """Makes the states of commits; their contents are ids of blobs, and only links are opened, to be followed.

    ``enters`` tells whether links below a folder may matter.
    """

    def __init__(self, objects: TreeObjects, enters: Callable[[str], bool]) -> None:
        self._objects = objects
        self._enters = enters
        self._targets: dict[str, str] = {}
        self._links: dict[str, frozenset[str]] = {}

    def of(self, tree: str, history: str | None = None) -> KeyState:
        """Return the state that the tree with this id is; ``""`` is an empty one.

        ``history`` is the commit that git's own folder in the context stands at; None where there is no such folder.
        """
        entries = _TreeEntries(self._objects, tree, history)
        return KeyState(
            entries=entries,
            follow=cache(follower(entries, self._target)),
            is_folder=entries.is_folder,
            links=lambda: self._links_of(tree),
        )

    def _target(self, entry: ContextEntry) -> str:
        found = self._targets.get(entry.content)
        if found is None:
            found = os.fsdecode(self._objects.read_blob(entry.content))
            self._targets[entry.content] = found
        return found

    def _links_of(self, tree: str) -> frozenset[str]:
        found = self._links.get(tree)
        if found is None:
            found = self._find_links(tree)
            self._links[tree] = found
        return found

    def _find_links(self, tree: str) -> frozenset[str]:
        # All of a tree is looked at once: of the next one, what differs.
        if not self._links:
            files = self._objects.files(tree, self._enters)
            return frozenset(path for path, entry in files if stat.S_ISLNK(entry.mode))
        near, links = next(reversed(self._links.items()))
        changed = self._objects.changed_paths(near, tree)
        now = ((path, self._objects.look_up(tree, path)) for path in changed)
        added = {path for path, entry in now if entry is not None and stat.S_ISLNK(entry.mode)}
        return links.difference(changed).union(added)


class _TreeEntries(Mapping[str, ContextEntry]):
    """The files and links below a tree; a submodule is a file whose content is its commit."""

    def __init__(self, objects: TreeObjects, tree: str, history: str | None) -> None:
        self._objects = objects
        self._tree = tree
        self._history = history
        self._known: dict[str, TreeEntry | None] = {"": TreeEntry(TREE, tree)}

    def __getitem__(self, path: str) -> ContextEntry:
        if path == HISTORY and self._history is not None:
            return ContextEntry(file_mode(0), self._history)
        found = self._look_up(path)
        if found is None or found.mode == TREE:
            raise KeyError(path)
        return _entry(found)

    def __iter__(self) -> Iterator[str]:
        if self._history is not None:
            yield HISTORY
        for path, _ in self._objects.files(self._tree):
            yield path

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_folder(self, path: str) -> bool:
        if path == parent(HISTORY):
            return self._history is not None
        found = self._look_up(path)
        return found is not None and found.mode == TREE

    def _look_up(self, path: str) -> TreeEntry | None:
        # From the next folder above that is known: trees are deep, and paths are asked about by the thousand.
        unknown: list[str] = []
        here = path
        while here not in self._known:
            unknown.append(here)
            here = parent(here)
        found = self._known[here]
        for below in reversed(unknown):
            found = self._objects.child(found, name(below))
            self._known[below] = found
        return found


def _entry(entry: TreeEntry) -> ContextEntry:
    if stat.S_ISLNK(entry.mode):
        return ContextEntry(_LINK, entry.id)
    return ContextEntry(file_mode(entry.mode), entry.id)


__all__ = ["CommitStates"]
