"""Read the context root once: every folder Docker's client would read, as a ContextTree.

One process reads a small tree; ``crowd`` lets several read a large one. Whatever cannot be read
becomes a WalkError, never an exception. Only this module stats what is in a context.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from ctxopt.languages.ignore.matcher import Decision, Scope
from ctxopt.tree import wire
from ctxopt.tree.model import (
    BLOCK,
    CHAR,
    DIR,
    FIFO,
    FILE,
    SOCKET,
    SYMLINK,
    Flag,
    Folder,
    Oddity,
    Tally,
    WalkError,
    add_data,
    tally,
)
from ctxopt.tree.policy import Policy

_KINDS = bytes.maketrans(
    bytes(
        kind >> 12
        for kind in (
            stat.S_IFREG,
            stat.S_IFDIR,
            stat.S_IFLNK,
            stat.S_IFIFO,
            stat.S_IFSOCK,
            stat.S_IFCHR,
            stat.S_IFBLK,
        )
    ),
    bytes((FILE, DIR, SYMLINK, FIFO, SOCKET, CHAR, BLOCK)),
)

_SIZED = bytes((FILE, SYMLINK))
"""Kinds whose size counts."""

_UNDETAILED = frozenset((FILE, DIR, FIFO, SOCKET))
"""Kinds of which nothing but the stat and extended attributes is sent."""

_ANCHOR_EVERY = 3_000
"""Bytes of a path from which on it is read through an open folder: the kernel takes 4,095."""

_NINE_BYTE_MTIMES = (72_057_595, 9_223_372_035)
"""Seconds between which nanoseconds since 1970 take nine varint bytes: March 1972 to 2262."""

_SHORT_PACKET = 14
"""What a short packet adds to the fields of mode and size and to the path: 2 bytes for itself, 2
for the path's field and 10 for a nine-byte mtime."""

_LONG_PACKET = 130
"""Bytes of a packet from which on its own length takes a second byte."""

_LONG_PATH = 16_000
"""Bytes of a folder's path from which on lengths may take a third byte."""

_SIZE_FIELD = [wire.number_field((1 << bits) - 1) for bits in range(65)]
"""Bytes of the size field by the bit length of the size."""


class Task(NamedTuple):
    """A folder still to be read; ``scope`` is None below a folder that the client skips."""

    path: str
    scope: Scope | None
    anchor: str
    """What to put before the path from ``below`` on to reach it on disk."""
    below: int = 0
    """How much of the path the anchor stands for, the slash included."""


