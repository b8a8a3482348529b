"""One folder's entries turned into a Folder: kinds, decisions, packet lengths, and what to read next.

Works on names and stats that its caller got; what they do not tell it asks of an EntrySource,
which is the disk or a state of git. Opens nothing itself.
"""

from __future__ import annotations

import os
import stat
from array import array
from typing import NamedTuple

from ctxopt.languages.ignore.matcher import Decision, Scope
from ctxopt.tree import wire
from ctxopt.tree.entry_source import EntrySource, Task
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

_FIRST_FAR_MTIME = 8**11
"""Seconds from which on a tar header cannot hold a time."""

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


class _Entries(NamedTuple):
    """The entries of one folder that has more to tell than its stats."""

    folder: str
    prefix: str
    names: list[str]
    kinds: bytes
    mtimes: tuple[int, ...]
    stats: list[os.stat_result]


class Decider:
    """What one policy says of the names of a folder: flags, and the folders to read next."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def decide(
        self, scope: Scope | None, names: list[str]
    ) -> tuple[bytearray | None, Decision | None, dict[str, Decision]]:
        """Return the flags of the names, the decision about most of them, and those about the others.

        Raises IgnoreFileError where Docker's walk fails on a pattern.
        """
        if scope is None:
            return bytearray([Flag.EXCLUDED]) * len(names), None, {}
        others = scope.decide(names)
        if not others:
            most = scope.default
            flag = self.flag(most)
            if not flag:
                return None, most, others
            return bytearray([flag]) * len(names), most, others
        # A default that no name follows must not be asked: a broken pattern fails when asked.
        default, flag = None, 0
        if len(others) < len(names):
            default = scope.default
            flag = self.flag(default)
        flagged = {name: self.flag(decision) for name, decision in others.items()}
        if not flag and not any(flagged.values()):
            return None, default, others
        return bytearray([flagged.get(name, flag) for name in names]), default, others

    def flag(self, decision: Decision) -> int:
        """Return the Flag that a decision means."""
        if decision.excluded:
            return Flag.EXCLUDED
        if self._policy.matcher.refuses(decision):
            return Flag.REFUSED
        return 0

    def below(
        self,
        task: Task,
        names: list[str],
        kinds: bytes,
        default: Decision | None,
        others: dict[str, Decision],
    ) -> list[Task]:
        """Return the folders to read next, last one first: the caller's list is a stack."""
        scope, policy = task.scope, self._policy
        above = ""
        if task.path:
            above = task.path + "/"
        anchor, below = task.anchor, task.below
        found = []
        index = kinds.find(DIR)
        # Finding the next folder among the kinds costs nothing for the files between two of them.
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


