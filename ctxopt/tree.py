"""The measured context: folders with the sizes of what is in them, compact enough for millions.

Values only: ``walk`` fills them in, and every later question is arithmetic on them.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ctxopt import wire

FILE, DIR, SYMLINK, FIFO, SOCKET, CHAR, BLOCK = b"fdlpscb"
KIND_NAMES = {
    FILE: "file",
    DIR: "dir",
    SYMLINK: "symlink",
    FIFO: "fifo",
    SOCKET: "socket",
    CHAR: "device",
    BLOCK: "device",
}


class Flag:
    """What is special about an entry, as bits of one byte; an IntFlag is twenty times slower."""

    EXCLUDED: Final = 1
    REFUSED: Final = 2
    """BuildKit keeps the file but refuses to open it: it arrives empty."""
    UNREADABLE: Final = 4
    """The file cannot be opened: it arrives empty, and the classic client refuses to build."""


EMPTY: Final = Flag.REFUSED | Flag.UNREADABLE


class Oddity(NamedTuple):
    """What only a tar needs to know of an entry: seconds of a far ``mtime``, bytes of a capability."""

    mtime: int = 0
    capability: int = 0


class Folder(NamedTuple):
    """One folder that was read; its sequences hold one item per name, in Docker's order.

    A named tuple, and arrays as bytes, because tens of thousands come from other processes.
    """

    path: str
    """Relative to the root, ``/``-separated; empty for the root itself."""
    joined: str
    """The names, with ``/`` between them: a tenth of the memory of a list."""
    kinds: bytes
    raw_sizes: bytes
    """Apparent bytes as 64-bit integers: 0 for folders, the target's length for links."""
    raw_packets: bytes
    """Bytes of the packet that announces the entry to BuildKit, as 32-bit integers."""
    flags: bytes | None = None
    """A Flag per entry; None where all are kept and readable."""
    links: Mapping[str, str] | None = None
    """Targets of symbolic links."""
    raw_inodes: bytes | None = None
    """Inode numbers of files with several hard links, else 0; None without any."""
    odd: Mapping[str, Oddity] | None = None

    @property
    def sizes(self) -> array[int]:
        """The apparent sizes in bytes."""
        return _unpack("q", self.raw_sizes)

    @property
    def packets(self) -> array[int]:
        """The bytes of the entries' announcements."""
        return _unpack("I", self.raw_packets)

    @property
    def inodes(self) -> array[int]:
        """The inode numbers, empty where no file has several names."""
        return _unpack("Q", self.raw_inodes or b"")

    @property
    def names(self) -> list[str]:
        """The names of the entries."""
        return self.joined.split("/") if self.kinds else []

    def subfolders(self) -> list[str]:
        """Return the paths of the folders in this one, read or not."""
        if DIR not in self.kinds:
            return []
        return [
            self.child(name)
            for name, kind in zip(self.names, self.kinds, strict=True)
            if kind == DIR
        ]

    def child(self, name: str) -> str:
        """Return the path of the entry ``name``."""
        return f"{self.path}/{name}" if self.path else name


def _unpack(code: str, content: bytes) -> array[int]:
    values: array[int] = array(code)
    values.frombytes(content)
    return values


@dataclass(slots=True)
class Tally:
    """Sums over entries; ``wire`` and ``messages`` give a transfer without entry numbers."""

    entries: int = 0
    files: int = 0
    bytes: int = 0
    wire: int = 0
    messages: int = 0
    excluded: int = 0
    """Entries that were seen and excluded, folders included."""
    excluded_bytes: int = 0
    largest: int = 0
    """Bytes of the largest file; meaningful for one folder's own entries."""

    def clone(self) -> Tally:
        """Return an equal value to add to."""
        return Tally(
            self.entries, self.files, self.bytes, self.wire, self.messages,
            self.excluded, self.excluded_bytes, self.largest,
        )  # fmt: skip

    def add(self, other: Tally) -> None:
        """Add ``other`` to this one."""
        self.entries += other.entries
        self.files += other.files
        self.bytes += other.bytes
        self.wire += other.wire
        self.messages += other.messages
        self.excluded += other.excluded
        self.excluded_bytes += other.excluded_bytes


