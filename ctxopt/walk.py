"""Read the context root once: every folder Docker's client would read, as a ContextTree.

One process reads a small tree; ``crowd`` lets several read a large one. Whatever cannot be read
becomes a WalkError, never an exception. Only this module stats what is in a context.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ctxopt import wire
from ctxopt.matcher import Decision, Matcher, Scope
from ctxopt.tree import (
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
    WalkError,
)

_KINDS = bytearray(b"f" * 16)
for _type, _kind in (
    (stat.S_IFREG, FILE), (stat.S_IFDIR, DIR), (stat.S_IFLNK, SYMLINK), (stat.S_IFIFO, FIFO),
    (stat.S_IFSOCK, SOCKET), (stat.S_IFCHR, CHAR), (stat.S_IFBLK, BLOCK),
):  # fmt: skip
    _KINDS[_type >> 12] = _kind

_ANCHOR_EVERY = 3_000
"""Bytes of a path from which on it is read through an open folder: the kernel takes 4,095."""

_NINE_BYTE_MTIMES = (72_057_595, 9_223_372_035)
"""Seconds between which nanoseconds since 1970 take nine varint bytes: March 1972 to 2262."""

_SIZE_FIELD = [wire.number_field((1 << bits) - 1) for bits in range(65)]
"""Bytes of the size field by the bit length of the size."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which folders a walk enters."""

    matcher: Matcher
    prunes: Callable[[str], bool]
    """Whether the client skips this excluded folder."""
    enter_pruned: bool = False
    """Whether to read what Docker's client would not, to know its size."""
    takes_sockets: bool = True
    """Whether the client sends sockets; the classic one complains and goes on without them."""


