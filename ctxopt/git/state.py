"""A commit or the index as a context: every entry with the size a fresh checkout gives it.

Turns a state into the same ContextTree that a walk makes of a checkout with umask 022, without
checking anything out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ctxopt.errors import GitError
from ctxopt.git.checkout import checked_out_sizes
from ctxopt.git.listing import GITLINK, Listed
from ctxopt.git.repository import Repository
from ctxopt.units import and_more

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
    commit = None
    name = "the index"
    if spec is None:
        listed = repository.list_index(prefix)
        _refuse_conflicts(listed)
    else:
        name = spec
        commit = repository.resolve(spec)
        if commit is None:
            return GitState(repository, name, None, prefix, {})
        listed = repository.list_commit(commit, prefix)
    files = [entry for entry in listed if entry.mode not in (GITLINK, _LINK)]
    links = [entry for entry in listed if entry.mode == _LINK]
    changed = checked_out_sizes(repository, commit, prefix, files)
    return GitState(
        repository=repository,
        name=name,
        commit=commit,
        prefix=prefix,
        entries=_read_entries(repository, listed, changed.sizes, links),
        submodules=tuple(entry.path for entry in listed if entry.mode == GITLINK),
        pointers=changed.pointers,
        inexact=changed.inexact,
        is_index=spec is None,
    )


def _read_entries(
    repository: Repository,
    listed: list[Listed],
    changed: Mapping[str, int],
    links: list[Listed],
) -> dict[str, StateEntry]:
    """Return every entry as a checkout makes it; ``changed`` are the sizes that are not the blob's."""
    sizes = repository.sizes({entry.id for entry in listed if entry.mode != GITLINK})
    targets = {
        id_: os.fsdecode(content)
        for id_, content in repository.blobs({entry.id for entry in links})
    }
    entries = {}
    for mode, id_, path, _ in listed:
        if mode == GITLINK:
            entries[path] = StateEntry(0o040755, "", 0)
        elif mode == _LINK:
            entries[path] = StateEntry(0o120777, id_, sizes[id_], targets[id_])
        else:
            entries[path] = StateEntry(file_mode(mode), id_, changed.get(path, sizes[id_]))
    return entries


def file_mode(mode: int) -> int:
    """Return the mode that a fresh checkout gives a file."""
    # Git keeps one bit of nine, and old repositories hold modes that it would not write today.
    if mode & 0o100:
        return 0o100755
    return 0o100644


def _refuse_conflicts(listed: list[Listed]) -> None:
    conflicts = list(dict.fromkeys(entry.path for entry in listed if entry.stage))
    if conflicts:
        more = and_more(len(conflicts) - 1)
        raise GitError(
            f"the index holds a merge conflict in {conflicts[0]!r}{more}",
            hint="resolve it and `git add` the file, or name a commit",
        )


def has_staged_changes(repository: Repository) -> bool:
    """Tell whether the index differs from HEAD; a bare repository has none."""
    if repository.bare:
        return False
    if repository.resolve("HEAD") is None:
        return bool(repository.run("ls-files", "-z", "--cached"))
    # What `git add -N` only announced is no change: a commit would not hold it.
    asked = ("--cached", "--ita-invisible-in-index", "--name-only", "-z", "HEAD")
    return bool(repository.run("diff-index", *asked))