class WalkError(NamedTuple):
    """A folder or file that could not be read; what is below it is not in any sum."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a view. ``size`` is what arrives: 0 for a file that cannot be opened."""

    path: str
    kind: int
    size: int
    excluded: bool = False
    link: str = ""
    """The target of a symbolic link, or the first name of a hard link."""

    @property
    def type(self) -> str:
        """``file``, ``dir``, ``symlink``, ``fifo``, ``socket`` or ``device``."""
        return KIND_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class ContextTree:
    """Everything that one walk saw, with the decisions in force when it walked."""

    root: str
    """The absolute path of the context root."""
    folders: Mapping[str, Folder]
    errors: tuple[WalkError, ...] = ()
    walked: int = 0
    """Entries that the walk looked at, kept or not."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """Sums of each folder's own entries, as the walk decided them."""
    types: Types | None = None
    """What ``count_types`` found, as the walk decided; None where nobody counted."""


def tally(folder: Folder, flags: bytes | None) -> Tally:
    """Sum up a folder's own entries under ``flags`` (None: all kept)."""
    kinds, sizes = folder.kinds, folder.sizes
    if flags is None:
        plain = kinds.count(FILE) == len(kinds)
        contents = (
            sizes.tolist()
            if plain
            else [size for kind, size in zip(kinds, sizes, strict=True) if kind == FILE]
        )
        result = Tally(len(kinds), wire=sum(folder.packets))
        return add_data(result, contents, kinds.count(SOCKET))
    result = Tally()
    contents = []
    sockets = 0
    for kind, size, packet, flag in zip(kinds, sizes, folder.packets, flags, strict=True):
        if flag & Flag.EXCLUDED:
            result.excluded += 1
            result.excluded_bytes += size if kind == FILE else 0
            continue
        result.entries += 1
        result.wire += packet
        if kind == FILE:
            contents.append(0 if flag & EMPTY else size)
        elif kind == SOCKET:
            sockets += 1
    return add_data(result, contents, sockets)


def add_data(result: Tally, contents: Sequence[int], sockets: int) -> Tally:
    """Add the data packets of files with these sizes in bytes, and of empty sockets."""
    count = len(contents)
    if not count and not sockets:
        return result
    largest = max(contents, default=0)
    result.files += count
    result.largest = max(result.largest, largest)
    result.bytes += (whole := sum(contents))
    result.messages += sockets
    result.wire += whole + 2 * sockets
    framing = _SMALL_FRAMING
    if largest <= wire.CHUNK:
        result.messages += 2 * count - contents.count(0)
        result.wire += sum([framing[size.bit_length()] for size in contents])
        return result
    for size in contents:
        full, rest = divmod(size, wire.CHUNK)
        result.messages += full + 1 + (rest > 0)
        result.wire += full * _CHUNK_FRAMING + framing[rest.bit_length()]
    return result


_CHUNK_FRAMING = wire.data_bytes(2 * wire.CHUNK) - wire.data_bytes(wire.CHUNK) - wire.CHUNK
"""Framing of each whole packet of a larger file."""

_SMALL_FRAMING = [2] + [wire.data_bytes(1 << bits) - (1 << bits) for bits in range(16)]
"""Framing of a file that fits one packet, by the bit length of its size."""


Types = dict[str, list[int]]
"""[bytes, files] by extension as it is written, without its dot; empty for files without one."""


def count_types(types: Types, folder: Folder, flags: bytes | None) -> None:
    """Add a folder's own files to ``types``."""
    names, sizes = folder.names, folder.sizes
    kinds = folder.kinds
    chosen: Iterable[tuple[str, int]] = zip(names, sizes, strict=True)
    if flags is not None or kinds.count(FILE) != len(kinds):
        chosen = [
            (name, 0 if flag & EMPTY else size)
            for name, size, kind, flag in zip(
                names, sizes, kinds, flags or bytes(len(kinds)), strict=True
            )
            if kind == FILE and not flag & Flag.EXCLUDED
        ]
    for name, size in chosen:
        stem, _, extension = name.rpartition(".")
        counted = types.get(extension if stem else "")
        if counted:
            counted[0] += size
            counted[1] += 1
        else:
            types[extension if stem else ""] = [size, 1]


