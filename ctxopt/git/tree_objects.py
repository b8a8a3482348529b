"""Read the trees of commits from git's objects, each once: what is where, and what changed. Opens no file of a checkout.

Paths are relative to the tree that is asked about. The id ``""`` stands for no tree at all.
Format: git/git tree-walk.c decode_tree_entry.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Self, TypeAlias

from ctxopt.errors import GitError
from ctxopt.git.command import read_object
from ctxopt.git.listing import TREE
from ctxopt.git.repository import Repository
from ctxopt.paths import join

_AT_ONCE: Final = 500
"""Ids that are asked for before an answer is read: all of them fit into a pipe."""


class TreeEntry(NamedTuple):
    """A file, link, submodule or folder of a tree."""

    mode: int
    id: str


TreeFolder: TypeAlias = Mapping[str, TreeEntry]
"""What one tree holds, by name."""
_NOTHING: Final[TreeFolder] = {}


class TreeObjects:
    """The trees of a repository; git runs as long as the ``with`` block does."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[str, TreeFolder] = {"": _NOTHING}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = self._repository.start_reader()
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is None:
            return
        with process:
            process.kill()
            # What was not written to a process that has ended is not wanted any more.
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()

    @property
    def number_read(self) -> int:
        """How many trees were read."""
        return len(self._known) - 1

    def of_commit(self, commit: str) -> str:
        """Return the id of a commit's tree; raises GitError where it is not in this clone."""
        (id_, content), *_ = self._ask([commit + "^{tree}"])
        self._known.setdefault(id_, _entries(content, id_))
        return id_

    def below(self, tree: str, folder: str) -> str:
        """Return the id of the tree at ``folder``; ``""`` where there is none."""
        if not folder:
            return tree
        entry = self.look_up(tree, folder)
        if entry is None or entry.mode != TREE:
            return ""
        return entry.id

    def look_up(self, tree: str, path: str) -> TreeEntry | None:
        """Return what is at ``path``; None where there is nothing."""
        entry: TreeEntry | None = TreeEntry(TREE, tree)
        for part in path.split("/"):
            entry = self.child(entry, part)
        return entry

    def child(self, folder: TreeEntry | None, name: str) -> TreeEntry | None:
        """Return what a folder holds by that name; None where it holds nothing, or is no folder."""
        if folder is None or folder.mode != TREE:
            return None
        return self._folder(folder.id).get(name)

    def changed_paths(self, before: str, after: str) -> list[str]:
        """Return the paths of the files, links and submodules in which two trees differ, in no order.

        A subtree that both have is not read. Raises GitError for a tree that is not in this clone.
        """
        found: list[str] = []
        stack = [("", before, after)]
        while stack:
            folder, one, other = stack.pop()
            if one == other:
                continue
            old, new = self._folder(one), self._folder(other)
            for name in old.keys() | new.keys():
                was, is_ = old.get(name), new.get(name)
                if was == is_:
                    continue
                path = join(folder, name)
                stack.append((path, _tree_of(was), _tree_of(is_)))
                if _is_file(was) or _is_file(is_):
                    found.append(path)
        return found

    def files(
        self, tree: str, enters: Callable[[str], bool] | None = None
    ) -> Iterator[tuple[str, TreeEntry]]:
        """Yield every file, link and submodule below a tree with its path; ``enters`` says of a folder whether it counts."""
        level = [("", tree)]
        while level:
            self._read_all([id_ for _, id_ in level])
            below: list[tuple[str, str]] = []
            for folder, id_ in level:
                for name, entry in self._known[id_].items():
                    path = join(folder, name)
                    if entry.mode != TREE:
                        yield path, entry
                    elif enters is None or enters(path):
                        below.append((path, entry.id))
            level = below

    def read_blob(self, id_: str) -> bytes:
        """Return the content of a blob; raises GitError where it is not in this clone."""
        (_, content), *_ = self._ask([id_])
        return content

    def _folder(self, tree: str) -> TreeFolder:
        found = self._known.get(tree)
        if found is None:
            self._read_all([tree])
            found = self._known[tree]
        return found

    def _read_all(self, trees: Sequence[str]) -> None:
        unknown = [id_ for id_ in dict.fromkeys(trees) if id_ not in self._known]
        for start in range(0, len(unknown), _AT_ONCE):
            for id_, content in self._ask(unknown[start : start + _AT_ONCE]):
                self._known[id_] = _entries(content, id_)

    def _ask(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the content of each object that is named."""
        process = self._process
        if process is None or process.stdin is None:
            raise GitError("git is not running: trees are read inside of a with block")
        # Where git has ended it says why, and answers nothing.
        with suppress(OSError):
            process.stdin.write("".join(f"{name}\n" for name in names).encode())
            process.stdin.flush()
        for name in names:
            yield read_object(process, name)


def _entries(content: bytes, id_: str) -> TreeFolder:
    # SHA-256 has longer ids; those in a tree are as long as its own.
    length = len(id_) // 2
    found = re.findall(rb"([0-7]+) ([^\0]+)\0(.{%d})" % length, content, re.DOTALL)
    return {os.fsdecode(name): TreeEntry(int(mode, 8), raw.hex()) for mode, name, raw in found}


def _tree_of(entry: TreeEntry | None) -> str:
    if entry is None or entry.mode != TREE:
        return ""
    return entry.id


def _is_file(entry: TreeEntry | None) -> bool:
    return entry is not None and entry.mode != TREE
