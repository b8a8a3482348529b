"""The formulas against bytes that are really encoded: protobuf by hand, tar by its own writer."""

from __future__ import annotations

import stat
from tarfile import PAX_FORMAT, TarInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxopt.tree import wire


def encoded_varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


@given(st.integers(-(2**63), 2**63 - 1))
@example(0)
@example(127)
@example(128)
@example(-1)
def test_varint(value):
    assert wire.varint(value) == len(encoded_varint(value))
    assert wire.number_field(value) == (1 + len(encoded_varint(value)) if value else 0)


@given(st.integers(0, 10**6))
@example(127)
@example(128)
@example(16_383)
@example(16_384)
@example(2_097_151)
def test_packets(length):
    assert wire.packet(length) == 1 + len(encoded_varint(length)) + length
    assert wire.stat_of_packet(wire.packet(length)) == length
    assert wire.text_field(length) == (1 + len(encoded_varint(length)) + length if length else 0)


@given(st.integers(0, 400_000))
@example(0)
@example(1)
@example(127)
@example(128)
@example(32_767)
@example(32_768)
@example(32_769)
@example(65_536)
def test_data_packets(size):
    chunks = [min(wire.CHUNK, size - start) for start in range(0, size, wire.CHUNK)]
    plain = sum(2 + 1 + len(encoded_varint(chunk)) + chunk for chunk in chunks) + 2
    assert wire.data_bytes(size) == plain
    assert wire.data_packets(size) == len(chunks) + 1


def test_index_steps():
    for step in wire.INDEX_STEPS:
        assert wire.index_bytes(step) > wire.index_bytes(step - 1)
        assert wire.index_bytes(step) == wire.index_bytes(step + 1)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (stat.S_IFREG | 0o644, 0o644),
        (stat.S_IFDIR | 0o755, 1 << 31 | 0o755),
        (stat.S_IFLNK | 0o777, 1 << 27 | 0o777),
        (stat.S_IFIFO | 0o600, 1 << 25 | 0o600),
        (stat.S_IFSOCK | 0o755, 0o755),
        (stat.S_IFBLK | 0o660, 1 << 26 | 0o660),
        (stat.S_IFCHR | 0o660, 1 << 26 | 1 << 21 | 0o660),
        (stat.S_IFREG | 0o4755, 1 << 23 | 0o755),
        (stat.S_IFREG | 0o2755, 1 << 22 | 0o755),
        (stat.S_IFDIR | 0o1777, 1 << 31 | 1 << 20 | 0o777),
        (stat.S_IFREG, 0),
    ],
)
def test_modes(mode, expected):
    assert wire.go_mode(mode) == expected


def test_attributes():
    assert wire.xattr_fields([]) == 0
    assert wire.xattr_fields([(8, 1)]) == 1 + 1 + (1 + 1 + 8) + (1 + 1 + 1)
    assert wire.xattr_fields([(8, 1), (8, 1)]) == 2 * wire.xattr_fields([(8, 1)])
    assert wire.xattr_fields([(8, 200)]) == 1 + 2 + (1 + 1 + 8) + (1 + 2 + 200)


def tar_length(name, content=0, link="", mtime=0):
    """What Python's own tar writer needs; it and Go's write the same extended headers."""
    info = TarInfo(name.removesuffix("/"))
    info.type = b"5" if name.endswith("/") else b"2" if link else b"0"
    info.size = content
    info.linkname = link
    info.mtime = mtime
    header = info.tobuf(PAX_FORMAT, "utf-8", "surrogateescape")
    return len(header) + -(-content // 512) * 512


@given(
    st.text("aé/", min_size=1, max_size=140).filter(lambda name: "//" not in name),
    st.integers(0, 3000),
    st.one_of(st.just(""), st.text("aé", max_size=130)),
)
def test_tar_entries(name, content, link):
    name = name.strip("/") or "a"
    content = 0 if link else content
    length = wire.tar_entry(name, content=content, link=link)
    assert length % 512 == 0
    assert length >= 512 + content
    if len(name.encode()) <= 100:
        assert length == tar_length(name, content, link)


@pytest.mark.parametrize(
    ("name", "arguments", "length"),
    [
        ("a" * 100, {}, 512),
        ("a" * 101, {}, 1536),
        ("a" * 50 + "/" + "b" * 60, {}, 512),
        ("a" * 155 + "/" + "b" * 100, {}, 512),
        ("a" * 156 + "/" + "b" * 100, {}, 1536),
        ("a" * 100 + "/", {}, 1536),
        ("é", {}, 1536),
        ("\udcff", {}, 1536),
        ("a", {"content": 512}, 1024),
        ("a", {"content": 513}, 1536),
        ("a", {"link": "b" * 100}, 512),
        ("a", {"link": "b" * 101}, 1536),
        ("a", {"mtime": -1}, 1536),
        ("a", {"mtime": 8**11 - 1}, 512),
        ("a", {"mtime": 8**11}, 1536),
        ("a", {"content": 8**11}, 1536 + 8**11),
        ("a", {"capability": 20}, 1536),
        ("a/" * 60 + "b" * 50, {"mtime": -1}, 1536),
        ("é" * 480, {}, 1536 + 512),
    ],
)  # fmt: skip
def test_tar_headers(name, arguments, length):
    assert wire.tar_entry(name, **arguments) == length


def test_a_length_counts_its_own_digits():
    for value in range(1, 1200):
        size = wire._pax_record(4, value)
        assert size == len(f"{size} path={'x' * value}\n")
