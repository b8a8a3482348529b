"""The measured context: folders with the sizes of what is in them, compact enough for millions.

Values only: ``walk`` fills them in, and every later question is arithmetic on them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ctxopt.tree import native, wire

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
        # Splitting no text gives one empty name.
        if not self.kinds:
            return []
        return self.joined.split("/")

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
        if not self.path:
            return name
        return f"{self.path}/{name}"


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
        # By position: every folder's sums are copied for a view, and keywords show there.
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


class Entry(NamedTuple):
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
    """What ``count_types`` found, as the walk decided; None where that was not counted."""


def tally(folder: Folder, flags: bytes | None) -> Tally:
    """Sum up a folder's own entries under ``flags`` (None: all kept)."""
    kinds = folder.kinds
    if native.functions is not None:
        return Tally(*native.functions.tally(kinds, folder.raw_sizes, folder.raw_packets, flags))
    sizes = folder.sizes
    # Without flags everything counts, and the sums are over whole columns.
    if flags is None:
        contents = sizes.tolist()
        if kinds.count(FILE) < len(kinds):
            contents = [size for kind, size in zip(kinds, contents, strict=True) if kind == FILE]
        result = Tally(len(kinds), wire=sum(folder.packets))
        return add_data(result, contents, kinds.count(SOCKET))
    result = Tally()
    contents = []
    sockets = 0
    for kind, size, packet, flag in zip(kinds, sizes, folder.packets, flags, strict=True):
        if flag & Flag.EXCLUDED:
            result.excluded += 1
            if kind == FILE:
                result.excluded_bytes += size
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
    # Most folders hold no file over one packet, and a sum over a list is the fastest loop there is.
    if largest <= wire.CHUNK:
        result.messages += 2 * count - contents.count(0)
        result.wire += sum([framing[size.bit_length()] for size in contents])
        return result
    for size in contents:
        full, rest = divmod(size, wire.CHUNK)
        result.messages += wire.data_packets(size)
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
        # ``.profile`` is a name, and no file of type ``profile``.
        if not stem:
            extension = ""
        counted = types.get(extension)
        if counted:
            counted[0] += size
            counted[1] += 1
        else:
            types[extension] = [size, 1]


def add_types(types: Types, counted: Iterable[tuple[str, int, int]]) -> None:
    """Add (extension, bytes, files) to ``types``."""
    for extension, size, files in counted:
        sums = types.setdefault(extension, [0, 0])
        sums[0] += size
        sums[1] += files
