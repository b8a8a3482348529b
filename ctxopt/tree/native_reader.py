"""Folders read by the compiled reader: the same values as ``reader.Reader`` makes, sooner.

What differs is a folder that becomes a link while it is read: it is an error, and not followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType

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


class NativeReader:
    """Reads folders by descriptors below the root; ``on_error`` is told what cannot be read."""

    def __init__(
        self, functions: ModuleType, policy: Policy, on_error: Callable[[WalkError], None]
    ) -> None:
        self.policy = policy
        self._columns: Callable[[int, bytes, bool, tuple[bytes, ...]], _Columns] = functions.read
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
            if self._root < 0:
                self._root = os.open(task.anchor, os.O_RDONLY | os.O_DIRECTORY)
            columns = self._columns(
                self._root, os.fsencode(path), self._tries_access, self._hidden.get(path, ())
            )
        except FileNotFoundError:
            return None  # it vanished; Docker's walk skips it, too
        except OSError as error:
            self._error(WalkError(path, error.strerror or str(error)))
            return None
        joined, kinds, sizes, packets, inodes, unreadable, links, odd, failures, sums = columns
        for failed, number in failures or ():
            self._error(WalkError(join(path, failed), os.strerror(number)))
        if not kinds:
            return Folder(path, "", b"", b"", b""), Tally(), []
        names = joined.split("/")
        flags, default, others = self._decider.decide(task.scope, names)
        if unreadable or (SOCKET in kinds and not self.policy.takes_sockets):
            flags = self._mark(kinds, unreadable, flags)
        kept = None
        if flags:
            kept = bytes(flags)
        oddities = None
        if odd:
            oddities = {name: Oddity(*pair) for name, pair in odd.items()}
        # By position: keywords show in a call that is made once for every folder.
        folder = Folder(path, joined, kinds, sizes, packets, kept, links, inodes, oddities)
        below: list[Task] = []
        if DIR in kinds:
            below = self._decider.below(task, names, kinds, default, others)
        if kept:
            return folder, tally(folder, kept), below
        return folder, Tally(*sums), below

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