class FolderBuilder:
    """Turns listings into Folders under one policy; ``source`` knows what stats do not tell."""

    def __init__(self, policy: Policy, source: EntrySource) -> None:
        self._policy = policy
        self._source = source
        self._decider = Decider(policy)
        self._mode_fields = _ModeFields()

    def build(
        self,
        task: Task,
        prefix: str,
        names: list[str],
        stats: list[os.stat_result],
        ascii_only: bool,
    ) -> tuple[Folder, Tally, list[Task]]:
        """Return the folder of ``task``, its own sums, and what to read next, last one first.

        ``names`` are in Docker's order and not empty, ``stats`` are theirs.
        """
        # Columns instead of entries, and the common case first: most folders hold plain files
        # alone, and every test that is made once a folder instead of once an entry shows.
        source = self._source
        modes, inodes, _, links, _, _, sizes, _, mtimes, _ = zip(*stats, strict=True)
        kinds = bytes([mode >> 12 for mode in modes]).translate(_KINDS)
        plain = kinds.count(FILE) == len(kinds)
        contents = sizes
        if not plain:
            contents, sizes = _sizes_that_count(kinds, sizes)
        packets = self._packets(
            task.path, names, ascii_only, modes=modes, sizes=sizes, mtimes=mtimes, stats=stats
        )
        flags, default, others = self._decider.decide(task.scope, names)
        if source.checks_access or SOCKET in kinds:
            flags = self._mark(prefix, names, modes, kinds, flags)
        targets = odd = hard = None
        if (
            (not plain and not _UNDETAILED.issuperset(kinds))
            or _far(mtimes)
            or source.has_attributes(prefix, names)
        ):
            entries = _Entries(
                folder=task.path,
                prefix=prefix,
                names=names,
                kinds=kinds,
                mtimes=mtimes,
                stats=stats,
            )
            targets, odd = self._details(entries, packets)
        if max(links) > 1:
            hard = _hard_links(inodes, links, kinds)
        kept = None
        if flags:
            kept = bytes(flags)
        # By position: keywords show in a call that is made once for every folder.
        folder = Folder(
            task.path, "/".join(names), kinds, array("q", sizes).tobytes(),
            array("I", packets).tobytes(), kept, targets, hard, odd,
        )  # fmt: skip
        below = _NO_TASKS
        if DIR in kinds:
            near = self._anchored(task)
            below = self._decider.below(near, names, kinds, default, others)
        if kept:
            return folder, tally(folder, kept), below
        sums = Tally(len(names), 0, 0, sum(packets))
        return folder, add_data(sums, contents, kinds.count(SOCKET)), below

    def _anchored(self, task: Task) -> Task:
        """The task, with a folder that is open to reach what is below where its path grows too long."""
        unanchored = task.path[task.below :]
        # Few characters cannot be many bytes, and hardly any folder has more.
        if 4 * len(unanchored) <= _ANCHOR_EVERY or len(os.fsencode(unanchored)) <= _ANCHOR_EVERY:
            return task
        anchor, below = self._source.anchor(task, task.path + "/")
        return task._replace(anchor=anchor, below=below)

    def _packets(
        self,
        folder: str,
        names: list[str],
        ascii_only: bool,
        *,
        modes: tuple[int, ...],
        sizes: tuple[int, ...],
        mtimes: tuple[int, ...],
        stats: list[os.stat_result],
    ) -> list[int]:
        """The announcement of each entry, before link targets and extended attributes."""
        fields = self._mode_fields
        above = 0
        if folder:
            above = 1 + len(folder)
            if not folder.isascii():
                above = 1 + len(os.fsencode(folder))
        low, high = _NINE_BYTE_MTIMES
        if ascii_only and low <= min(mtimes) and max(mtimes) <= high and above < _LONG_PATH:
            # Every field but name and size has the same length in nearly every folder, so an
            # announcement costs two lookups and two additions.
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

    def _mark(
        self,
        prefix: str,
        names: list[str],
        modes: tuple[int, ...],
        kinds: bytes,
        flags: bytearray | None,
    ) -> bytearray | None:
        """Flag sockets that the client leaves out, and files that are tried and cannot be opened.

        Files that anyone may read are not asked about.
        """
        if not self._policy.takes_sockets and SOCKET in kinds:
            flags = flags or bytearray(len(names))
            for index, kind in enumerate(kinds):
                if kind == SOCKET:
                    flags[index] |= Flag.EXCLUDED
        # One test of the modes for the whole folder spares nearly all of them a system call each.
        if not self._source.checks_access or all(mode & 0o444 == 0o444 for mode in modes):
            return flags
        tries_all = self._policy.tries_excluded
        for index, (name, mode) in enumerate(zip(names, modes, strict=True)):
            if (
                kinds[index] == FILE
                and mode & 0o444 != 0o444
                and (tries_all or not (flags and flags[index] & Flag.EXCLUDED))
                and not self._source.is_readable(prefix + name)
            ):
                flags = flags or bytearray(len(names))
                flags[index] |= Flag.UNREADABLE
        return flags

    def _details(
        self, entries: _Entries, packets: list[int]
    ) -> tuple[dict[str, str] | None, dict[str, Oddity] | None]:
        """Return link targets and oddities; what they add to the announcements goes to ``packets``."""
        source, names = self._source, entries.names
        targets: dict[str, str] = {}
        extra: dict[int, int] = {}
        for index, kind in enumerate(entries.kinds):
            if kind == SYMLINK:
                target = source.link_target(entries.folder, entries.prefix, names[index])
                targets[names[index]] = target
                extra[index] = wire.text_field(len(os.fsencode(target)))
            elif kind in (CHAR, BLOCK):
                device = entries.stats[index].st_rdev
                # BuildKit keeps twelve bits of each number.
                extra[index] = wire.number_field(os.major(device) & 0xFFF)
                extra[index] += wire.number_field(os.minor(device))
        capabilities: dict[int, int] = {}
        for index, attributes in source.attributes(entries.prefix, names):
            capabilities[index] = attributes.capability
            extra[index] = extra.get(index, 0) + attributes.fields
        odd: dict[str, Oddity] = {}
        for index, mtime in enumerate(entries.mtimes):
            capability = capabilities.get(index, 0)
            if capability or not 0 <= mtime < _FIRST_FAR_MTIME:
                odd[names[index]] = Oddity(mtime, capability)
        for index, length in extra.items():
            packets[index] = wire.packet(wire.stat_of_packet(packets[index]) + length)
        return targets or None, odd or None


_NO_TASKS: list[Task] = []


def _sizes_that_count(
    kinds: bytes, sizes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the sizes of the files alone, and all sizes with 0 for what has no content."""
    contents = [size for kind, size in zip(kinds, sizes, strict=True) if kind == FILE]
    if len(contents) + kinds.count(SYMLINK) < len(kinds):
        # A folder's own size differs between file systems, and Docker does not send it.
        counted = [size if kind in _SIZED else 0 for kind, size in zip(kinds, sizes, strict=True)]
        sizes = tuple(counted)
    return tuple(contents), sizes


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
    if not any(numbers):
        return None
    return array("Q", numbers).tobytes()


def _lengthened(packet: int, path: int) -> int:
    """A packet with the bytes that a path of ``path`` bytes adds to the lengths in it."""
    packet += path >= 128
    return packet + (packet >= _LONG_PACKET)


def _far(mtimes: tuple[int, ...]) -> bool:
    """Whether a tar header cannot hold one of these times."""
    return min(mtimes) < 0 or max(mtimes) >= _FIRST_FAR_MTIME
