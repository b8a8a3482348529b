"""The sizes of what Docker's clients put on the wire, in bytes: BuildKit's packets, the classic tar.

Formulas only, exact to the byte; nothing here looks at a file or decides what is sent.
Sources: tonistiigi/fsutil types/wire.proto, types/stat.proto and receive.go; Go archive/tar.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable

CHUNK = 32_768
"""Bytes of file content in one data packet."""

TRANSFER_END = 2
"""Bytes of the packet that ends a transfer."""

INDEX_STEPS = (1, 1 << 7, 1 << 14, 1 << 21, 1 << 28)
"""Entry numbers from which on the number takes more bytes in every packet about that file."""

_GO_TYPE_BITS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFIFO: 1 << 25,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFCHR: (1 << 26) | (1 << 21),
}
_FIRST_TAR_OVERFLOW = 8**11
_BLOCK = 512
TAR_END = 1_024
"""Bytes of the two empty blocks that end a tar."""


def varint(value: int) -> int:
    """Return the bytes of a protobuf varint; negative ones are written as 64-bit, in ten."""
    if value < 0:
        return 10
    return max(1, (value.bit_length() + 6) // 7)


def number_field(value: int) -> int:
    """Return the bytes of an integer field with a one-byte tag; proto3 leaves zero out."""
    if not value:
        return 0
    return 1 + varint(value)


def text_field(length: int) -> int:
    """Return the bytes of a text field that holds ``length`` bytes."""
    if not length:
        return 0
    return 1 + varint(length) + length


def go_mode(mode: int) -> int:
    """Turn ``st_mode`` into Go's ``os.FileMode`` as BuildKit sends it: a socket is a plain file."""
    bits = (mode & 0o777) | _GO_TYPE_BITS.get(stat.S_IFMT(mode), 0)
    for special, bit in ((stat.S_ISUID, 23), (stat.S_ISGID, 22), (stat.S_ISVTX, 20)):
        if mode & special:
            bits |= 1 << bit
    return bits


def xattr_fields(attributes: Iterable[tuple[int, int]]) -> int:
    """Return the bytes of extended attributes given as (name length, value length)."""
    total = 0
    for name, value in attributes:
        entry = 1 + varint(name) + name + 1 + varint(value) + value
        total += 1 + varint(entry) + entry
    return total


def packet(stat_bytes: int) -> int:
    """Return the bytes of the packet that announces an entry whose Stat takes ``stat_bytes``."""
    return 1 + varint(stat_bytes) + stat_bytes


def stat_of_packet(packet_bytes: int) -> int:
    """Return the bytes of the Stat in a packet of ``packet_bytes``: the inverse of ``packet``."""
    length = 1
    while packet(packet_bytes - 1 - length) != packet_bytes:
        length += 1
    return packet_bytes - 1 - length


def data_packets(size: int) -> int:
    """Return how many packets carry a file of ``size`` bytes, the closing one included."""
    return -(-size // CHUNK) + 1


def data_bytes(size: int) -> int:
    """Return the bytes of a file's data packets, without the entry numbers in them."""
    full, rest = divmod(size, CHUNK)
    # The packet that closes a file holds two bytes and no data.
    framing = full * (2 + 1 + varint(CHUNK)) + 2
    if rest:
        framing += 2 + 1 + varint(rest)
    return size + framing


def index_bytes(index: int) -> int:
    """Return the bytes that an entry's number takes in each of its data packets."""
    return number_field(index)


def tar_entry(
    name: str,
    *,
    content: int = 0,
    link: str = "",
    mtime: int = 0,
    capability: int = 0,
) -> int:
    """Return the bytes of one tar entry as the classic client writes it.

    ``name`` ends in ``/`` for a folder; ``content`` and ``capability`` are bytes, the latter of
    the ``security.capability`` attribute; ``mtime`` is in seconds. Source: golang/go
    archive/tar/common.go (*Header).allowedFormats.
    """
    raw, raw_link = name.encode(errors="surrogateescape"), link.encode(errors="surrogateescape")
    # The name comes last: a long one that USTAR could cut in two gets a record all the same once
    # another field needs one.
    records = []
    forced = not raw.isascii() or (len(raw) > 100 and not _splits(raw))
    if not raw_link.isascii() or len(raw_link) > 100:
        records.append(_pax_record(8, len(raw_link)))
    if content >= _FIRST_TAR_OVERFLOW:
        records.append(_pax_record(4, len(str(content))))
    if not 0 <= mtime < _FIRST_TAR_OVERFLOW:
        records.append(_pax_record(5, len(str(mtime))))
    if capability:
        records.append(_pax_record(len("SCHILY.xattr.security.capability"), capability))
    if forced or (records and len(raw) > 100):
        records.append(_pax_record(4, len(raw)))
    size = _BLOCK + _round_up(content)
    if records:
        # The records are an entry of their own before this one.
        size += _BLOCK + _round_up(sum(records))
    return size


def _round_up(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _splits(name: bytes) -> bool:
    """Whether USTAR can cut ``name`` at a slash into a prefix and a name that fit."""
    length = len(name)
    if length > 156:
        length = 156
    elif name.endswith(b"/"):
        length -= 1
    cut = name[:length].rfind(b"/")
    return 0 < cut <= 155 and 0 < len(name) - cut - 1 <= 100


def _pax_record(key: int, value: int) -> int:
    """The bytes of ``<length> key=value\\n``, whose length counts its own digits."""
    size = key + value + 3
    size += len(str(size))
    return key + value + 3 + len(str(size))
