"""Folders read by the compiled reader: the same values as ``reader.Reader`` makes, sooner.

What differs is a folder that becomes a link while it is read: it is an error, and not followed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from types import ModuleType

from ctxopt.languages.ignore.matcher import Scope
from ctxopt.paths import join, name, parent
from ctxopt.tree.entry_source import Task
from ctxopt.tree.folder import Decider
from ctxopt.tree.model import DIR, SOCKET, Flag, Folder, Oddity, Tally, WalkError, tally
from ctxopt.tree.policy import Policy

_Columns = tuple[
    str, bytes, bytes, bytes, bytes | None, bytes | None, dict[str, str] | None,
    dict[str, tuple[int, int]] | None, list[tuple[str, int]] | None, tuple[int, ...],
]  # fmt: skip
"""Names with a slash between them, kinds, sizes, packets, inodes, flags of unreadable files, targets of
links, oddities, errors by number, and the fields of the Tally that the folder has without flags."""

_Read = tuple[Folder, Tally, list[Task], bool]

RawTexts = tuple[tuple[bytes, ...], ...]
"""Whole names, starts, ends and parts of names; empty where no name matters."""

_NO_TEXTS: RawTexts = ((), (), (), ())
_NO_TASKS: list[Task] = []

_BATCH = 20_000
"""Entries that are read before Python takes them over: about a tenth of a second."""


class NativeReader:
    """Reads folders by descriptors below the root; ``on_error`` is told what cannot be read."""

    def __init__(
        self, functions: ModuleType, policy: Policy, on_error: Callable[[WalkError], None]
    ) -> None:
        self.policy = policy
        self._functions = functions
        self._quiet: dict[Scope, RawTexts | None] = {}
        self._error = on_error
        self._decider = Decider(policy)
        # Whoever may read everything is never refused, and need not be asked about.
        self._tries_access = os.geteuid() != 0
        self._root = -1
        self._hidden: dict[str, tuple[bytes, ...]] = {}
        for path in policy.unseen:
            above = parent(path)
            self._hidden[above] = (*self._hidden.get(above, ()), os.fsencode(name(path)))

    def close(self) -> None:
        """Close the root."""
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    def read(self, task: Task) -> tuple[Folder, Tally, list[Task]] | None:
        """Read one folder: itself, its own sums, and what to read next; None if unreadable."""
        path = task.path
        try:
            columns = self._functions.read(
                self._opened(task),
                os.fsencode(path),
                self._tries_access,
                self._hidden.get(path, ()),
            )
        except FileNotFoundError:
            return None  # it vanished; Docker's walk skips it, too
        except OSError as error:
            self._error(WalkError(path, error.strerror or str(error)))
            return None
        return self._decided(task, columns)

    def quiet(self, task: Task) -> RawTexts | None:
        """Return the texts without which the names in a folder and below it mean nothing to the patterns.

        None where any name may mean something, or where that folder is to be read alone.
        """
        scope = task.scope
        if self._hidden:
            return None
        if scope is None:
            return ()
        if scope not in self._quiet:
            self._quiet[scope] = self._texts_of(scope)
        return self._quiet[scope]

    def _texts_of(self, scope: Scope) -> RawTexts | None:
        texts = scope.texts
        if texts is None or self._decider.flag(scope.default):
            return None
        # No name holds this byte: it stands for all names that hold none of the texts.
        if scope.enter("\0", scope.default) is not scope:
            return None
        return tuple(tuple(map(os.fsencode, each)) for each in texts)

    def read_below(
        self, tasks: list[Task], texts: RawTexts, threads: int
    ) -> tuple[list[_Read], list[Task], list[tuple[str, int, int]]]:
        """Read folders of one scope that is ``quiet``, and much of what is below them, by several threads.

        Returns what ``read`` does of each folder, with whether its files are among the counted types;
        the tasks that are left; and extensions with bytes and files.
        """
        first = tasks[0]
        flag = 0
        if first.scope is None:
            flag = Flag.EXCLUDED
        folders, rest, types = self._functions.read_below(
            self._opened(first),
            tuple(os.fsencode(task.path) for task in tasks),
            texts or _NO_TEXTS,
            threads,
            (self._tries_access, self.policy.takes_sockets, flag, _BATCH),
        )
        left = [first._replace(path=os.fsdecode(path)) for path in rest]
        found: list[_Read] = []
        for path, *more in folders:
            if len(more) == 1:
                if more[0] != errno.ENOENT:
                    self._error(WalkError(path, os.strerror(more[0])))
                continue
            is_plain, columns = more
            if not is_plain:
                found.append((*self._decided(first._replace(path=path), columns), False))
                continue
            joined, kinds, sizes, packets, inodes, _, links, odd, failures, sums = columns
            if odd or failures:
                self._report(path, failures)
                odd = _oddities(odd)
            flags = None
            if flag:
                flags = bytes((flag,)) * len(kinds)
            folder = Folder(path, joined, kinds, sizes, packets, flags, links, inodes, odd)
            found.append((folder, Tally(*sums), _NO_TASKS, True))
        return found, left, types

    def _opened(self, task: Task) -> int:
        if self._root < 0:
            self._root = os.open(task.anchor, os.O_RDONLY | os.O_DIRECTORY)
        return self._root

    def _decided(self, task: Task, columns: _Columns) -> tuple[Folder, Tally, list[Task]]:
        """The folder of what was read, with what the patterns say of its names."""
        path = task.path
        joined, kinds, sizes, packets, inodes, unreadable, links, odd, failures, sums = columns
        self._report(path, failures)
        if not kinds:
            return Folder(path, "", b"", b"", b""), Tally(), []
        names = joined.split("/")
        flags, default, others = self._decider.decide(task.scope, names)
        if unreadable or (SOCKET in kinds and not self.policy.takes_sockets):
            flags = self._mark(kinds, unreadable, flags)
        kept = None
        if flags:
            kept = bytes(flags)
        # By position: keywords show in a call that is made once for every folder.
        folder = Folder(path, joined, kinds, sizes, packets, kept, links, inodes, _oddities(odd))
        below: list[Task] = []
        if DIR in kinds:
            below = self._decider.below(task, names, kinds, default, others)
        if kept:
            return folder, tally(folder, kept), below
        return folder, Tally(*sums), below

    def _report(self, folder: str, failures: list[tuple[str, int]] | None) -> None:
        for failed, number in failures or ():
            self._error(WalkError(join(folder, failed), os.strerror(number)))

    def _mark(
        self, kinds: bytes, unreadable: bytes | None, flags: bytearray | None
    ) -> bytearray | None:
        """Flag sockets that the client leaves out, and files that are tried and cannot be opened."""
        marked = flags or bytearray(len(kinds))
        if not self.policy.takes_sockets:
            for index, kind in enumerate(kinds):
                if kind == SOCKET:
                    marked[index] |= Flag.EXCLUDED
        for index, flag in enumerate(unreadable or b""):
            if flag and (self.policy.tries_excluded or not marked[index] & Flag.EXCLUDED):
                marked[index] |= flag
        if flags is None and not any(marked):
            return None
        return marked


def _oddities(odd: dict[str, tuple[int, int]] | None) -> dict[str, Oddity] | None:
    if not odd:
        return None
    return {name: Oddity(*pair) for name, pair in odd.items()}
