"""A commit or the index as a context: every entry with the size a fresh checkout gives it.

Turns a state into the same ContextTree that a walk makes of a checkout with umask 022, without
checking anything out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from ctxopt import wire
from ctxopt.checkout import checked_out_sizes
from ctxopt.errors import GitError
from ctxopt.git import Repository
from ctxopt.gitlisting import GITLINK, Listed
from ctxopt.tree import (
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
from ctxopt.walk import Policy, Reader, Task

_MTIME = 1_700_000_000
"""Seconds; git keeps no times, and any of our day takes as many bytes on the wire as a checkout's."""

_NEVER_ANCHOR = 1 << 62
"""Nothing is opened, so no path is too long to be read."""

_LINK = 0o120000


@dataclass(frozen=True, slots=True)
class StateEntry:
    """One file, link or submodule; ``size`` is in bytes, that of a link its target's length."""

    mode: int
    """As a fresh checkout has it: 0100644, 0100755, 0120777, or 040755 for a submodule."""
    blob: str
    size: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class GitState:
    """What a commit or the index holds below ``prefix``; paths are relative to that."""

    repository: Repository
    name: str
    """As people name it: the commit as they wrote it, or ``the index``."""
    commit: str | None
    """The id of the commit; None for the index, and for a HEAD without any commit."""
    prefix: str
    entries: Mapping[str, StateEntry]
    """Empty where the state has nothing at ``prefix``, or HEAD has no commit yet."""
    submodules: tuple[str, ...] = ()
    """Empty folders in a fresh checkout; what they hold is not measured."""
    pointers: frozenset[str] = frozenset()
    """Files that Git LFS keeps; they count with the size their pointer stands for."""
    inexact: tuple[str, ...] = ()
    """Files that a checkout rewrites in ways that are not followed; they count with git's size."""
    is_index: bool = False

    @property
    def blobs(self) -> dict[str, str]:
        """The id of each file's content, by path."""
        return {path: entry.blob for path, entry in self.entries.items() if entry.blob}


def read_state(
    repository: Repository, spec: str | None = None, prefix: str | None = None
) -> GitState:
    """Read the commit that ``spec`` names, or the index (None), below ``prefix``.

    ``prefix`` is relative to the top; None takes the folder the repository was found from. Raises
    GitError for an unknown commit, a merge conflict, or content that is not in this clone.
    """
    if prefix is None:
        prefix = repository.prefix
    if spec is None:
        commit, name = None, "the index"
        listed = repository.list_index(prefix)
        _refuse_conflicts(listed)
    else:
        commit, name = repository.resolve(spec), spec
        if commit is None:
            return GitState(repository, name, None, prefix, {})
        listed = repository.list_commit(commit, prefix)
    above = prefix + "/" if prefix else ""
    files = [entry for entry in listed if entry.mode not in (GITLINK, _LINK)]
    links = [entry for entry in listed if entry.mode == _LINK]
    sizes = repository.sizes({entry.id for entry in files} | {entry.id for entry in links})
    targets = {
        id_: os.fsdecode(content)
        for id_, content in repository.blobs({entry.id for entry in links})
    }
    changed = checked_out_sizes(repository, commit, above, files)
    entries = {}
    for mode, id_, path, _ in listed:
        if mode == GITLINK:
            entries[path] = StateEntry(0o040755, "", 0)
        elif mode == _LINK:
            entries[path] = StateEntry(0o120777, id_, sizes[id_], targets[id_])
        else:
            size = changed.sizes.get(path, sizes[id_])
            entries[path] = StateEntry(0o100755 if mode & 0o100 else 0o100644, id_, size)
    submodules = tuple(entry.path for entry in listed if entry.mode == GITLINK)
    return GitState(
        repository, name, commit, prefix, entries, submodules, changed.pointers, changed.inexact,
        is_index=spec is None,
    )  # fmt: skip


def _refuse_conflicts(listed: list[Listed]) -> None:
    conflicts = list(dict.fromkeys(entry.path for entry in listed if entry.stage))
    if conflicts:
        more = f" and {len(conflicts) - 1} more" if len(conflicts) > 1 else ""
        raise GitError(
            f"the index holds a merge conflict in {conflicts[0]!r}{more}",
            hint="resolve it and `git add` the file, or name a commit",
        )


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


def has_staged_changes(repository: Repository) -> bool:
    """Tell whether the index differs from HEAD; a bare repository has none."""
    if repository.bare:
        return False
    if repository.resolve("HEAD") is None:
        return bool(repository.run("ls-files", "-z", "--cached"))
    # What `git add -N` only announced is no change: a commit would not hold it.
    asked = ("--cached", "--ita-invisible-in-index", "--name-only", "-z", "HEAD")
    return bool(repository.run("diff-index", *asked))


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