@dataclass(frozen=True, slots=True)
class Task:
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
        self._mode_fields: dict[int, int] = {}
        self._anchors: list[int] = []
        self._uid = os.geteuid()

    def close(self) -> None:
        """Close the folders held open for deep paths."""
        while self._anchors:
            os.close(self._anchors.pop())

    def read(self, task: Task) -> tuple[Folder, list[Task]] | None:
        """Read one folder: the folder, and those below it to read next; None if unreadable."""
        location = task.anchor + task.path[task.below :]
        try:
            if self._here:
                os.chdir(location)
            names = os.listdir(None if self._here else location)
        except FileNotFoundError:
            return None  # it vanished; Docker's walk skips it, too
        except OSError as error:
            self._report(task.path, error)
            return None
        prefix = "" if self._here else location.removesuffix("/") + "/"
        names, stats = self._stat(task.path, prefix, names)
        if not names:
            return Folder(task.path, "", b"", array("q"), array("I")), []
        return self._folder(task, prefix, names, stats)

    def _report(self, path: str, error: OSError) -> None:
        self._error(WalkError(path, error.strerror or str(error)))

    def _stat(
        self, folder: str, prefix: str, names: list[str]
    ) -> tuple[list[str], list[os.stat_result]]:
        """Sort the names by their bytes and stat each; those that cannot be are reported."""
        names.sort(key=None if "".join(names).isascii() else os.fsencode)
        paths = [prefix + name for name in names] if prefix else names
        try:
            return names, list(map(os.lstat, paths))
        except OSError:
            pass
        found: dict[str, os.stat_result] = {}
        for name, path in zip(names, paths, strict=True):
            try:
                found[name] = os.lstat(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._report(f"{folder}/{name}" if folder else name, error)
        return list(found), list(found.values())

    def _folder(
        self, task: Task, prefix: str, names: list[str], stats: list[os.stat_result]
    ) -> tuple[Folder, list[Task]]:
        modes, inodes, _, links, _, _, sizes, _, mtimes, _ = zip(*stats, strict=True)
        kinds = bytes(_KINDS[mode >> 12] for mode in modes)
        plain = kinds.count(FILE) == len(kinds)
        if not plain:
            sizes = tuple(
                size if kind in (FILE, SYMLINK) else 0
                for kind, size in zip(kinds, sizes, strict=True)
            )
        packets = self._packets(task.path, names, modes, sizes, mtimes, stats)
        flags, decisions = self._decide(task.scope, names)
        if not self.policy.takes_sockets and SOCKET in kinds:
            flags = flags or bytearray(len(names))
            for index, kind in enumerate(kinds):
                flags[index] |= Flag.EXCLUDED if kind == SOCKET else 0
        flags = self._mark_unreadable(prefix, names, modes, kinds, flags)
        targets, odd = self._details(task.path, prefix, names, kinds, mtimes, packets, stats, plain)
        hard = None
        if max(links) > 1:
            hard = array(
                "Q",
                (
                    inode if count > 1 and kind not in (DIR, SYMLINK) else 0
                    for inode, count, kind in zip(inodes, links, kinds, strict=True)
                ),
            )
        folder = Folder(
            task.path, "/".join(names), kinds, array("q", sizes), array("I", packets),
            bytes(flags) if flags else None, targets, hard if hard and any(hard) else None, odd,
        )  # fmt: skip
        return folder, [] if plain else self._below(task, names, kinds, decisions)

    def _packets(
        self,
        folder: str,
        names: list[str],
        modes: tuple[int, ...],
        sizes: tuple[int, ...],
        mtimes: tuple[int, ...],
        stats: list[os.stat_result],
    ) -> list[int]:
        """The announcement of each entry, before link targets and extended attributes."""
        fields = self._mode_fields
        for mode in set(modes):
            if mode not in fields:
                fields[mode] = wire.number_field(wire.go_mode(mode))
        above = len(os.fsencode(folder)) + 1 if folder else 0
        lengths = (
            [above + len(name) for name in names]
            if "".join(names).isascii()
            else [above + len(os.fsencode(name)) for name in names]
        )
        low, high = _NINE_BYTE_MTIMES
        if low <= min(mtimes) and max(mtimes) <= high and max(lengths) < 128:
            bodies = [
                fields[mode] + _SIZE_FIELD[size.bit_length()] + length + 12
                for mode, size, length in zip(modes, sizes, lengths, strict=True)
            ]
            if max(bodies) < 128:
                return [body + 2 for body in bodies]
        else:
            bodies = [
                fields[info.st_mode]
                + wire.number_field(size)
                + wire.text_field(length)
                + wire.number_field(info.st_mtime_ns)
                for info, size, length in zip(stats, sizes, lengths, strict=True)
            ]
        return list(map(wire.packet, bodies))

    def _decide(
        self, scope: Scope | None, names: list[str]
    ) -> tuple[bytearray | None, tuple[Decision | None, dict[str, Decision]]]:
        """The flags of the names, and their decisions: the default one and the others."""
        if scope is None:
            return bytearray([Flag.EXCLUDED]) * len(names), (None, {})
        others = scope.decide(names)
        if len(others) == len(names):
            default = None
            flag = 0
        else:
            default = scope.default
            flag = self._flag(default)
        flagged = {name: self._flag(decision) for name, decision in others.items()}
        if not flag and not any(flagged.values()):
            return None, (default, others)
        return bytearray(flagged.get(name, flag) for name in names), (default, others)

    def _flag(self, decision: Decision) -> int:
        if decision.excluded:
            return Flag.EXCLUDED
        return Flag.REFUSED if self.policy.matcher.refuses(decision) else 0

    def _mark_unreadable(
        self,
        prefix: str,
        names: list[str],
        modes: tuple[int, ...],
        kinds: bytes,
        flags: bytearray | None,
    ) -> bytearray | None:
        """Flag kept files that cannot be opened. Files that anyone may read are not asked about."""
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
        plain: bool,
    ) -> tuple[dict[str, str] | None, dict[str, Oddity] | None]:
        """Read link targets and extended attributes, add them to ``packets``, and note oddities."""
        targets: dict[str, str] = {}
        capabilities: dict[str, int] = {}
        extra: dict[int, int] = {}
        if not plain:
            for index, kind in enumerate(kinds):
                if kind == SYMLINK:
                    targets[names[index]] = target = self._readlink(folder, prefix, names[index])
                    extra[index] = wire.text_field(len(os.fsencode(target)))
                elif kind in (CHAR, BLOCK):
                    device = stats[index].st_rdev
                    extra[index] = wire.number_field(os.major(device) & 0xFFF)
                    extra[index] += wire.number_field(os.minor(device))
        for index in self._with_attributes(prefix, names, kinds, plain):
            fields, capability = _attributes(prefix + names[index])
            extra[index] = extra.get(index, 0) + fields
            if capability:
                capabilities[names[index]] = capability
        for index, length in extra.items():
            packets[index] = wire.packet(wire.stat_of_packet(packets[index]) + length)
        odd = {name: Oddity(capability=size) for name, size in capabilities.items()}
        if min(mtimes) < 0 or max(mtimes) >= 8**11:
            for name, mtime in zip(names, mtimes, strict=True):
                if not 0 <= mtime < 8**11:
                    odd[name] = Oddity(mtime, capabilities.get(name, 0))
        return targets or None, odd or None

    def _readlink(self, folder: str, prefix: str, name: str) -> str:
        try:
            return os.readlink(prefix + name)
        except OSError as error:
            self._report(f"{folder}/{name}" if folder else name, error)
            return ""

    def _with_attributes(
        self, prefix: str, names: list[str], kinds: bytes, plain: bool
    ) -> list[int]:
        """The places of the entries that have extended attributes; usually none has."""
        if _listxattr is None:
            return []
        listing = _listxattr
        paths = [prefix + name for name in names] if prefix else names
        if not plain and SYMLINK in kinds:
            listing = partial(_listxattr, follow_symlinks=False)
        try:
            if not any(map(listing, paths)):
                return []
        except OSError:
            pass
        return [index for index, path in enumerate(paths) if _attribute_names(path)]

    def _below(
        self,
        task: Task,
        names: list[str],
        kinds: bytes,
        decisions: tuple[Decision | None, dict[str, Decision]],
    ) -> list[Task]:
        """The folders to read next, last one first: the caller's list is a stack."""
        default, others = decisions
        above = task.path + "/" if task.path else ""
        found = []
        anchor, below = task.anchor, task.below
        if len(os.fsencode(above)) - below > _ANCHOR_EVERY:
            anchor, below = self._anchor(task, above)
        for index, kind in enumerate(kinds):
            if kind != DIR:
                continue
            name = names[index]
            path = above + name
            decision = others.get(name, default) if task.scope else None
            scope = None
            if (
                decision is not None
                and task.scope is not None
                and not (decision.excluded and self.policy.prunes(path))
            ):
                scope = task.scope.enter(name, decision)
            if scope is not None or self.policy.enter_pruned:
                found.append(Task(path, scope, anchor, below))
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


_listxattr = getattr(os, "listxattr", None)


def _attribute_names(path: str) -> list[str]:
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:
        return []


def _attributes(path: str) -> tuple[int, int]:
    """The bytes of an entry's extended attributes on the wire, and of its capability in a tar.

    Source: tonistiigi/fsutil stat_unix.go loadXattr.
    """
    lengths = []
    capability = 0
    for name in _attribute_names(path):
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


def root_task(root: str, policy: Policy) -> Task:
    """Return the task every walk starts with."""
    return Task("", policy.matcher.root(), root + "/" if root != "/" else "/")


def stream(reader: Reader, root: str) -> Iterator[tuple[str, Folder, int, int]]:
    """Yield (path, folder, place, flag) in Docker's order while reading, one folder at a time."""
    first = reader.read(root_task(root, reader.policy))
    stack = [_visit(*first)] if first else []
    while stack:
        for path, folder, index, flag, task in stack[-1]:
            yield path, folder, index, flag
            if task is not None and (below := reader.read(task)):
                stack.append(_visit(*below))
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
