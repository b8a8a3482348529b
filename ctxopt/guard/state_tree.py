"""The tree of a state of git, as a checkout of it would be measured; no file is read from the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence

from ctxopt.git.state import GitState
from ctxopt.paths import join
from ctxopt.tree.entry_source import Attributes, Task
from ctxopt.tree.folder import FolderBuilder
from ctxopt.tree.model import ContextTree, Flag, Folder, Tally, Types, WalkError, count_types
from ctxopt.tree.policy import Policy

_MTIME = 1_700_000_000
"""Seconds; git keeps no times, and any of our day takes as many bytes on the wire as a checkout's."""


def state_tree(state: GitState, policy: Policy) -> ContextTree:
    """Return what a walk under ``policy`` would make of a fresh checkout of ``state``.

    Submodules that are sent are in its errors, since what is below them is in no sum. Raises
    IgnoreFileError where Docker's walk fails on a pattern.
    """
    reader = _StateReader(state, policy)
    folders: dict[str, Folder] = {}
    tallies: dict[str, Tally] = {}
    types: Types = {}
    walked = 0
    stack = [Task("", policy.matcher.root(), "")]
    while stack:
        folder, sums, below = reader.read(stack.pop())
        folders[folder.path] = folder
        tallies[folder.path] = sums
        if sums.files:
            count_types(types, folder, folder.flags)
        walked += len(folder.kinds)
        stack += below
    errors = [
        WalkError(path, "a submodule: what it holds is not measured")
        for path in sorted(state.submodules, key=os.fsencode)
        if path in folders and _is_kept(folders, path)
    ]
    errors += [
        WalkError(path, "git rewrites it on checkout: its size there is not known")
        for path in state.inexact
        if path.rpartition("/")[0] in folders and _is_kept(folders, path)
    ]
    root = state.repository.top
    if state.prefix:
        root = os.path.join(root, state.prefix)
    return ContextTree(
        root=root,
        folders=folders,
        errors=tuple(errors),
        walked=walked,
        tallies=tallies,
        types=types,
    )


class StateLinks:
    """The links of a state, where a walk would ask the disk; raises OSError as that does."""

    def __init__(self, state: GitState) -> None:
        self._entries = state.entries
        self._names: dict[str, set[str]] = {}

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        if not self._names:
            for path in self._entries:
                while path:
                    above, _, name = path.rpartition("/")
                    names = self._names.setdefault(above, set())
                    if name in names:
                        break
                    names.add(name)
                    path = above
        return list(self._names.get(folder, ()))

    def target(self, path: str) -> str:
        """Return what a link points to."""
        entry = self._entries.get(path)
        if entry is None or not entry.link:
            raise FileNotFoundError(path)
        return entry.link


def _is_kept(folders: Mapping[str, Folder], path: str) -> bool:
    above, _, name = path.rpartition("/")
    folder = folders[above]
    return not (folder.flags and folder.flags[folder.names.index(name)] & Flag.EXCLUDED)


class _StateSource:
    """What stats do not tell about the entries of a state; an EntrySource that opens nothing."""

    checks_access = False

    def __init__(self, state: GitState) -> None:
        self._entries = state.entries

    def is_readable(self, path: str) -> bool:
        """Tell that git's checkout of ``path`` can be opened."""
        del path
        return True

    def link_target(self, folder: str, prefix: str, name: str) -> str:
        """Return what a link points to."""
        del prefix
        return self._entries[join(folder, name)].link

    def has_attributes(self, prefix: str, names: list[str]) -> bool:
        """Tell that git keeps no extended attributes."""
        del prefix, names
        return False

    def attributes(self, prefix: str, names: list[str]) -> Sequence[tuple[int, Attributes]]:
        """Return nothing: git keeps no extended attributes."""
        del prefix, names
        return ()

    def anchor(self, task: Task, above: str) -> tuple[str, int]:
        """Return the anchor of ``task``: nothing is opened, so no path is too long."""
        del above
        return task.anchor, task.below


class _StateReader:
    """Reads folders of a state as the walk's reader reads those of a disk."""

    def __init__(self, state: GitState, policy: Policy) -> None:
        self._build = FolderBuilder(policy, _StateSource(state)).build
        self._children = _children_of(state)

    def read(self, task: Task) -> tuple[Folder, Tally, list[Task]]:
        """Read one folder of the state; there always is one."""
        found = self._children[task.path]
        if not found:
            return Folder(task.path, "", b"", b"", b""), Tally(), []
        ascii_only = "".join(found).isascii()
        names = sorted(found, key=os.fsencode)
        return self._build(task, "", names, [found[name] for name in names], ascii_only)


def _children_of(state: GitState) -> dict[str, dict[str, os.stat_result]]:
    """Return the stats of a checkout's entries, by folder and name."""
    children: dict[str, dict[str, os.stat_result]] = {"": {}}
    # Files of one mode and size differ in nothing that is measured, so one stat does for all.
    stats: dict[tuple[int, int], os.stat_result] = {}
    for path, entry in state.entries.items():
        key = (entry.mode, entry.size)
        info = stats.get(key)
        if info is None:
            info = stats[key] = _stat_result(*key)
        folder, _, name = path.rpartition("/")
        if folder not in children:
            _add_folder(children, folder)
        children[folder][name] = info
    for path in state.submodules:
        children.setdefault(path, {})
    return children


def _add_folder(children: dict[str, dict[str, os.stat_result]], path: str) -> None:
    """Add a folder to those above it, which may be new, too."""
    while path not in children:
        children[path] = {}
        path, _, name = path.rpartition("/")
        if path not in children:
            _add_folder(children, path)
        children[path][name] = _FOLDER


def _stat_result(mode: int, size: int) -> os.stat_result:
    fields = (mode, 0, 0, 1, 0, 0, size, _MTIME, _MTIME, _MTIME)
    return os.stat_result(fields, {"st_mtime_ns": _MTIME * 10**9})


_FOLDER = _stat_result(stat.S_IFDIR | 0o755, 0)