class Reader:
    """Reads folders; ``here`` lets it change the working directory, which is faster.

    ``on_error`` is told of everything that cannot be read.
    """

    def __init__(
        self, policy: Policy, on_error: Callable[[WalkError], None], *, here: bool = False
    ) -> None:
        self.policy = policy
        self._error = on_error
        self._here = here
        self._mode_fields = _ModeFields()
        self._anchors: list[int] = []
        self._uid = os.geteuid()

    def close(self) -> None:
        """Close the folders held open for deep paths."""
        while self._anchors:
            os.close(self._anchors.pop())

    def read(self, task: Task) -> tuple[Folder, Tally, list[Task]] | None:
        """Read one folder: itself, its own sums, and what to read next; None if unreadable."""
        location = task.anchor + task.path[task.below :]
        try:
            if self._here:
                os.chdir(location)
                names = os.listdir()
            else:
                names = os.listdir(location)
        except FileNotFoundError:
            return None  # it vanished; Docker's walk skips it, too
        except OSError as error:
            self._report(task.path, error)
            return None
        joined = "/".join(names)
        ascii_only = joined.isascii()
        names.sort(key=None if ascii_only else os.fsencode)
        prefix = "" if self._here else location.removesuffix("/") + "/"
        try:
            stats = list(map(os.lstat, [prefix + name for name in names] if prefix else names))
        except OSError:
            names, stats = self._stat_each(task.path, prefix, names)
        if not names:
            return Folder(task.path, "", b"", b"", b""), Tally(), []
        return self._folder(task, prefix, names, stats, ascii_only)

    def _report(self, path: str, error: OSError) -> None:
        self._error(WalkError(path, error.strerror or str(error)))

    def _stat_each(
        self, folder: str, prefix: str, names: list[str]
    ) -> tuple[list[str], list[os.stat_result]]:
        """Stat the names one by one, leaving out the vanished and reporting the others."""
        found: dict[str, os.stat_result] = {}
        for name in names:
            try:
                found[name] = os.lstat(prefix + name)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._report(f"{folder}/{name}" if folder else name, error)
        return list(found), list(found.values())

    def _folder(
        self,
        task: Task,
        prefix: str,
        names: list[str],
        stats: list[os.stat_result],
        ascii_only: bool,
    ) -> tuple[Folder, Tally, list[Task]]:
        modes, inodes, _, links, _, _, sizes, _, mtimes, _ = zip(*stats, strict=True)
        kinds = bytes([mode >> 12 for mode in modes]).translate(_KINDS)
        files = kinds.count(FILE)
        plain = files == len(kinds)
        contents = sizes
        if not plain:
            contents = tuple(
                [size for kind, size in zip(kinds, sizes, strict=True) if kind == FILE]
            )
            if files + kinds.count(SYMLINK) < len(kinds):
                sizes = tuple(
                    [size if kind in _SIZED else 0 for kind, size in zip(kinds, sizes, strict=True)]
                )
        packets = self._packets(task.path, names, ascii_only, modes, sizes, mtimes, stats)
        flags, default, others = self._decide(task.scope, names)
        if self._uid or SOCKET in kinds:
            flags = self._mark(prefix, names, modes, kinds, flags)
        targets = odd = hard = None
        if (
            (not plain and not _UNDETAILED.issuperset(kinds))
            or _far(mtimes)
            or self._has_attributes(prefix, names)
        ):
            targets, odd = self._details(task.path, prefix, names, kinds, mtimes, packets, stats)
        if max(links) > 1:
            hard = _hard_links(inodes, links, kinds)
        folder = Folder(
            task.path, "/".join(names), kinds, array("q", sizes).tobytes(),
            array("I", packets).tobytes(), bytes(flags) if flags else None, targets, hard, odd,
        )  # fmt: skip
        below = _NO_TASKS if DIR not in kinds else self._below(task, names, kinds, default, others)
        if flags:
            return folder, tally(folder, folder.flags), below
        sums = Tally(len(names), 0, 0, sum(packets))
        return folder, add_data(sums, contents, kinds.count(SOCKET)), below

    def _packets(
        self,
        folder: str,
        names: list[str],
        ascii_only: bool,
        modes: tuple[int, ...],
        sizes: tuple[int, ...],
        mtimes: tuple[int, ...],
        stats: list[os.stat_result],
    ) -> list[int]:
        """The announcement of each entry, before link targets and extended attributes."""
        fields = self._mode_fields
        above = (len(folder) if folder.isascii() else len(os.fsencode(folder))) + 1 if folder else 0
        low, high = _NINE_BYTE_MTIMES
        if ascii_only and low <= min(mtimes) and max(mtimes) <= high and above < _LONG_PATH:
            size_field = _SIZE_FIELD
            base = above + _SHORT_PACKET
            packets = [
                base + fields[mode] + size_field[size.bit_length()] + len(name)
                for mode, size, name in zip(modes, sizes, names, strict=True)
            ]
            if max(packets) < _LONG_PACKET:
                return packets
            if above >= 128:
                return [packet + 2 for packet in packets]
            return [
                _lengthened(packet, above + len(name))
                for packet, name in zip(packets, names, strict=True)
            ]
        return [
            wire.packet(
                fields[info.st_mode]
                + wire.number_field(size)
                + wire.text_field(above + len(os.fsencode(name)))
                + wire.number_field(info.st_mtime_ns)
            )
            for info, size, name in zip(stats, sizes, names, strict=True)
        ]

    def _decide(
        self, scope: Scope | None, names: list[str]
    ) -> tuple[bytearray | None, Decision | None, dict[str, Decision]]:
        """The flags of the names, the decision about most of them, and those about the others."""
        if scope is None:
            return bytearray([Flag.EXCLUDED]) * len(names), None, {}
        others = scope.decide(names)
        if not others:
            most = scope.default
            flag = self._flag(most)
            return bytearray([flag]) * len(names) if flag else None, most, others
        default = scope.default if len(others) < len(names) else None
        flag = self._flag(default) if default else 0
        flagged = {name: self._flag(decision) for name, decision in others.items()}
        if not flag and not any(flagged.values()):
            return None, default, others
        return bytearray([flagged.get(name, flag) for name in names]), default, others

    def _flag(self, decision: Decision) -> int:
        if decision.excluded:
            return Flag.EXCLUDED
        return Flag.REFUSED if self.policy.matcher.refuses(decision) else 0

    def _mark(
        self,
        prefix: str,
        names: list[str],
        modes: tuple[int, ...],
        kinds: bytes,
        flags: bytearray | None,
    ) -> bytearray | None:
        """Flag sockets that the client leaves out, and kept files that cannot be opened.

        Files that anyone may read are not asked about.
        """
        if not self.policy.takes_sockets and SOCKET in kinds:
            flags = flags or bytearray(len(names))
            for index, kind in enumerate(kinds):
                flags[index] |= Flag.EXCLUDED if kind == SOCKET else 0
        if self._uid == 0 or all(mode & 0o444 == 0o444 for mode in modes):
            return flags
        for index, (name, mode) in enumerate(zip(names, modes, strict=True)):
            if (
                kinds[index] == FILE
                and mode & 0o444 != 0o444
                and not (flags and flags[index] & Flag.EXCLUDED)
                and not os.access(prefix + name, os.R_OK)
            ):
                flags = flags or bytearray(len(names))
                flags[index] |= Flag.UNREADABLE
        return flags

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
        """Read link targets and extended attributes, add them to ``packets``, and note oddities."""
        targets: dict[str, str] = {}
        extra: dict[int, int] = {}
        for index, kind in enumerate(kinds):
            if kind == SYMLINK:
                targets[names[index]] = target = self._readlink(folder, prefix, names[index])
                extra[index] = wire.text_field(len(os.fsencode(target)))
            elif kind in (CHAR, BLOCK):
                device = stats[index].st_rdev
                extra[index] = wire.number_field(os.major(device) & 0xFFF)
                extra[index] += wire.number_field(os.minor(device))
        odd: dict[str, Oddity] = {}
        for index, attributes in enumerate(_attribute_names(prefix, names)):
            capability = 0
            if attributes:
                fields, capability = _attributes(prefix + names[index], attributes)
                extra[index] = extra.get(index, 0) + fields
            if capability or not 0 <= mtimes[index] < 8**11:
                odd[names[index]] = Oddity(mtimes[index], capability)
        for index, length in extra.items():
            packets[index] = wire.packet(wire.stat_of_packet(packets[index]) + length)
        return targets or None, odd or None

    def _readlink(self, folder: str, prefix: str, name: str) -> str:
        try:
            return os.readlink(prefix + name)
        except OSError as error:
            self._report(f"{folder}/{name}" if folder else name, error)
            return ""

    def _has_attributes(self, prefix: str, names: list[str]) -> bool:
        """Whether any of these entries, none of them a link, may have extended attributes."""
        if _listxattr is None:
            return False
        try:
            return any(map(_listxattr, [prefix + name for name in names] if prefix else names))
        except OSError:
            return True

    def _below(
        self,
        task: Task,
        names: list[str],
        kinds: bytes,
        default: Decision | None,
        others: dict[str, Decision],
    ) -> list[Task]:
        """The folders to read next, last one first: the caller's list is a stack."""
        scope, policy = task.scope, self.policy
        above = task.path + "/" if task.path else ""
        anchor, below = task.anchor, task.below
        found = []
        index = kinds.find(DIR)
        if index >= 0 and len(above) - below > _ANCHOR_EVERY:
            anchor, below = self._anchor(task, above)
        while index >= 0:
            name = names[index]
            path = above + name
            inner = None
            if scope is not None:
                decision = others.get(name) or default
                if decision and not (decision.excluded and policy.prunes(path)):
                    inner = scope.enter(name, decision)
            if inner is not None or policy.enter_pruned:
                found.append(Task(path, inner, anchor, below))
            index = kinds.find(DIR, index + 1)
        found.reverse()
        return found

    def _anchor(self, task: Task, above: str) -> tuple[str, int]:
        """Open the folder of ``task`` and reach what is below through it."""
        location = task.anchor + task.path[task.below :]
        try:
            descriptor = os.open(location, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return task.anchor, task.below  # reading the children will report the reason
        self._anchors.append(descriptor)
        return f"/proc/self/fd/{descriptor}/", len(above)


_NO_TASKS: list[Task] = []


class _ModeFields(dict[int, int]):
    """Bytes of the mode field by ``st_mode``; a context has few different ones."""

    def __missing__(self, mode: int) -> int:
        found = self[mode] = wire.number_field(wire.go_mode(mode))
        return found


def _hard_links(inodes: tuple[int, ...], links: tuple[int, ...], kinds: bytes) -> bytes | None:
    numbers = [
        inode if count > 1 and kind not in (DIR, SYMLINK) else 0
        for inode, count, kind in zip(inodes, links, kinds, strict=True)
    ]
    return array("Q", numbers).tobytes() if any(numbers) else None


_listxattr = getattr(os, "listxattr", None)
_list_own_attributes = partial(_listxattr or str, follow_symlinks=False)


def _attribute_names(prefix: str, names: list[str]) -> list[list[str]]:
    """The names of every entry's extended attributes; none where they cannot be read."""
    if _listxattr is None:
        return [[]] * len(names)
    paths = [prefix + name for name in names] if prefix else names
    try:
        return list(map(_list_own_attributes, paths))
    except OSError:
        return [_attribute_names_of(path) for path in paths]


def _attribute_names_of(path: str) -> list[str]:
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:
        return []


def _attributes(path: str, names: list[str]) -> tuple[int, int]:
    """The bytes of an entry's extended attributes on the wire, and of its capability in a tar.

    Source: tonistiigi/fsutil stat_unix.go loadXattr.
    """
    lengths = []
    capability = 0
    for name in names:
        if name.startswith("com.apple."):
            continue
        try:
            value = os.getxattr(path, name, follow_symlinks=False)
        except OSError:
            continue
        lengths.append((len(os.fsencode(name)), len(value)))
        if name == "security.capability":
            capability = min(len(value), 20)
    return wire.xattr_fields(lengths), capability


def _lengthened(packet: int, path: int) -> int:
    """A packet with the bytes that a path of ``path`` bytes adds to the lengths in it."""
    packet += path >= 128
    return packet + (packet >= _LONG_PACKET)


def _far(mtimes: tuple[int, ...]) -> bool:
    """Whether a tar header cannot hold one of these times."""
    return min(mtimes) < 0 or max(mtimes) >= 8**11


def root_task(root: str, policy: Policy) -> Task:
    """Return the task every walk starts with."""
    return Task("", policy.matcher.root(), root + "/" if root != "/" else "/")


def stream(reader: Reader, root: str) -> Iterator[tuple[str, Folder, int, int]]:
    """Yield (path, folder, place, flag) in Docker's order while reading, one folder at a time."""
    first = reader.read(root_task(root, reader.policy))
    stack = [_visit(first[0], first[2])] if first else []
    while stack:
        for path, folder, index, flag, task in stack[-1]:
            yield path, folder, index, flag
            if task is not None and (below := reader.read(task)):
                stack.append(_visit(below[0], below[2]))
                break
        else:
            stack.pop()


def _visit(
    folder: Folder, below: list[Task]
) -> Iterator[tuple[str, Folder, int, int, Task | None]]:
    tasks = {task.path: task for task in below}
    for index, name in enumerate(folder.names):
        path = folder.child(name)
        yield path, folder, index, folder.flags[index] if folder.flags else 0, tasks.get(path)


__all__ = ["Policy", "Reader", "Task", "root_task", "stream"]
