"""The tree of a state of git, as a checkout of it would be measured; no file is read from the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from ctxopt.git.state import GitState
from ctxopt.tree import wire
from ctxopt.tree.model import (
    SYMLINK,
    ContextTree,
    Flag,
    Folder,
    Oddity,
    Tally,
    Types,
    WalkError,
    count_types,
)
from ctxopt.tree.policy import Policy
from ctxopt.tree.reader import Reader, Task

_MTIME = 1_700_000_000
"""Seconds; git keeps no times, and any of our day takes as many bytes on the wire as a checkout's."""

_NEVER_ANCHOR = 1 << 62
"""Nothing is opened, so no path is too long to be read."""


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
    stack = [Task("", policy.matcher.root(), "", _NEVER_ANCHOR)]
    while stack:
        folder, sums, below = reader.read(stack.pop())
        folders[folder.path] = folder
        tallies[folder.path] = sums
        if sums.files:
            count_types(types, folder, folder.flags)
        walked += len(folder.kinds)
        stack += below
    repository = state.repository
    root = os.path.join(repository.top, state.prefix) if state.prefix else repository.top
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
    return ContextTree(root, folders, tuple(errors), walked, tallies, types)


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


class _StateReader(Reader):
    """The walk's reader, with a state in place of the disk: decisions and sizes stay the walk's."""

    def __init__(self, state: GitState, policy: Policy) -> None:
        super().__init__(policy, lambda _: None)
        self._entries = state.entries
        self._children: dict[str, dict[str, os.stat_result]] = {"": {}}
        stats: dict[tuple[int, int], os.stat_result] = {}
        children = self._children
        for path, entry in state.entries.items():
            key = (entry.mode, entry.size)
            info = stats.get(key)
            if info is None:
                info = stats[key] = _stat_result(*key)
            above, _, name = path.rpartition("/")
            if above not in children:
                self._add_folder(above)
            children[above][name] = info
        for path in state.submodules:
            children.setdefault(path, {})

    def _add_folder(self, path: str) -> None:
        while path not in self._children:
            self._children[path] = {}
            path, _, name = path.rpartition("/")
            if path not in self._children:
                self._add_folder(path)
            self._children[path][name] = _FOLDER

    def read(self, task: Task) -> tuple[Folder, Tally, list[Task]]:
        """Read one folder of the state; there always is one."""
        found = self._children[task.path]
        if not found:
            return Folder(task.path, "", b"", b"", b""), Tally(), []
        ascii_only = "".join(found).isascii()
        names = sorted(found, key=None if ascii_only else os.fsencode)
        return self._folder(task, "", names, [found[name] for name in names], ascii_only)

    def _has_attributes(self, prefix: str, names: list[str]) -> bool:
        del prefix, names
        return False

    def _details(
        self,
        folder: str,
        prefix: str,
        names: list[str],
        kinds: bytes,
        mtimes: tuple[int, ...],
        packets: list[int],
        stats: list[os.stat_result],
    ) -> tuple[dict[str, str] | None, dict[str, Oddity] | None]:
        del prefix, mtimes, stats
        targets: dict[str, str] = {}
        above = folder + "/" if folder else ""
        for index, kind in enumerate(kinds):
            if kind == SYMLINK:
                name = names[index]
                targets[name] = target = self._entries[above + name].link
                length = wire.text_field(len(os.fsencode(target)))
                packets[index] = wire.packet(wire.stat_of_packet(packets[index]) + length)
        return targets or None, None


def _stat_result(mode: int, size: int) -> os.stat_result:
    fields = (mode, 0, 0, 1, 0, 0, size, _MTIME, _MTIME, _MTIME)
    return os.stat_result(fields, {"st_mtime_ns": _MTIME * 10**9})


_FOLDER = _stat_result(stat.S_IFDIR | 0o755, 0)