class View:
    """What one builder sends of a tree, or would send under other ``flags``.

    ``flags`` gives each folder's flags by path; a folder without an entry keeps the walk's.
    """

    def __init__(
        self,
        tree: ContextTree,
        *,
        sends_excluded_parents: bool = True,
        flags: Mapping[str, bytes | None] | None = None,
    ) -> None:
        self.tree = tree
        self._parents = sends_excluded_parents
        self._flags = flags or {}
        self.totals = self._sum_up()
        """Sums of everything below each folder; the root's are the context's."""
        self.hard_links = self._find_hard_links()
        """Sent names that repeat a file: path -> (first sent path, folder, place in it)."""
        self._apply_hard_links()

    def largest_in(self, folder: Folder) -> int:
        """Return the bytes of the largest file among a folder's own that are sent."""
        known = self.tree.tallies.get(folder.path)
        if known is None or folder.path in self._flags:
            known = tally(folder, self.flags(folder))
        return known.largest

    def types(self) -> Types:
        """Return what ``count_types`` finds in this view."""
        if self.tree.types is not None and not self._flags:
            return self.tree.types
        types: Types = {}
        for folder in self.tree.folders.values():
            if folder.kinds:
                count_types(types, folder, self.flags(folder))
        return types

    def flags(self, folder: Folder) -> bytes | None:
        """Return the flags of a folder's entries in this view."""
        return self._flags.get(folder.path, folder.flags)

    @property
    def total(self) -> Tally:
        """The sums of the whole context."""
        return self.totals.get("") or Tally()

    def _sum_up(self) -> dict[str, Tally]:
        folders, kept = self.tree.folders, self.tree.tallies
        changed = self._flags
        totals = {
            path: kept[path].clone()
            if path in kept and path not in changed
            else tally(folder, self.flags(folder))
            for path, folder in folders.items()
        }
        for path in sorted(totals, key=_depth, reverse=True):
            if not path:
                break
            parent, _, name = path.rpartition("/")
            total = totals[path]
            if self._parents and total.entries and self.flags(folders[parent]):
                self._add_excluded_parent(totals[parent], folders[parent], name)
            totals[parent].add(total)
        return totals

    def _add_excluded_parent(self, total: Tally, folder: Folder, name: str) -> None:
        """Count an excluded folder that is sent because something in it is."""
        flags = self.flags(folder)
        if flags is None:
            return
        index = folder.names.index(name)
        if flags[index] & Flag.EXCLUDED:
            total.entries += 1
            total.excluded -= 1
            total.wire += folder.packets[index]

    def _apply_hard_links(self) -> None:
        """Take back the data of repeated hard links, which carry the first name instead."""
        for path, (first, folder, index) in self.hard_links.items():
            size, packet = folder.sizes[index], folder.packets[index]
            flags = self.flags(folder)
            if flags is not None and flags[index] & EMPTY:
                size = 0
            name = len(os.fsencode(first))
            longer = wire.packet(wire.stat_of_packet(packet) + wire.text_field(name)) - packet
            change = Tally(wire=longer - wire.data_bytes(size), messages=-wire.data_packets(size))
            parent = path.rpartition("/")[0]
            while True:
                self.totals[parent].add(change)
                if not parent:
                    break
                parent = parent.rpartition("/")[0]

    def _find_hard_links(self) -> dict[str, tuple[str, Folder, int]]:
        """Source: tonistiigi/fsutil hardlinks.go WithHardlinkReset; keyed by inode only."""
        repeated = self._repeated_inodes()
        sent: list[tuple[list[bytes], str, Folder, int, int]] = []
        for folder in self.tree.folders.values():
            if not folder.raw_inodes:
                continue
            names, flags = folder.names, self.flags(folder)
            for index, inode in enumerate(folder.inodes):
                if inode in repeated and not (flags and flags[index] & Flag.EXCLUDED):
                    path = folder.child(names[index])
                    sent.append((os.fsencode(path).split(b"/"), path, folder, index, inode))
        first: dict[int, str] = {}
        found: dict[str, tuple[str, Folder, int]] = {}
        for _, path, folder, index, inode in sorted(sent, key=lambda item: item[0]):
            if first.setdefault(inode, path) != path:
                found[path] = (first[inode], folder, index)
        return found

    def _repeated_inodes(self) -> set[int]:
        seen: set[int] = set()
        repeated: set[int] = set()
        for folder in self.tree.folders.values():
            for inode in folder.inodes if folder.raw_inodes else ():
                if inode in seen:
                    repeated.add(inode)
                elif inode:
                    seen.add(inode)
        return repeated

    def sent(self) -> Iterator[tuple[Folder, int, str]]:
        """Yield (folder, place, path) of what is sent, in Docker's order."""
        for folder, index, path, excluded in self.walk_all():
            if not excluded or (self._parents and self.sends_below(path)):
                yield folder, index, path

    def sends_below(self, path: str) -> bool:
        """Whether anything below the folder ``path`` is sent."""
        total = self.totals.get(path)
        return total is not None and total.entries > 0

    def walk_all(
        self, enter: Callable[[str], bool] = lambda _: True
    ) -> Iterator[tuple[Folder, int, str, bool]]:
        """Yield (folder, place, path, excluded) of everything the walk saw, in Docker's order.

        ``enter`` is asked about a folder after that was yielded; False leaves out what is below.
        """
        folders = self.tree.folders
        root = folders.get("")
        if root is None:
            return
        stack = [(root, iter(enumerate(root.names)), self.flags(root))]
        while stack:
            folder, names, flags = stack[-1]
            for index, name in names:
                path = folder.child(name)
                yield folder, index, path, bool(flags and flags[index] & Flag.EXCLUDED)
                if folder.kinds[index] == DIR and (below := folders.get(path)) and enter(path):
                    stack.append((below, iter(enumerate(below.names)), self.flags(below)))
                    break
            else:
                stack.pop()

    def entries(self) -> Iterator[Entry]:
        """Yield what is sent, in Docker's order."""
        for folder, index, path in self.sent():
            repeat = self.hard_links.get(path)
            yield self._entry(folder, index, path, repeat[0] if repeat else "")

    def excluded(self) -> Iterator[Entry]:
        """Yield what the walk saw and is not sent, in Docker's order."""
        for folder, index, path, excluded in self.walk_all():
            if excluded and not (self._parents and self.sends_below(path)):
                yield self._entry(folder, index, path, "")

    def _entry(self, folder: Folder, index: int, path: str, link: str) -> Entry:
        kind, size = folder.kinds[index], folder.sizes[index]
        flags = self.flags(folder)
        flag = flags[index] if flags else 0
        if kind == SYMLINK and folder.links:
            link = folder.links[path.rpartition("/")[2]]
        return Entry(path, kind, 0 if flag & EMPTY else size, bool(flag & Flag.EXCLUDED), link)

    def context_bytes(self) -> int:
        """Return the figure BuildKit prints after ``transferring context:`` for a first build."""
        total = self.total
        numbers = total.messages * wire.index_bytes(max(0, total.entries - 1))
        for step in wire.INDEX_STEPS:
            if step < total.entries:
                shorter = wire.index_bytes(step) - wire.index_bytes(step - 1)
                numbers -= shorter * self._messages_before(step)
        return total.wire + numbers + wire.TRANSFER_END

    def _messages_before(self, count: int) -> int:
        """The data packets of the first ``count`` entries sent; whole folders at a step."""
        messages = 0
        whole = ""
        walk = self.walk_all(enter=lambda path: path != whole)
        for folder, index, path, excluded in walk:
            below = self.totals.get(path) if folder.kinds[index] == DIR else None
            sent = not excluded or (self._parents and below is not None and below.entries > 0)
            if not count:
                break
            count -= sent
            if below is not None and below.entries <= count:
                messages += below.messages
                count -= below.entries
                whole = path
            elif sent and folder.kinds[index] in (FILE, SOCKET) and path not in self.hard_links:
                messages += wire.data_packets(self._entry(folder, index, path, "").size)
        return messages

    def unchanged_bytes(self) -> int:
        """Return the figure of a second build that finds nothing changed: announcements only."""
        total = sum(folder.packets[index] for folder, index, _ in self.sent())
        for first, folder, index in self.hard_links.values():
            packet = folder.packets[index]
            name = wire.text_field(len(os.fsencode(first)))
            total += wire.packet(wire.stat_of_packet(packet) + name) - packet
        return total + wire.TRANSFER_END


def _depth(path: str) -> int:
    return path.count("/") + 1 if path else 0
